// measure.command: what programs print, and what becomes of it.

#include "core/graph/expand.h"
#include "core/run/command_files.h"
#include "plugins/measure/nodes.h"
#include "tests/core/media/command/scratch_context.h"
#include "tests/families/image/pictures.h"

#include <QTest>
#include <cmath>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry& entry() {
    static const NodeEntry entry = measure::commandNode();
    return entry;
}

Settings measureBy(const std::string& command, const Settings& more = {}) {
    Settings settings = more;
    settings["command"] = run::resolveCommand(command, {std::filesystem::current_path(), {}}, sha256OfFile);
    settings["time-limit"] = 20.0;
    return settings;
}

/// Scores of so many candidates in one call.
std::vector<Scores> scores(const Settings& settings, std::size_t count = 1) {
    ScratchContext context;
    const auto node = entry().make();
    const auto& measure = dynamic_cast<const MeasureNode&>(*node);
    const Parameters parameters = complete(entry().manifest, settings);
    const Image image = picture(6, 4, ColourModel::Rgb);
    const std::vector<Prepared> prepared(count,
                                         measure.prepare(context, inputs("reference", image), parameters));
    const std::vector<Value> candidates(count, std::make_shared<const Image>(image));
    return measure.scoreBatch(context, prepared, candidates, std::vector<Parameters>(count, parameters));
}

double score(const Settings& settings) {
    const Score only = scores(settings).front().scores.at(0);
    return only.s0 / only.s1;
}

/// A measure that prints this text.
Settings printing(const QString& text, const QString& path = {}) {
    return measureBy("sh -c 'printf %s \"$0\"' '" + text.toStdString() + "' {reference} {candidate}",
                     {{"path", path.toStdString()}});
}

}  // namespace

class CommandTest : public QObject {
    Q_OBJECT

  private slots:
    void numbers_data() {
        QTest::addColumn<QString>("printed");
        QTest::addColumn<QString>("path");
        QTest::addColumn<double>("value");
        QTest::newRow("plain") << "38.25"
                               << "" << 38.25;
        QTest::newRow("white space") << "\n  -1e-3\n\n"
                                     << "" << -1e-3;
        QTest::newRow("whole") << "7\r\n"
                               << "" << 7.0;
        QTest::newRow("infinite") << "inf\n"
                                  << "" << HUGE_VAL;
        QTest::newRow("JSON path") << R"({"pooled":{"vmaf":{"mean":93.5}}})"
                                   << "/pooled/vmaf/mean" << 93.5;
        QTest::newRow("JSON list") << R"([{"a":1},{"a":2}])"
                                   << "/1/a" << 2.0;
        QTest::newRow("escaped") << R"({"a/b":{"":4}})"
                                 << "/a~1b/" << 4.0;
    }
    void numbers() {
        QFETCH(QString, printed);
        QFETCH(QString, path);
        QFETCH(double, value);
        QCOMPARE(score(printing(printed, path)), value);
    }

    void noNumbers_data() {
        QTest::addColumn<QString>("printed");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("says");
        QTest::newRow("nothing") << ""
                                 << ""
                                 << "The measure printed nothing";
        QTest::newRow("a word") << "good"
                                << ""
                                << "printed \"good\", which is no number by itself";
        QTest::newRow("a unit") << "38.2 dB"
                                << ""
                                << "which is no number by itself";
        QTest::newRow("several") << "38.2 0.97\n1"
                                 << ""
                                 << "which has 3 numbers";
        QTest::newRow("NaN") << "nan"
                             << ""
                             << "gave NaN";
        QTest::newRow("JSON without a path") << "{\"psnr\": 3}"
                                             << ""
                                             << "printed \"{\"psnr\": 3}\"";
        QTest::newRow("no JSON") << "psnr: 3"
                                 << "/psnr"
                                 << "printed no JSON";
        QTest::newRow("two JSON values") << "{\"a\":1}{\"a\":2}"
                                         << "/a"
                                         << "printed no JSON";
        QTest::newRow("JSON NaN") << "{\"a\":NaN}"
                                  << "/a"
                                  << "printed no JSON";
        QTest::newRow("nothing there") << "{\"a\":1}"
                                       << "/b"
                                       << "has nothing at \"/b\"";
        QTest::newRow("a text there") << "{\"a\":\"1\"}"
                                      << "/a"
                                      << "has string at \"/a\", not a number";
        QTest::newRow("null there") << "{\"a\":null}"
                                    << "/a"
                                    << "has null at";
        QTest::newRow("no pointer") << "{\"a\":1}"
                                    << "a"
                                    << "is no JSON pointer";
        QTest::newRow("no index") << "[1]"
                                  << "/x"
                                  << "has nothing at";
    }
    void noNumbers() {
        QFETCH(QString, printed);
        QFETCH(QString, path);
        QFETCH(QString, says);
        const QString said = errorOf([&] { score(printing(printed, path)); });
        QVERIFY2(said.contains(says) && !said.startsWith("internal"), qPrintable(said));
    }

