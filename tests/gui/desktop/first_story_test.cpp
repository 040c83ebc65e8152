// Acceptance story 1 of the workbench, with mouse and keys: 24 pictures through three codecs in eight steps, killed at
// item 50, gone on with, and the table of BD numbers that the shell gives.

#include "tests/e2e/check.h"
#include "tests/e2e/rows.h"
#include "tests/gui/desktop/hands.h"
#include "views/curves/bd_view.h"
#include "views/curves/curves_panel.h"

#include <signal.h>

#include <QAction>
#include <QClipboard>
#include <QColorSpace>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QImage>
#include <QMenu>
#include <QSet>
#include <QSignalSpy>

using namespace ratescope;
using store::State;

namespace {

constexpr int items = 24 * 3 * 8;

/// Six pieces of each of the product's photographs.
QStringList pictures(const gui::Desk& desk) {
    QStringList files;
    for (const char* name : {"astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"}) {
        QImage photograph(qEnvironmentVariable("RATESCOPE_SAMPLES") + '/' + name);
        // JPEG XL refuses what carries a profile of its own.
        photograph.setColorSpace({});
        for (int piece = 0; piece < 6; ++piece) {
            files += desk.path(QString("picture-%1.png").arg(files.size() + 1, 2, 10, QLatin1Char('0')));
            const QPoint corner(20 + 110 * (piece % 3), 30 + 120 * (piece / 3));
            if (!photograph.copy(QRect(corner, QSize(96, 80))).save(files.back()))
                throw std::runtime_error("there is no picture to cut " + files.back().toStdString() +
                                         " from");
        }
    }
    return files;
}

/// When each finished item of the library was begun and ended.
QSet<QString> finished(const QString& library) {
    QSet<QString> said;
    for (const QStringList& row :
         e2e::query(library, "SELECT item, started, ended FROM v_items WHERE state = 'done'"))
        said += row.join(' ');
    return said;
}

/// What the context menu of the panel's table puts on the clipboard.
QByteArray tableOfThePanel(views::CurvesPanel& curves) {
    QGuiApplication::clipboard()->clear();
    auto& table = *curves.findChild<views::BdView*>();
    const QPoint place(20, 20);
    QContextMenuEvent asked(QContextMenuEvent::Mouse, place, table.viewport()->mapToGlobal(place));
    QApplication::sendEvent(table.viewport(), &asked);
    auto* menu = table.findChild<QMenu*>();
    auto* copy = menu ? menu->findChild<QAction*>("curves.copy-csv") : nullptr;
    if (!copy) throw std::runtime_error("there is no action that copies the table");
    copy->trigger();
    menu->close();
    return QGuiApplication::clipboard()->text().toUtf8();
}

}  // namespace

class FirstStoryTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { desk_ = std::make_unique<gui::Desk>(); }
    void cleanupTestCase() { desk_.reset(); }

    void itIsBuiltOfDroppedPictures() {
        desk_->act("file.new");
        gui::GraphHands hands(*desk_);
        hands.zoomTo(50);
        hands.drop(pictures(*desk_), {30, 230});
        QCOMPARE(desk_->document().nodes.size(), std::size_t{1});
        const std::string source = desk_->document().nodes[0].slug;
        const std::vector<std::string> codecs{hands.add("jpeg", {200, 40}), hands.add("webp", {200, 160}),
                                              hands.add("jpeg xl", {200, 280})};
        const std::vector<std::string> measures{hands.add("psnr", {400, 100}), hands.add("ssim", {400, 260})};
        QCOMPARE(codecs[0], "jpeg");
        for (const std::string& codec : codecs)
            hands.wire(source + ".image", codec + ".image");
        for (const std::string& measure : measures) {
            hands.wire(source + ".image", measure + ".reference");
            for (const std::string& codec : codecs)
                hands.wire(codec + ".image", measure + ".candidate");
        }
        const std::pair<const char*, const char*> sweeps[] = {
            {"quality", "10, 20, 35, 50, 65, 75, 85, 92"},
            {"quality", "5, 15, 30, 45, 60, 75, 85, 95"},
            {"distance", "10, 7, 5, 3.5, 2.5, 1.7, 1.2, 0.6"}};
        for (std::size_t i = 0; i < codecs.size(); ++i) {
            hands.select(codecs[i]);
            hands.sweep(sweeps[i].first, sweeps[i].second);
        }
        QVERIFY(gui::waitFor([&] { return desk_->session().document.derivedIsCurrent(); }));
        QVERIFY(desk_->session().document.derived().valid());
    }

    void killedAtItem50ItGoesOn() {
        desk_->act("run.run");
        desk_->chooseFile(desk_->path("study.ratescope"));
        QVERIFY(gui::waitFor([&] { return desk_->session().supervisor.progress().has_value(); }));
        QVERIFY(gui::waitFor([&] { return desk_->items(State::Done) >= 50; }));
        const qint64 supervisor = desk_->session().supervisor.process();
        for (const qint64 worker : e2e::childrenOf(supervisor))
            e2e::sendSignal(worker, SIGKILL);
        e2e::sendSignal(supervisor, SIGKILL);
        QVERIFY(gui::waitFor([&] { return !e2e::isRunning(supervisor); }));
        const QString library = desk_->path("study.rslib");
        const QSet<QString> before = finished(library);
        QVERIFY2(before.size() >= 50 && before.size() < items, qPrintable(QString::number(before.size())));

        desk_->reopen(desk_->path("study.ratescope"));
        QString said;
        connect(&desk_->window().runs(), &desktop::RunControl::submitted, this,
                [&said](const QString& what) { said = what; });
        QSignalSpy idle(&desk_->session().supervisor, &views::SupervisorLink::idle);
        desk_->act("run.run");
        QVERIFY(gui::waitFor([&] { return idle.count() > 0; }, 120'000));
        QVERIFY2(said.startsWith(QString("%1 items: 0 new").arg(items)), qPrintable(said));
        QCOMPARE(desk_->items(State::Done), items);
        QVERIFY2(finished(library).contains(before), "a finished item has run again");
    }

    void curvesAreCompleteAndTheTableIsThatOfTheShell() {
        auto& curves = gui::panelOf<views::CurvesPanel>(*desk_);
        gui::choose(gui::seen<QComboBox>(curves, "curvesY"), "psnr-rgb");
        QVERIFY(gui::waitFor(
            [&] {
                const auto shown = curves.shown();
                const auto& spec = curves.plot().spec();
                if (!shown || !shown->complete || !shown->table || !spec || spec->series.size() != 3)
                    return false;
                for (const curves::PlotSeries& series : spec->series)
                    if (series.points.size() != 8) return false;
                return true;
            },
            60'000));
        // The same study, run by the shell from its beginning.
        const QString shell = desk_->path("shell.rslib");
        VERIFY_CODE(desk_->place().cli({"run", "study.ratescope", "--library", shell}, {}, 120'000), 0);
        const e2e::Outcome bd = desk_->place().cli(
            {"bd", "--library", shell, "--anchor", "jpeg", "--y", "psnr-rgb", "--format", "csv"});
        VERIFY_CODE(bd, 0);
        QVERIFY(bd.output.count('\n') >= 3);
        // What was committed last is read a moment later.
        gui::waitFor([&] { return tableOfThePanel(curves) == bd.output; });
        QCOMPARE(tableOfThePanel(curves), bd.output);
    }

  private:
    std::unique_ptr<gui::Desk> desk_;
};

RATESCOPE_GUI_TEST_MAIN(FirstStoryTest)
#include "first_story_test.moc"
