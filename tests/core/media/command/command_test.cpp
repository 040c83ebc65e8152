// Requests, batches and servers.

#include "core/media/command/command.h"

#include "core/media/command/servant.h"
#include "core/run/command_files.h"
#include "tests/core/error_check.h"
#include "tests/core/media/command/scratch_context.h"

#include <QtTest>
#include <fstream>

using namespace ratescope;
using namespace ratescope::media;
using test::ScratchContext;

namespace {

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::size_t linesIn(const std::filesystem::path& file) {
    const std::string text = contentOf(file);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// The script as a program whose path does not change.
std::filesystem::path program(const std::filesystem::path& file, const std::string& script) {
    std::ofstream(file, std::ios::binary) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
}

CommandSetup setupOf(const std::string& command, const std::string& form, CommandMode mode) {
    CommandSetup setup;
    setup.name = "The tool";
    setup.command = graph::parseResolved(run::resolveCommand(command, {"/", {}}, sha256OfFile));
    setup.form = mode == CommandMode::Call ? setup.command : graph::parseWords(form);
    setup.mode = mode;
    setup.json = false;
    setup.limits = {10, 1u << 30, 64u << 20};
    return setup;
}

Request requestOf(ScratchContext& context, const CommandSetup& setup, std::size_t i,
                  NamedValues values = {}) {
    return Request(setup.form, callFolder(context, i), {{"input", "pnm"}, {"output", "bin"}},
                   std::move(values));
}

std::string answerTo(ScratchContext& context, const CommandSetup& setup, const Request& request) {
    return runCommand(context, setup, {&request, 1}).each.front();
}

std::filesystem::path source() {
    return qgetenv("RATESCOPE_SOURCE").toStdString();
}

/// A server of a test's own.
struct ServerPlace {
    ScratchContext context;
    std::filesystem::path log = context.scratch().parent_path() / "log";
    CommandSetup setup;

    explicit ServerPlace(const std::string& form = "{what} {more}") {
        const std::filesystem::path tool = context.scratch().parent_path() / "server";
        std::filesystem::copy_file(source() / "tests/core/media/command/server.sh", tool);
        setup = setupOf("'" + tool.string() + "'", form, CommandMode::Server);
    }
    std::string ask(const std::string& what) {
        const Request request(setup.form, callFolder(context, 0), {}, {{"what", what}, {"more", "more"}});
        return answerTo(context, setup, request);
    }
    std::size_t starts() const { return linesIn(log); }
};

}  // namespace

class CommandTest : public QObject {
    Q_OBJECT

  private slots:
    void valuesAreNamed() {
        const NamedValues values = namedValues("a=1 b='two words' c=\"x=y\nz\" d= 'e'=\\{}", {"input"});
        QCOMPARE(values.size(), std::size_t{5});
        QVERIFY(values[1] == std::make_pair(std::string("b"), std::string("two words")));
        QVERIFY(values[2] == std::make_pair(std::string("c"), std::string("x=y\nz")));
        QVERIFY(values[3] == std::make_pair(std::string("d"), std::string()));
        QVERIFY(values[4] == std::make_pair(std::string("e"), std::string("{}")));
        VERIFY_ERROR(namedValues("a", {}), ErrorKind::Document, "is no name=value");
        VERIFY_ERROR(namedValues("=a", {}), ErrorKind::Document, "is no name=value");
        VERIFY_ERROR(namedValues("a=1 a=2", {}), ErrorKind::Document, "is taken");
        VERIFY_ERROR(namedValues("input=1", {"input"}), ErrorKind::Document, "is taken");
        VERIFY_ERROR(namedValues("a={b}", {}), ErrorKind::Document, "placeholders");
        VERIFY_ERROR(namedValues("a='b", {}), ErrorKind::Document, "not closed");
    }

