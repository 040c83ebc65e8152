// Runs from the window: submitted, paused, stopped, approved; gone on with when window, supervisor or worker dies.

#include "core/graph/edit.h"
#include "core/run/client.h"
#include "tests/e2e/check.h"
#include "tests/gui/desktop/desk.h"
#include "tests/patience.h"

#include <nlohmann/json.hpp>
#include <signal.h>

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>

using namespace ratescope;
using store::State;
using views::SupervisorLink;

namespace {

/// So many items of 100 ms.
e2e::Study slowStudy(int items) {
    return e2e::Study("slow")
        .node("noise", "test.noise", {{"count", items}})
        .node("slow", "test.sleep", {{"milliseconds", 100}})
        .wire("noise.image", "slow.image")
        .node("layers", "test.layers")
        .wire("slow.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image");
}

constexpr const char* childVariable = "RATESCOPE_TEST_STUDY";

/// A process with a window of its own, which runs the study at once: something to kill.
int runAsChild(int argc, char** argv) {
    QApplication application(argc, argv);
    QApplication::setOrganizationName("Ratescope");
    QApplication::setApplicationName("ratescope");
    desktop::MainWindow window(gui::catalogue());
    window.session().supervisor.setProgram(e2e::builtProgram("ratescope-cli"));
    window.show();
    window.openFile(qEnvironmentVariable(childVariable));
    QObject::connect(&window.session().document, &views::OpenDocument::derivedChanged, &window,
                     [&window] { window.actionList().find("run.run")->trigger(); });
    return QApplication::exec();
}

class Child {
  public:
    explicit Child(const QString& study) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(childVariable, study);
        process_.setProcessEnvironment(environment);
        process_.setProcessChannelMode(QProcess::ForwardedChannels);
        process_.start(QCoreApplication::applicationFilePath(), {});
    }
    ~Child() { kill(); }
    void kill() {
        process_.kill();
        process_.waitForFinished();
    }

  private:
    QProcess process_;
};

/// Finished items of a library, 0 while it is not there or only begun.
int doneIn(const QString& library) {
    if (!QFile::exists(library)) return 0;
    try {
        return static_cast<int>(
            store::Library(library.toStdString(), store::Access::Read).itemCounts()[State::Done]);
    } catch (const Error&) {
        return 0;
    }
}

/// The process that holds the library; 0 for none.
qint64 supervisorOf(const QString& library) {
    auto client = run::Client::attach(library.toStdString());
    return client ? client->request("hello", nlohmann::json::object()).at("pid").get<qint64>() : 0;
}

}  // namespace

class RunLifeTest : public QObject {
    Q_OBJECT
  private slots:
    void aStudyRunsFromTheWindow() {
        gui::Desk desk;
        desk.open(e2e::layersStudy("layers", 3, 4));
        desk.act("run.run");
        QVERIFY(desk.waitUntilIdle());
        QCOMPARE(desk.items(State::Done), 12);
        QVERIFY(gui::waitFor([&] { return desk.session().results.hasStudy(); }));
    }

    void errorsAreSaidAndNothingRuns() {
        gui::Desk desk;
        desk.open(e2e::Study("wrong").node("noise", "test.noise").node("layers", "test.layers"));
        desk.act("run.run");
        QVERIFY(!desk.window().messages().text().isEmpty());
        QCOMPARE(desk.session().supervisor.state(), SupervisorLink::State::None);
    }

