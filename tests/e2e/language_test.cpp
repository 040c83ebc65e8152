// The commands of language models: tokenize, perplexity, generate, and measure with a text.

#include "tests/core/test_data.h"
#include "tests/core/test_models.h"
#include "tests/e2e/check.h"
#include "tests/e2e/refusal.h"
#include "tests/patience.h"

#include <QCryptographicHash>
#include <QStandardPaths>
#include <cmath>
#include <csignal>

using namespace e2e;
using nlohmann::json;

namespace {

QString dataFile(const char* name) {
    return QString::fromStdString((dataFolder() / name).string());
}

const QString stories = dataFile("models/stories260K/stories260K.bin");
const QString wiki = dataFile("text/wikitext-2/wiki.test.raw");

const QByteArray story =
    "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, "
    "she saw a "
    "big, red ball.";

#define NEED_STORIES()                       \
    do {                                     \
        REQUIRE_DATA(stories.toStdString()); \
        REQUIRE_DATA(wiki.toStdString());    \
    } while (false)

json perplexityOf(const Place& place, const QStringList& arguments) {
    const Outcome outcome = place.cli(QStringList{"perplexity", "--json"} + arguments);
    if (outcome.code != 0) throw std::runtime_error(outcome.said().toStdString());
    const json result = outcome.json();
    if (const QByteArray fault = misfit(result, "perplexity"); !fault.isEmpty())
        throw std::runtime_error(fault.toStdString());
    return result;
}

#define VERIFY_WITHIN(value, expected, tolerance)                    \
    do {                                                             \
        const double verified = (value);                             \
        QVERIFY2(std::abs(verified / (expected)-1) < (tolerance),    \
                 QByteArray::number(verified, 'g', 10).constData()); \
    } while (false)

}  // namespace

class LanguageTest : public QObject {
    Q_OBJECT

  private slots:
    void idsAreThoseOfSentencePiece();
    void specialTokensAreTextUnlessAskedFor();
    void idsOfSmolLm2();
    void perplexityOfAWholeText();
    void perplexityOfWindows();
    void perplexityIsPrinted();
    void perplexityOfSmolLm2();
    void textsAreGoneOnWith();
    void modelsAreMeasuredOnTexts();
    void aModelIsEncodedAsItsTensors();
    void progressStandsOnATerminal();
    void anInterruptStopsWithinASecond();
    void wrongCallsAreRefused_data();
    void wrongCallsAreRefused();
    void badFilesAreRefused();
};

/// By PyPI's sentencepiece with tok512.model, told to keep all blanks as llama2.c does.
void LanguageTest::idsAreThoseOfSentencePiece() {
    NEED_STORIES();
    const Place place;
    place.write("text.txt", "Grüße, <s> 42\n\n日本 end");
    const Outcome outcome = place.cli({"tokenize", stories, "text.txt"});
    VERIFY_CODE(outcome, 0);
    QCOMPARE(outcome.output,
             QByteArray("410 463 420 198 191 198 162 411 432 410 504 419 505 410 484 479 13 13 233 154 168 "
                        "233 159 175 344 264\n"));
    QVERIFY2(outcome.errors.isEmpty(), outcome.said().constData());
    const Outcome whole = place.cli({"tokenize", stories, wiki});
    VERIFY_CODE(whole, 0);
    QCOMPARE(whole.output.count(' '), 809288);
    QCOMPARE(QCryptographicHash::hash(whole.output.trimmed(), QCryptographicHash::Sha256).toHex(),
             QByteArray("5ef520b6b723d085138ba1b6fe21ea5ce8ee583ff00250ab446d73cee98eb9f1"));
}

void LanguageTest::specialTokensAreTextUnlessAskedFor() {
    NEED_STORIES();
    const Place place;
    place.write("text.txt", "a<s>b");
    const auto ids = [&](const QStringList& options) {
        return place.cli(QStringList{"tokenize", stories, "text.txt"} + options).output;
    };
    QVERIFY(!(" " + ids({})).contains(" 1 "));
    QVERIFY((" " + ids({"--special"})).contains(" 1 "));
    QCOMPARE(ids({"--bos"}), "1 " + ids({}));
}