    void placeholdersStandForValues() {
        ScratchContext context;
        const auto form = graph::parseCommand("-q{quality} {input.png} \"{label}\" --o={output} '{quality}'");
        const std::string label = "two words, \"quotes\"\nand {braces}";
        const Request request(form, "/folder", {{"input", "pnm"}, {"output", "bin"}},
                              {{"quality", "7.5"}, {"label", label}});
        QVERIFY(request.words(form) == (std::vector<std::string>{"-q7.5", "/folder/input.png", label,
                                                                 "--o=/folder/output.bin", "{quality}"}));
        QCOMPARE(request.file("input"), std::filesystem::path("/folder/input.png"));
        VERIFY_ERROR(request.words(graph::parseCommand("{qualty}")), ErrorKind::Document,
                     "The placeholder {qualty} stands for nothing here");
        VERIFY_ERROR(request.words(graph::parseCommand("{quality.png}")), ErrorKind::Document,
                     "{quality.png}");
        const auto partial = graph::parseCommand("{input.png} {input.ppm}");
        VERIFY_ERROR(Request(partial, "/f", {{"input", "pnm"}}, {}), ErrorKind::Document, "two extensions");
        const Request none(graph::parseCommand("x"), "/f", {{"input", "pnm"}}, {});
        VERIFY_ERROR(none.file("input"), ErrorKind::Document, "does not stand in the command");
    }

    void requestsAreLines() {
        const auto form = graph::parseWords("{input} {quality} {label}");
        const auto request = [&](const std::string& label) {
            return Request(form, "/f", {{"input", "pnm"}}, {{"quality", "75"}, {"label", label}});
        };
        QCOMPARE(request("a b").tabbed(form), std::string("/f/input.pnm\t75\ta b"));
        QCOMPARE(request("").tabbed(form), std::string("/f/input.pnm\t75\t"));
        VERIFY_ERROR(request("a\tb").tabbed(form), ErrorKind::Document, "tab or a line end");
        VERIFY_ERROR(request("a\nb").tabbed(form), ErrorKind::Document, "tab or a line end");
        QCOMPARE(
            request("a\n\"b\"").json(form, 3),
            std::string("{\"id\":3,\"input\":\"/f/input.pnm\",\"quality\":75,\"label\":\"a\\n\\\"b\\\"\"}"));
        VERIFY_ERROR(request("").json(graph::parseWords("x={input}"), 1), ErrorKind::Document, "by itself");
    }

    void callsGiveWhatIsPrinted() {
        ScratchContext context;
        const CommandSetup setup = setupOf("printf %s {quality}", "", CommandMode::Call);
        QCOMPARE(answerTo(context, setup, requestOf(context, setup, 0, {{"quality", "75"}})),
                 std::string("75"));
    }

    void aChangedProgramIsNotRun() {
        ScratchContext context;
        const auto tool = program(context.scratch().parent_path() / "tool", "echo one\n");
        const CommandSetup setup = setupOf(tool.string(), "", CommandMode::Call);
        QCOMPARE(answerTo(context, setup, requestOf(context, setup, 0)), std::string("one\n"));
        program(tool, "echo two, another\n");
        VERIFY_ERROR(answerTo(context, setup, requestOf(context, setup, 0)), ErrorKind::Input,
                     "has changed since the study was planned");
        std::filesystem::remove(tool);
        VERIFY_ERROR(answerTo(context, setup, requestOf(context, setup, 0)), ErrorKind::Input,
                     "not there any more");
    }

