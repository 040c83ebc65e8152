// Programs that behave, and programs that do everything wrong: each ends within its limits, with a reason, and nothing
// of it is left.

#include "core/media/command/process.h"

#include "tests/core/error_check.h"
#include "tests/core/media/command/scratch_context.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <csignal>
#include <fstream>

using namespace ratescope;
using namespace ratescope::media;
using test::ScratchContext;

namespace {

ProcessLimits generous() {
    return {20, 1u << 30, 64u << 20};
}

/// Runs a script of sh to its end; its fault is thrown.
std::string runScript(ScratchContext& context, const std::string& script,
                      const ProcessLimits& limits = generous(),
                      const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> words{"/bin/sh", "-c", script, "sh"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    Process process("The tool", words, context.scratch(), limits, 3, false);
    while (!process.ended())
        process.wait(context);
    if (const auto fault = process.fault()) throw Error(*fault);
    return process.output();
}

pid_t pidIn(const std::filesystem::path& file) {
    std::ifstream stream(file);
    pid_t pid = 0;
    stream >> pid;
    return pid;
}

/// Gone, or a zombie that waits for its parent.
bool isGone(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(stat, text);
    return text.empty() || text.find(") Z ") != std::string::npos;
}

bool isGoneSoon(const std::filesystem::path& file) {
    const pid_t pid = pidIn(file);
    return pid > 0 && QTest::qWaitFor([&] { return isGone(pid); }, 2000);
}

}  // namespace

class ProcessTest : public QObject {
    Q_OBJECT

  private slots:
    void outputIsTaken() {
        ScratchContext context;
        QCOMPARE(runScript(context, "echo one; echo two >&2; printf three"), std::string("one\nthree"));
        QCOMPARE(runScript(context, "cat"), std::string());  // nothing to read
        QCOMPARE(runScript(context, "pwd"), context.scratch().string() + "\n");
        QCOMPARE(runScript(context, "head -c 1000000 /dev/zero").size(), std::size_t{1'000'000});
    }

    void argumentsArriveWhole() {
        ScratchContext context;
        const std::vector<std::string> arguments{"two words", "it's", "a \"quote\"", "a\nline", "",
                                                 "$HOME",     "*",    "\\",          "größe",   "-x"};
        std::string expected;
        for (const std::string& argument : arguments)
            expected += argument + "|";
        QCOMPARE(runScript(context, R"(for a in "$@"; do printf '%s|' "$a"; done)", generous(), arguments),
                 expected);
    }

    void theEnvironmentIsClean() {
        ScratchContext context;
        qputenv("RATESCOPE_SECRET", "x");
        qputenv("LANG", "de_DE");
        Process process("env", {"/usr/bin/env"}, context.scratch(), generous(), 3, false);
        while (!process.ended())
            process.wait(context);
        QStringList lines = QString::fromStdString(process.output()).split('\n', Qt::SkipEmptyParts);
        QStringList names;
        for (const QString& line : lines)
            names += line.section('=', 0, 0);
        names.sort();
        names.removeAll("LD_LIBRARY_PATH");
        QCOMPARE(names, (QStringList{"HOME", "LC_ALL", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH",
                                     "TMPDIR", "TZ"}));
        QVERIFY(lines.contains("OMP_NUM_THREADS=3"));
        QVERIFY(lines.contains("LC_ALL=C.UTF-8"));
        QVERIFY(lines.contains("TMPDIR=" + QString::fromStdString(context.scratch().string())));
    }