void LanguageTest::idsOfSmolLm2() {
    REQUIRE_MODEL(smolLm2());
    REQUIRE_DATA(wiki.toStdString());
    const Place place;
    const Outcome outcome = place.cli({"tokenize", QString::fromStdString(smolLm2().string()), wiki});
    VERIFY_CODE(outcome, 0);
    QCOMPARE(outcome.output.count(' ') + 1, 303415);
}

/// The figures of the data folder's README: PyTorch's, in single precision.
void LanguageTest::perplexityOfAWholeText() {
    NEED_STORIES();
    const Place place;
    place.write("story.txt", story);
    const json result = perplexityOf(place, {stories, "story.txt", "--bos", "--protocol", "ppl-window-text"});
    VERIFY_WITHIN(result["perplexity"].get<double>(), 1.3828, 1e-4);
    QCOMPARE(result["chunks"].size(), std::size_t{1});
    COMPARE_JSON(result["chunks"][0], result["perplexity"]);
}

void LanguageTest::perplexityOfWindows() {
    NEED_STORIES();
    const Place place;
    const json first =
        perplexityOf(place, {stories, wiki, "--bos", "--protocol", "ppl-window", "--chunks", "1"});
    VERIFY_WITHIN(first["perplexity"].get<double>(), 108.393, 1e-5);
    QVERIFY(first["stderr"].get<double>() > 1);
    COMPARE_JSON(first["context"], 512);
    COMPARE_JSON(first["stride"], 512);
    COMPARE_JSON(first["bos"], true);

    const json three = perplexityOf(place, {stories, wiki, "--chunks", "3"});
    QCOMPARE(three["chunks"].size(), std::size_t{3});
    VERIFY_WITHIN(three["chunks"][2].get<double>(), three["perplexity"].get<double>(), 1e-9);
    const json two = perplexityOf(place, {stories, wiki, "--chunks", "2", "--context", "512"});
    VERIFY_WITHIN(three["chunks"][1].get<double>(), two["perplexity"].get<double>(), 1e-9);
    const json threads = perplexityOf(place, {stories, wiki, "--chunks", "2", "--threads", "2"});
    VERIFY_WITHIN(threads["perplexity"].get<double>(), two["perplexity"].get<double>(), 1e-4);
    const json shorter = perplexityOf(place, {stories, wiki, "--chunks", "8", "--context", "128"});
    QCOMPARE(shorter["chunks"].size(), std::size_t{8});
    QVERIFY(shorter["perplexity"] != two["perplexity"]);
    COMPARE_JSON(shorter["context"], 128);
    COMPARE_JSON(shorter["bos"], false);
    COMPARE_JSON(shorter["tokenizer"], first["tokenizer"]);
}

void LanguageTest::perplexityIsPrinted() {
    NEED_STORIES();
    const Place place;
    const Outcome outcome = place.cli({"perplexity", stories, wiki, "--chunks", "2"});
    VERIFY_CODE(outcome, 0);
    const QByteArrayList lines = outcome.output.trimmed().split('\n');
    QCOMPARE(lines.size(), 4);
    QVERIFY2(lines[0].startsWith("metric") && lines[0].contains("standard error"),
             outcome.said().constData());
    QVERIFY2(lines[1].startsWith("ppl-half-512 ") && lines[1].endsWith(" 2"), outcome.said().constData());
    QVERIFY2(lines[2].startsWith("bits-per-byte "), outcome.said().constData());
    static const QRegularExpression conditions("^context 512, stride 512, BOS no, tokenizer [0-9a-f]{16}…$");
    QVERIFY2(conditions.match(QString::fromUtf8(lines[3])).hasMatch(), outcome.said().constData());
    QVERIFY2(outcome.errors.isEmpty(), outcome.said().constData());
}

void LanguageTest::perplexityOfSmolLm2() {
    REQUIRE_MODEL(smolLm2());
    REQUIRE_DATA(wiki.toStdString());
    const Place place;
    // PyTorch in single precision on the dequantised weights.
    const json result =
        perplexityOf(place, {QString::fromStdString(smolLm2().string()), wiki, "--chunks", "1"});
    VERIFY_WITHIN(result["perplexity"].get<double>(), 12.95431, 2e-4);
}