    void batchesAreLists() {
        ScratchContext context;
        const auto tool = program(
            context.scratch().parent_path() / "tool",
            "cat \"$1\"; while IFS=$(printf '\\t') read -r o q; do echo \"$q\" > \"$o\"; done < \"$1\"\n");
        CommandSetup setup = setupOf(tool.string() + " {list}", "{output} {quality}", CommandMode::Batch);
        std::vector<Request> requests;
        for (std::size_t i = 0; i < 3; ++i)
            requests.push_back(requestOf(context, setup, i, {{"quality", std::to_string(i)}}));
        const CommandAnswers answers = runCommand(context, setup, requests);
        const std::string folder = context.scratch().string();
        QCOMPARE(answers.output, folder + "/0/output.bin\t0\n" + folder + "/1/output.bin\t1\n" + folder +
                                     "/2/output.bin\t2\n");
        QCOMPARE(contentOf(requests[2].file("output")), std::string("2\n"));
        QCOMPARE(readMade(setup, requests[2], "output").size(), std::size_t{2});
        std::ofstream(requests[1].file("output"), std::ios::trunc);
        VERIFY_ERROR(readMade(setup, requests[1], "output"), ErrorKind::Input,
                     "wrote nothing into its file {output}");
        std::filesystem::remove(requests[1].file("output"));
        VERIFY_ERROR(readMade(setup, requests[1], "output"), ErrorKind::Input,
                     "did not write its file {output}");
    }

    void aServerStartsOnce() {
        ServerPlace place;
        for (int i = 0; i < 20; ++i)
            QCOMPARE(place.ask("word"), std::string("WORD"));
        QCOMPARE(place.ask("chatter"), std::string("ok"));
        QCOMPARE(place.starts(), std::size_t{1});
        QCOMPARE(linesIn(place.log.string() + ".asked"), std::size_t{21});
    }

    void aRefusalIsAnAnswer() {
        ServerPlace place;
        VERIFY_ERROR(place.ask("refuse"), ErrorKind::Input, "The tool refused: no more today");
        QCOMPARE(place.ask("word"), std::string("WORD"));
        QCOMPARE(place.starts(), std::size_t{1});
    }

    void aServerThatFailsIsStartedAgain_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("says");
        QTest::newRow("death") << "die"
                               << "ended with status 4. It said: going down";
        QTest::newRow("end") << "silent-end"
                             << "ended without an answer";
        QTest::newRow("hang") << "hang"
                              << "was not done after 0.5 s";
        QTest::newRow("another request") << "wrong"
                                         << "answered the request 99, and was asked 2";
        QTest::newRow("no JSON") << "broken"
                                 << "which is no JSON";
    }
    void aServerThatFailsIsStartedAgain() {
        QFETCH(QString, what);
        QFETCH(QString, says);
        ServerPlace place;
        place.setup.limits.seconds = 0.5;
        QCOMPARE(place.ask("word"), std::string("WORD"));
        QString said;
        try {
            place.ask(what.toStdString());
        } catch (const Error& error) {
            said = error.what();
        }
        QVERIFY2(said.contains(says), qPrintable(said));
        QCOMPARE(place.ask("again"), std::string("AGAIN"));
        QCOMPARE(place.starts(), std::size_t{2});
    }

    void aLineTooManyIsNoAnswerToTheNext() {
        ServerPlace place;
        QCOMPARE(place.ask("twice"), std::string("one"));
        QTest::qWait(100);
        VERIFY_ERROR(place.ask("word"), ErrorKind::Input, "printed \"two\", which is no answer");
        QCOMPARE(place.ask("word"), std::string("WORD"));
        QCOMPARE(place.starts(), std::size_t{2});
    }

    void anotherCommandIsAnotherServer() {
        ServerPlace one, two;
        one.ask("word");
        two.ask("word");
        one.ask("word");
        QCOMPARE(one.starts(), std::size_t{1});
        QCOMPARE(two.starts(), std::size_t{1});
    }

    void cancellingEndsTheServer() {
        ServerPlace place;
        place.ask("word");
        ScratchContext cancelled(3);
        const Request request(place.setup.form, callFolder(place.context, 0), {},
                              {{"what", "hang"}, {"more", ""}});
        QVERIFY(test::errorOf([&] {
                    runCommand(cancelled, place.setup, {&request, 1});
                }).startsWith("cancelled"));
        QCOMPARE(place.ask("word"), std::string("WORD"));
        QCOMPARE(place.starts(), std::size_t{2});
    }
};

QTEST_GUILESS_MAIN(CommandTest)
#include "command_test.moc"
