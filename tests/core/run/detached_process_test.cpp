#include "core/run/detached_process.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace ratescope::run;

class DetachedProcessTest : public QObject {
    Q_OBJECT
  private slots:
    void itsEndIsSeenAndItsErrorsAreKept() {
        const auto state = startDetached("/bin/sh", {"-c", "echo \"$1\" >&2; read line", "sh", "two words"},
                                         place("errors"));
        // Its input is empty, so that read ends.
        QTRY_COMPARE(state->load(), DetachedState::Ended);
        QFile errors(folder_.filePath("errors"));
        QVERIFY(errors.open(QIODevice::ReadOnly));
        QCOMPARE(errors.readAll(), QByteArray("two words\n"));
    }

    void itRunsInASessionOfItsOwn() {
        const auto state =
            startDetached("/bin/sh", {"-c", "cut -d\" \" -f6 /proc/$$/stat >&2; echo $$ >&2; exec sleep 1"},
                          place("session"));
        QTRY_COMPARE(state->load(), DetachedState::Runs);
        QTRY_COMPARE(lines("session").size(), 2);
        QCOMPARE(lines("session")[0], lines("session")[1]);
        QTRY_COMPARE(state->load(), DetachedState::Ended);
    }

    void whatIsMissingCannotStart() {
        const auto state = startDetached("/nowhere/program", {}, place("nothing"));
        QTRY_COMPARE(state->load(), DetachedState::CannotStart);
    }

  private:
    std::filesystem::path place(const QString& name) const { return folder_.filePath(name).toStdString(); }
    QList<QByteArray> lines(const QString& name) const {
        QFile file(folder_.filePath(name));
        if (!file.open(QIODevice::ReadOnly)) return {};
        QList<QByteArray> all;
        for (const QByteArray& line : file.readAll().trimmed().split('\n'))
            all += line.trimmed();
        return all;
    }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(DetachedProcessTest)
#include "detached_process_test.moc"