void LanguageTest::textsAreGoneOnWith() {
    NEED_STORIES();
    const Place place;
    const QStringList command = {"generate", stories, "--prompt", "Once upon a time", "-n", "38"};
    for (const QStringList& packed : {QStringList{}, QStringList{"--packed", "8"}}) {
        const Outcome outcome = place.cli(command + packed);
        VERIFY_CODE(outcome, 0);
        QVERIFY2(outcome.output.startsWith(story.left(93)), outcome.said().constData());
        QVERIFY2(outcome.output.endsWith('\n') && outcome.errors.isEmpty(), outcome.said().constData());
    }
    const Outcome four = place.cli(command + QStringList{"--packed", "4", "--threads", "2"});
    VERIFY_CODE(four, 0);
    QVERIFY2(four.output.startsWith("Once upon a time, there was a"), four.said().constData());
}

void LanguageTest::modelsAreMeasuredOnTexts() {
    NEED_STORIES();
    const Place place;
    const QStringList measure = {"measure",  "--metric",   "kld-mean", "--metric",        "kld-99-9",
                                 "--metric", "same-top-1", "--set",    "divergence=true", "--set",
                                 "chunks=1", stories,      stories,    "--json"};
    const Outcome outcome = place.cli(measure + QStringList{"--input", "text=" + wiki});
    VERIFY_CODE(outcome, 0);
    VERIFY_FITS(outcome.json(), "measure");
    COMPARE_JSON(outcome.json()["metrics"][0]["value"], 0.0);
    COMPARE_JSON(outcome.json()["metrics"][1]["value"], 0.0);
    COMPARE_JSON(outcome.json()["metrics"][2]["value"], 1.0);
    const Outcome without = place.cli(measure);
    VERIFY_CODE(without, 2);
    VERIFY_SAYS(without, "--input text=FILE");

    place.write("questions.csv",
                "question,A,B,answer\n\"Once upon a\",time,xylophone,A\n\"Lily was a little\",zebu,girl,B\n");
    const Outcome questions =
        place.cli({"measure", "--metric", "acc", "--metric", "acc-norm", "--set", "choices=A;B", "--set",
                   "beginning=true", "--input", "questions=questions.csv", stories, stories, "--json"});
    VERIFY_CODE(questions, 0);
    COMPARE_JSON(questions.json()["metrics"][0]["value"], 1.0);
    COMPARE_JSON(questions.json()["metrics"][1]["value"], 1.0);
}

void LanguageTest::aModelIsEncodedAsItsTensors() {
    NEED_STORIES();
    const Place place;
    VERIFY_CODE(place.cli({"encode", "--node", "weights.rtn", "--set", "bits=8", stories, "stories.rtn"}), 0);
    VERIFY_CODE(place.cli({"decode", "stories.rtn", "stories.safetensors"}), 0);
    const Outcome error =
        place.cli({"measure", "--metric", "tensor-relative-error", stories, "stories.safetensors", "--json"});
    VERIFY_CODE(error, 0);
    const double lost = error.json()["metrics"][0]["value"].get<double>();
    QVERIFY2(lost > 0 && lost < 0.02, QByteArray::number(lost).constData());
}