    void faults_data() {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("says");
        QTest::newRow("status") << "echo alas >&2; exit 3"
                                << "The tool ended with status 3. It said: alas";
        QTest::newRow("silent") << "exit 1"
                                << "ended with status 1; it said nothing.";
        QTest::newRow("output speaks for it") << "echo on stdout; exit 1"
                                              << "It said: on stdout";
        QTest::newRow("crash") << "kill -SEGV $$"
                               << "was killed by signal 11 (Segmentation fault)";
        QTest::newRow("abort") << "kill -ABRT $$"
                               << "was killed by signal 6";
        QTest::newRow("last words")
            << "i=0; while [ $i -lt 9999 ]; do echo line $i; i=$((i+1)); done >&2; exit 1"
            << "line 9998\nline 9998";
    }
    void faults() {
        QFETCH(QString, script);
        QFETCH(QString, says);
        ScratchContext context;
        if (says == "line 9998\nline 9998") says = "line 9998";
        VERIFY_ERROR(runScript(context, script.toStdString()), ErrorKind::Input, says.toUtf8().constData());
        try {
            runScript(context, script.toStdString());
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).size() < 2500, error.what());
            QVERIFY(std::string(error.remedy()).find("20 s, 1024 MiB of memory and 64 MiB of disk") !=
                    std::string::npos);
        }
    }

    void aProgramThatCannotStart() {
        ScratchContext context;
        const auto script = context.path("script");
        std::ofstream(script) << "#!/no/such/interpreter\n";
        std::filesystem::permissions(script, std::filesystem::perms::owner_all);
        Process process("The tool", {script.string()}, context.scratch(), generous(), 1, false);
        while (!process.ended())
            process.wait(context);
        QVERIFY2(
            std::string(process.fault()->what()).find("can't be started: No such file") != std::string::npos,
            process.fault()->what());
    }

    void limits_data() {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("says");
        QTest::newRow("hang") << "sleep 60"
                              << "was not done after 1 s, its time limit, and was killed";
        QTest::newRow("deaf hang") << "trap '' TERM INT HUP; while true; do :; done"
                                   << "was not done after 1 s";
        QTest::newRow("one file") << "head -c 100000000 /dev/zero > big"
                                  << "its disk limit";
        QTest::newRow("many files") << "i=0; while true; do head -c 500000 /dev/zero > $i; i=$((i+1)); done"
                                    << "wrote more than 8 MiB into its folder";
        QTest::newRow("many empty files") << "i=0; while true; do : > $i; i=$((i+1)); done"
                                          << "wrote more than 8 MiB into its folder";
        QTest::newRow("flood") << "yes"
                               << "printed more than 16 MiB";
        QTest::newRow("flood of messages") << "yes >&2"
                                           << "printed more than 16 MiB";
        QTest::newRow("memory") << "exec dd if=/dev/zero of=/dev/null bs=1G count=1"
                                << "ended with status 1";
    }
    void limits() {
        QFETCH(QString, script);
        QFETCH(QString, says);
        ScratchContext context;
        QElapsedTimer timer;
        timer.start();
        QString said;
        try {
            runScript(
                context, script.toStdString(),
                {QByteArray(QTest::currentDataTag()).contains("hang") ? 1.0 : 20.0, 256u << 20, 8u << 20});
        } catch (const Error& error) {
            said = error.what();
        }
        QVERIFY2(said.contains(says), qPrintable(said));
        QVERIFY2(timer.elapsed() < 15'000, qPrintable(QString::number(timer.elapsed())));
        std::uintmax_t bytes = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(context.scratch()))
            bytes += entry.file_size();
        QVERIFY2(bytes < (1u << 30), qPrintable(QString::number(bytes)));
    }

    void whatIsLeftBehindIsKilled_data() {
        QTest::addColumn<QString>("script");
        QTest::newRow("in the background") << "sleep 60 & echo $! > pid";
        QTest::newRow("in a session of its own")
            << "setsid sh -c 'echo $$ > pid; exec sleep 60' & while ! [ -s pid ]; do sleep 0.01; done";
        QTest::newRow("orphaned twice") << "(setsid sh -c '(echo $$ > pid; sleep 60) & wait' &) ; while ! [ "
                                           "-s pid ]; do sleep 0.01; done";
    }
    void whatIsLeftBehindIsKilled() {
        QFETCH(QString, script);
        ScratchContext context;
        VERIFY_ERROR(runScript(context, script.toStdString()), ErrorKind::Input, "running, now killed");
        QVERIFY(isGoneSoon(context.path("pid")));
        // The same when it is killed for another reason.
        std::filesystem::remove(context.path("pid"));
        VERIFY_ERROR(runScript(context, script.toStdString() + "; sleep 60", {1, 1u << 30, 64u << 20}),
                     ErrorKind::Resource, "its time limit");
        QVERIFY(isGoneSoon(context.path("pid")));
    }

    void helpersMayTakeAMoment() {
        ScratchContext context;
        QCOMPARE(runScript(context, "sleep 0.03 & echo done"), std::string("done\n"));
    }

    void aForkBombEnds() {
        ScratchContext context;
        VERIFY_ERROR(runScript(context, "f() { sleep 0.05; f & f & wait; }; f", {0.3, 1u << 30, 64u << 20}),
                     ErrorKind::Resource, "its time limit");
        QVERIFY(QTest::qWaitFor(
            [&] {
                for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
                    std::error_code ignored;
                    if (std::filesystem::read_symlink(entry.path() / "cwd", ignored) == context.scratch())
                        return false;
                }
                return true;
            },
            5000));
    }

    void cancellingKills() {
        ScratchContext context(3);
        QVERIFY(
            test::errorOf([&] { runScript(context, "echo $$ > pid; sleep 60"); }).startsWith("cancelled"));
        QVERIFY(isGoneSoon(context.path("pid")));
    }

    void itEndsWithThisProcess() {
        ScratchContext context;
        const pid_t worker = ::fork();
        if (worker == 0) {
            Process process(
                "The tool",
                {"/bin/sh", "-c", "echo $$ > pid; setsid sh -c 'echo $$ > other; exec sleep 60' & sleep 60"},
                context.scratch(), generous(), 1, false);
            for (;;)
                ::pause();
        }
        QVERIFY(QTest::qWaitFor(
            [&] { return pidIn(context.path("pid")) > 0 && pidIn(context.path("other")) > 0; }, 5000));
        QVERIFY(!isGone(pidIn(context.path("pid"))) && !isGone(pidIn(context.path("other"))));
        ::kill(worker, SIGKILL);
        ::waitpid(worker, nullptr, 0);
        QVERIFY(isGoneSoon(context.path("pid")));
        QVERIFY(isGoneSoon(context.path("other")));
    }

    void noZombiesAndNoDescriptors() {
        ScratchContext context;
        const auto descriptors = [] {
            return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
        };
        const auto before = descriptors();
        for (int i = 0; i < 20; ++i)
            runScript(context, "exit 0");
        QCOMPARE(descriptors(), before);
        QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1);
    }
};

QTEST_GUILESS_MAIN(ProcessTest)
#include "process_test.moc"