    void aPauseOfTheShellIsNoticed() {
        gui::Desk desk;
        desk.open(slowStudy(40));
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return desk.session().supervisor.progress().has_value(); }));
        const auto runText = [&] { return desk.window().actionList().find("run.run")->text(); };
        VERIFY_CODE(desk.place().cli({"pause", "--library", "study.rslib"}), 0);
        QVERIFY(gui::waitFor([&] { return runText() == "Go on"; }));
        // A window that is opened on a run that stands still says so.
        desk.reopen(desk.path("study.ratescope"));
        QVERIFY(gui::waitFor([&] { return runText() == "Go on"; }));
        VERIFY_CODE(desk.place().cli({"resume", "--library", "study.rslib"}), 0);
        QVERIFY(gui::waitFor([&] { return runText() == "Run"; }));
        QVERIFY(desk.waitUntilIdle());
        QCOMPARE(desk.items(State::Done), 40);
    }

    void aPauseThatFoundNothingToDoHoldsNoRun() {
        gui::Desk desk;
        desk.open(e2e::layersStudy("layers", 3, 4));
        QSignalSpy idle(&desk.session().supervisor, &SupervisorLink::idle);
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return idle.count() == 1; }, 60'000));
        VERIFY_CODE(desk.place().cli({"pause", "--library", "study.rslib"}), 0);
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return idle.count() == 2; }, 60'000));
        QCOMPARE(desk.items(State::Done), 12);
    }

    void aStopEndsThePauseToo() {
        gui::Desk desk;
        desk.open(slowStudy(40));
        QSignalSpy idle(&desk.session().supervisor, &SupervisorLink::idle);
        const auto runText = [&] { return desk.window().actionList().find("run.run")->text(); };
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return desk.session().supervisor.progress().has_value(); }));
        desk.act("run.pause");
        QVERIFY(gui::waitFor([&] { return runText() == "Go on"; }));
        desk.act("run.stop");
        QVERIFY(gui::waitFor([&] { return idle.count() == 1; }));
        QVERIFY(gui::waitFor([&] { return runText() == "Run"; }));
        QVERIFY(desk.items(State::Cancelled) > 0);
    }

    void pauseGoOnAndStop() {
        gui::Desk desk;
        desk.open(slowStudy(60));
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] {
            return desk.session().supervisor.progress() && desk.session().supervisor.progress()->done > 2;
        }));
        desk.act("run.pause");
        QVERIFY(gui::waitFor([&] { return desk.window().actionList().find("run.run")->text() == "Go on"; }));
        QTest::qWait(600);
        const auto done = desk.session().supervisor.progress()->done;
        QTest::qWait(600);
        QCOMPARE(desk.session().supervisor.progress()->done, done);
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return desk.session().supervisor.progress()->done > done; }));
        QElapsedTimer stopping;
        stopping.start();
        QSignalSpy idle(&desk.session().supervisor, &SupervisorLink::idle);
        desk.act("run.stop");
        QVERIFY(gui::waitFor([&] { return idle.count() > 0; }));
        QVERIFY2(stopping.elapsed() < 1500 * ratescope::test::patience,
                 qPrintable(QString::number(stopping.elapsed())));
        QVERIFY(desk.items(State::Cancelled) > 0);
    }

    void closingAsksAndTheRunGoesOn() {
        gui::Desk desk;
        desk.open(slowStudy(40));
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return desk.session().supervisor.progress().has_value(); }));
        const qint64 supervisor = desk.session().supervisor.process();
        desk.window().close();
        QVERIFY(desk.window().isVisible());
        QVERIFY2(desk.question().contains("The study is running"), qPrintable(desk.question()));
        desk.answer("Let it go on");
        QVERIFY(gui::waitFor([&] { return !desk.window().isVisible(); }));
        desk.reopen(desk.path("study.ratescope"));
        QVERIFY(gui::waitFor(
            [&] { return desk.session().supervisor.state() == SupervisorLink::State::Attached; }));
        QCOMPARE(desk.session().supervisor.process(), supervisor);
        QVERIFY(desk.waitUntilIdle());
        QCOMPARE(desk.items(State::Done), 40);
    }

    void afterTheLastWindowTheSupervisorEnds() {
        gui::Desk desk;
        desk.open(e2e::layersStudy("layers", 3, 4));
        desk.act("run.run");
        QVERIFY(desk.waitUntilIdle());
        const qint64 supervisor = desk.session().supervisor.process();
        desk.reopen({});
        QVERIFY(gui::waitFor([&] { return !e2e::isRunning(supervisor); }));
    }

    void aKilledSupervisorIsSaidAndOneClickGoesOn() {
        gui::Desk desk;
        desk.open(slowStudy(30));
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] {
            return desk.session().supervisor.progress() && desk.session().supervisor.progress()->done > 8;
        }));
        e2e::sendSignal(desk.session().supervisor.process(), SIGKILL);
        QVERIFY(
            gui::waitFor([&] { return desk.window().messages().text().contains("ended in the middle"); }));
        const int done = desk.items(State::Done);
        // Finished is what is committed, in groups within 100 ms.
        QVERIFY(done >= 4);
        QSignalSpy idle(&desk.session().supervisor, &SupervisorLink::idle);
        QString planned;
        for (QPushButton* button : desk.window().messages().findChildren<QPushButton*>())
            if (button->text() == "Go on") QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(gui::waitFor([&] { return idle.count() > 0; }, 60'000));
        QCOMPARE(desk.items(State::Done), 30);
    }

    void aKilledWorkerFailsNothingButIsTriedAgain() {
        gui::Desk desk;
        desk.open(slowStudy(30));
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] {
            return desk.session().supervisor.progress() && desk.session().supervisor.progress()->done > 2;
        }));
        for (const qint64 worker : e2e::childrenOf(desk.session().supervisor.process()))
            e2e::sendSignal(worker, SIGKILL);
        QVERIFY(desk.waitUntilIdle());
        QCOMPARE(desk.items(State::Done), 30);
    }

    void aKilledWindowLeavesTheRunGoing() {
        gui::Desk desk;
        const QString study = desk.place().write("study.ratescope", slowStudy(30).text());
        const QString library = desk.path("study.rslib");
        Child child(study);
        QVERIFY(gui::waitFor([&] { return doneIn(library) >= 4; }, 30'000));
        const qint64 supervisor = supervisorOf(library);
        QVERIFY(supervisor > 0);
        child.kill();
        QVERIFY(gui::waitFor([&] { return doneIn(library) == 30; }, 30'000));
        QVERIFY2(gui::waitFor([&] { return !e2e::isRunning(supervisor); }), "nobody is left to serve");
    }

    void allKilledAndOneClickGoesOn() {
        gui::Desk desk;
        const QString study = desk.place().write("study.ratescope", slowStudy(30).text());
        const QString library = desk.path("study.rslib");
        Child child(study);
        QVERIFY(gui::waitFor([&] { return doneIn(library) >= 4; }, 30'000));
        const qint64 supervisor = supervisorOf(library);
        const QList<qint64> workers = e2e::childrenOf(supervisor);
        child.kill();
        e2e::sendSignal(supervisor, SIGKILL);
        for (const qint64 worker : workers)
            e2e::sendSignal(worker, SIGKILL);
        QVERIFY(gui::waitFor([&] { return !e2e::isRunning(supervisor); }));
        const int before = doneIn(library);
        QVERIFY(before >= 4 && before < 30);
        desk.reopen(study);
        QVERIFY(gui::waitFor([&] { return desk.session().results.hasStudy(); }));
        QCOMPARE(desk.items(State::Running), 0);
        QString planned;
        connect(&desk.window().runs(), &desktop::RunControl::submitted, this,
                [&planned](const QString& what) { planned = what; });
        QSignalSpy idle(&desk.session().supervisor, &SupervisorLink::idle);
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return idle.count() > 0; }, 60'000));
        QVERIFY2(planned.startsWith("30 items: 0 new, 30 reused"), qPrintable(planned));
        QCOMPARE(desk.items(State::Done), 30);
    }

    void commandsOfAForeignDocumentAreShownFirst() {
        gui::Desk desk;
        e2e::Study study("foreign");
        study.node("noise", "test.noise", {{"count", 1}})
            .node("tool", "image.command",
                  {{"encoder", "cp {input.png} {bitstream}"}, {"decoder", "cp {bitstream} {output.png}"}})
            .wire("noise.image", "tool.image")
            .measure("mse", "test.mse", "noise.image", "tool.image");
        desk.open(study);
        desk.act("run.run");
        QVERIFY2(gui::waitFor([&] { return desk.question().contains("cp"); }),
                 qPrintable(desk.window().messages().text()));
        QVERIFY(!desk.session().supervisor.progress());
        desk.answer("Back");
        QCOMPARE(desk.items(State::Done), 0);
    }

    void aShellSeesTheSameRun() {
        gui::Desk desk;
        desk.open(slowStudy(20));
        desk.act("run.run");
        QVERIFY(gui::waitFor([&] { return desk.session().supervisor.progress().has_value(); }));
        const e2e::Outcome status = desk.place().cli({"status", "--library", "study.rslib", "--json"});
        QCOMPARE(status.code, 0);
        QVERIFY(desk.waitUntilIdle());
    }
};

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsSet(childVariable)) return runAsChild(argc, argv);
    return gui::runTests(argc, argv, [](const QStringList& arguments) {
        RunLifeTest test;
        return QTest::qExec(&test, arguments);
    });
}

#include "run_life_test.moc"