/// util-linux' script gives the command a terminal, on which Ctrl-C is typed. The shell that script starts hands its
/// place over (exec): one that stays would take the interrupt too and answer 130.
void LanguageTest::progressStandsOnATerminal() {
    NEED_STORIES();
    const QString script = QStandardPaths::findExecutable("script");
    if (script.isEmpty()) QSKIP("skipped: no program `script`");
    const Place place;
    QProcess process;
    process.setProcessEnvironment(place.environment);
    process.start(
        script,
        {"-qec", "exec " + builtProgram("ratescope-cli") + " perplexity '" + stories + "' '" + wiki + "'",
         "/dev/null"});
    QByteArray shown;
    const auto shows = [&](const QByteArray& text) {
        return waitFor(
            [&] {
                shown += process.readAllStandardOutput();
                return shown.contains(text);
            },
            30'000);
    };
    QVERIFY2(shows(" left"), shown.constData());
    QVERIFY2(shown.contains(" %, about "), shown.constData());
    process.write("\x03");
    QVERIFY2(shows("\r\033[Kratescope-cli: The task was stopped."), shown.constData());
    QVERIFY(process.waitForFinished(10'000));
    QCOMPARE(process.exitCode(), 8);
}

void LanguageTest::anInterruptStopsWithinASecond() {
    NEED_STORIES();
    const Place place;
    const auto process = place.start({"perplexity", stories, wiki});
    QVERIFY(waitFor([&] { return !childrenOf(process->processId()).isEmpty(); }, 10'000));
    const qint64 worker = childrenOf(process->processId()).first();
    QTest::qWait(1500);  // well within the text
    QElapsedTimer timer;
    timer.start();
    QVERIFY(sendSignal(process->processId(), SIGINT));
    QVERIFY(process->waitForFinished(10'000));
    QVERIFY2(timer.elapsed() < 1000 * ratescope::test::patience,
             QByteArray::number(timer.elapsed()).constData());
    QCOMPARE(process->exitCode(), 8);
    QVERIFY(process->readAllStandardOutput().isEmpty());
    QVERIFY(!isRunning(worker));
    QVERIFY(QDir(place.path("temporary")).isEmpty());
}

void LanguageTest::wrongCallsAreRefused_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    const QStringList perplexity = {"perplexity", "model.gguf", "text.txt"};
    QTest::newRow("no file") << QStringList{"tokenize", "model.gguf"} << QByteArray("FILE");
    QTest::newRow("unknown protocol") << perplexity + QStringList{"--protocol", "ppl-cont-768-256"}
                                      << QByteArray("ppl-half-L or ppl-window-L");
    QTest::newRow("another protocol")
        << perplexity + QStringList{"--protocol", "ppl-halves"} << QByteArray("\"ppl-halves\"");
    QTest::newRow("contexts that contradict")
        << perplexity + QStringList{"--protocol", "ppl-half-256", "--context", "512"}
        << QByteArray("contradict");
    QTest::newRow("odd context") << perplexity + QStringList{"--context", "500"}
                                 << QByteArray("128, 256, 512, 1024, 2048, 4096");
    QTest::newRow("no context") << perplexity + QStringList{"--context", "0"} << QByteArray("--context");
    QTest::newRow("negative chunks") << perplexity + QStringList{"--chunks", "-1"} << QByteArray("--chunks");
    QTest::newRow("no prompt") << QStringList{"generate", "model.gguf"} << QByteArray("--prompt");
    QTest::newRow("no tokens") << QStringList{"generate", "model.gguf", "--prompt", "a", "-n", "0"}
                               << QByteArray("-n");
    QTest::newRow("packed in 5 bits")
        << QStringList{"generate", "model.gguf", "--prompt", "a", "--packed", "5"} << QByteArray("--packed");
}

void LanguageTest::wrongCallsAreRefused() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, says);
    const Place place;
    place.write("model.gguf", "no model");
    place.write("text.txt", "text");
    const Outcome outcome = place.cli(arguments);
    VERIFY_CODE(outcome, 2);
    QVERIFY2(outcome.output.isEmpty(), outcome.said().constData());
    VERIFY_SAYS(outcome, says);
}

void LanguageTest::badFilesAreRefused() {
    NEED_STORIES();
    const Place place;
    place.write("no model.gguf", "This is no model.");
    place.write("text.txt", "A text of a few words.");
    place.write("empty.txt", "");
    place.write("latin-1.txt", "caf\xe9");
    place.write("folder/readme.txt", "no model here");
    for (const QString& command : {QString("tokenize"), QString("perplexity")}) {
        VERIFY_REFUSED(place, (QStringList{command, "no model.gguf", "text.txt"}), 3, "no model.gguf");
        VERIFY_REFUSED(place, (QStringList{command, "missing.gguf", "text.txt"}), 3, "missing.gguf");
        VERIFY_REFUSED(place, (QStringList{command, "folder", "text.txt"}), 3, "folder");
        VERIFY_REFUSED(place, (QStringList{command, stories, "empty.txt"}), 3, "empty.txt");
        VERIFY_REFUSED(place, (QStringList{command, stories, "missing.txt"}), 3, "missing.txt");
        VERIFY_REFUSED(place, (QStringList{command, stories, "latin-1.txt"}), 3, "latin-1.txt", "UTF-8");
    }
    VERIFY_REFUSED(place, (QStringList{"perplexity", stories, "text.txt"}), 3, "The text has 1",
                   "a window of ppl-half-512 has 512");
    VERIFY_REFUSED(place, (QStringList{"generate", "no model.gguf", "--prompt", "a"}), 3, "no model.gguf");
}

QTEST_GUILESS_MAIN(LanguageTest)
#include "language_test.moc"
