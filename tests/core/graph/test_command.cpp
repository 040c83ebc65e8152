#include "core/error.h"
#include "core/graph/command.h"
#include "core/graph/manifest.h"
#include "tests/core/graph/said.h"

#include <QtTest>
#include <random>

using namespace ratescope;
using namespace ratescope::graph;

namespace {

QStringList shown(const CommandWords& words) {
    QStringList list;
    for (const CommandWord& word : words) {
        QString text;
        for (const CommandPiece& piece : word)
            switch (piece.kind) {
                case CommandPiece::Kind::Text:
                    text += QString::fromStdString(piece.text);
                    break;
                case CommandPiece::Kind::Name:
                    text += "<" + QString::fromStdString(piece.text) + "|" +
                            QString::fromStdString(piece.extension) + ">";
                    break;
                case CommandPiece::Kind::Bytes:
                    text += "#";
                    break;
            }
        list += text;
    }
    return list;
}

const std::string hash(64, 'a');

}  // namespace

class TestCommand : public QObject {
    Q_OBJECT

  private slots:
    void splits_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("words");
        QTest::newRow("nothing") << "" << QStringList{};
        QTest::newRow("white space") << " \t\n " << QStringList{};
        QTest::newRow("words") << "a  b\tc\nd " << QStringList{"a", "b", "c", "d"};
        QTest::newRow("single quotes") << "a 'b c' '{d}\\\"'" << QStringList{"a", "b c", "{d}\\\""};
        QTest::newRow("double quotes")
            << "\"a b\" \"c\\\"d\" \"\\\\\" \"'\"" << QStringList{"a b", "c\"d", "\\", "'"};
        QTest::newRow("empty words") << "a '' \"\"" << QStringList{"a", "", ""};
        QTest::newRow("joined") << "a' b'\" c\"d" << QStringList{"a b cd"};
        QTest::newRow("backslashes") << "a\\ b \\{c} \\\\ \\'" << QStringList{"a b", "{c}", "\\", "'"};
        QTest::newRow("line ends") << "'a\nb' \"c\nd\" e\\\nf" << QStringList{"a\nb", "c\nd", "e\nf"};
        QTest::newRow("names") << "-q={quality} {input.png} x{a}y{b-2}"
                               << QStringList{"-q=<quality|>", "<input|png>", "x<a|>y<b-2|>"};
        QTest::newRow("names in quotes") << "\"{a} b\" '{a} b'" << QStringList{"<a|> b", "{a} b"};
        QTest::newRow("nothing of a shell")
            << "$HOME * ~ # a;b \"|\" \\> '&&'" << QStringList{"$HOME", "*", "~", "#", "a;b", "|", ">", "&&"};
        QTest::newRow("roots") << "${RATESCOPE_DATA}/x --m=${A}"
                               << QStringList{"${RATESCOPE_DATA}/x", "--m=${A}"};
        QTest::newRow("a closing brace") << "a} }" << QStringList{"a}", "}"};
        QTest::newRow("UTF-8") << "größe 'ß é'" << QStringList{"größe", "ß é"};
    }
    void splits() {
        QFETCH(QString, text);
        QFETCH(QStringList, words);
        const CommandWords split = parseCommand(text.toStdString());
        QCOMPARE(shown(split), words);
        QVERIFY(parseCommand(toText(split)) == split);
    }

    void refuses_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("single quote") << "a 'b"
                                      << "the quote ' is not closed that begins at character 3";
        QTest::newRow("double quote") << "\""
                                      << "the quote \" is not closed that begins at character 1";
        QTest::newRow("backslash") << "a \\"
                                   << "a backslash takes nothing at character 3";
        QTest::newRow("open brace") << "a {b"
                                    << "begins at character 3";
        QTest::newRow("no name") << "{}"
                                 << "begins at character 1";
        QTest::newRow("a number") << "{1}"
                                  << "begins at character 1";
        QTest::newRow("Python") << "python3 -c {'a':1}"
                                << "begins at character 12";
        QTest::newRow("extension") << "{a.}"
                                   << "begins at character 1";
        QTest::newRow("a path as extension") << "{a./../x}"
                                             << "begins at character 1";
        QTest::newRow("pipe") << "a | b"
                              << "\"|\" is for a shell, and none reads this at character 3";
        QTest::newRow("redirection") << "a > b"
                                     << "\">\" is for a shell";
        QTest::newRow("and") << "a && b"
                             << "\"&&\" is for a shell";
        QTest::newRow("last word") << "a &"
                                   << "\"&\" is for a shell, and none reads this at character 3";
        QTest::newRow("root") << "${A"
                              << "the root is not closed that begins at character 1";
        QTest::newRow("zero") << QString("a") + QChar(0) + "b"
                              << "there is a zero byte at character 2";
        QTest::newRow("a hash") << QString::fromStdString("{file:" + hash + "}/bin/true")
                                << "begins at character 1";
    }
    void refuses() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const QString said = errorOf([&] { parseCommand(text.toStdString()); });
        QVERIFY2(said.startsWith("document: ") && said.contains(says), qPrintable(said));
    }

    void anyTextsComeBack() {
        std::mt19937 random(5);
        const std::string characters = "ab '\"\\{}|&$<>;\n\t.=-";
        for (int i = 0; i < 2000; ++i) {
            CommandWords words;
            for (std::size_t w = random() % 4; w > 0; --w) {
                CommandWord word;
                std::string text;
                for (std::size_t c = random() % 6; c > 0; --c)
                    text += characters[random() % characters.size()];
                if (!text.empty()) word.push_back({CommandPiece::Kind::Text, text, ""});
                if (random() % 4 == 0) word.push_back({CommandPiece::Kind::Name, "name", "png"});
                words.push_back(word);
            }
            QVERIFY2(parseCommand(toText(words)) == words, toText(words).c_str());
        }
    }

    void filesStandByHash() {
        const std::string text = "{file:" + hash + "}/bin/tool --table={file:" + hash + "}\"/a b\" x";
        const CommandWords words = parseResolved(text);
        QCOMPARE(words.size(), std::size_t{3});
        const auto program = fileOf(words[0]), table = fileOf(words[1]);
        QCOMPARE(program->path, std::string("/bin/tool"));
        QCOMPARE(program->hash, hash);
        QCOMPARE(table->prefix, std::string("--table="));
        QCOMPARE(table->path, std::string("/a b"));
        QVERIFY(!fileOf(words[2]));
        QVERIFY(parseResolved(toText(words)) == words);
    }

    void wordsOnlyAreNotCommands() {
        QCOMPARE(shown(parseWords("a=| | b='x y'")), (QStringList{"a=|", "|", "b=x y"}));
    }

    void aParameterTakesCommandsOnly() {
        const Parameter parameter{
            .id = "encoder", .type = ParameterType::Command, .defaultValue = std::string()};
        QCOMPARE(whyUnfit(parameter, std::string()), std::string());
        QCOMPARE(whyUnfit(parameter, std::string("a {b}")), std::string());
        QVERIFY(whyUnfit(parameter, std::string("a {b")).find("character 3") != std::string::npos);
        QVERIFY(errorOf([&] { parseValue(parameter, "a | b"); }).contains("usage: encoder: "));
        QCOMPARE(whatFits(parameter), std::string("a command"));
    }
};

QTEST_GUILESS_MAIN(TestCommand)
#include "test_command.moc"