    void picturesAreGiven() {
        QCOMPARE(score(measureBy(
                     "sh -c 'head -c 2 \"$0\" | grep -q P6 && head -c 4 \"$1\" | grep -q PNG && echo 5' "
                     "{reference} {candidate.png}")),
                 5.0);
        const QString said = errorOf([] { score(measureBy("echo {reference}")); });
        QVERIFY2(said.contains("The file {candidate} does not stand"), qPrintable(said));
    }

    void itsMetricIsNamed() {
        Settings settings = printing("3");
        settings["metric"] = std::string("vmaf");
        settings["title"] = std::string("VMAF");
        settings["unit"] = std::string("points");
        settings["better"] = std::string("lower");
        QCOMPARE(scores(settings).front().scores.at(0).metric, std::string("vmaf"));
        const auto metrics = graph::metricsOf(entry().manifest, complete(entry().manifest, settings).all());
        QCOMPARE(metrics.at(0).id, std::string("vmaf"));
        QCOMPARE(metrics.at(0).title, std::string("VMAF"));
        QCOMPARE(metrics.at(0).unit, std::string("points"));
        QVERIFY(metrics.at(0).better == graph::Better::Lower);
        settings["metric"] = std::string("VMAF 4k");
        QVERIFY(errorOf([&] {
                    graph::metricsOf(entry().manifest, complete(entry().manifest, settings).all());
                }).startsWith("document: \"VMAF 4k\" is no name for a metric"));
    }

    void batchesGiveALineEach_data() {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("says");
        QTest::newRow("good") << "n=0; while read line; do n=$((n+1)); echo $n; done < \"$0\""
                              << "";
        QTest::newRow("too few") << "echo 1"
                                 << "printed 1 lines for a list of 3";
        QTest::newRow("too many") << "echo 1; echo 2; echo 3; echo 4"
                                  << "printed 4 lines for a list of 3";
        QTest::newRow("no number") << "echo 1; echo x; echo 3"
                                   << "printed \"x\"";
    }
    void batchesGiveALineEach() {
        QFETCH(QString, script);
        QFETCH(QString, says);
        const Settings settings =
            measureBy("sh -c '" + script.toStdString() + "' {list}", {{"mode", std::string("batch")}});
        std::vector<Scores> all;
        const QString said = errorOf([&] { all = scores(settings, 3); });
        QVERIFY2(says.isEmpty() ? said.isEmpty() : said.contains(says), qPrintable(said));
        if (says.isEmpty()) QCOMPARE(all.at(2).scores.at(0).s0, 3.0);
    }

    void serversAnswer() {
        Settings settings =
            measureBy("sh -c 'while read line; do echo 4.5; done'", {{"mode", std::string("server")}});
        QCOMPARE(score(settings), 4.5);
        settings = measureBy("sh -c 'while read line; do echo \"{\\\"ssim\\\": 0.5}\"; done'",
                             {{"mode", std::string("server")}, {"path", std::string("/ssim")}});
        QCOMPARE(score(settings), 0.5);
    }
};

QTEST_GUILESS_MAIN(CommandTest)
#include "command_test.moc"
