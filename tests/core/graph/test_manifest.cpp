#include "core/build_info.h"
#include "core/graph/catalogue.h"
#include "core/graph/describe.h"
#include "core/graph/manifest_check.h"
#include "core/graph/strict_json.h"
#include "core/graph/wording.h"
#include "tests/core/curves/schema_check.h"
#include "tests/core/graph/said.h"
#include "tests/core/graph/sample.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>
#include <bit>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <random>
#include <sstream>

using namespace ratescope::graph;

Q_DECLARE_METATYPE(ParameterValue)
Q_DECLARE_METATYPE(Parameter)
Q_DECLARE_METATYPE(std::function<void(Manifest&)>)

namespace {

Parameter number(ParameterType type, double minimum, double maximum) {
    Parameter parameter;
    parameter.id = "quality";
    parameter.type = type;
    parameter.minimum = minimum;
    parameter.maximum = maximum;
    return parameter;
}

Parameter ofType(ParameterType type) {
    Parameter parameter;
    parameter.id = "quality";
    parameter.type = type;
    if (type == ParameterType::Choice) parameter.choices = {"4:4:4", "4:2:0"};
    return parameter;
}

void writeFile(const QString& path, const std::string& text) {
    std::ofstream(path.toStdString(), std::ios::binary) << text;
}

}  // namespace

class TestManifest : public QObject {
    Q_OBJECT

  private slots:
    void valueText_data() {
        QTest::addColumn<ParameterValue>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("true") << ParameterValue(true) << "true";
        QTest::newRow("int") << ParameterValue(std::int64_t{-9223372036854775807 - 1})
                             << "-9223372036854775808";
        QTest::newRow("integral real") << ParameterValue(2.0) << "2";
        QTest::newRow("large integral real") << ParameterValue(100000.0) << "100000";
        QTest::newRow("2^53 - 1") << ParameterValue(9007199254740991.0) << "9007199254740991";
        QTest::newRow("shortest") << ParameterValue(0.1) << "0.1";
        QTest::newRow("small") << ParameterValue(1e-7) << "1e-07";
        QTest::newRow("huge") << ParameterValue(1e300) << "1e+300";
        QTest::newRow("text") << ParameterValue(std::string("4:2:0")) << "4:2:0";
    }

    void valueText() {
        QFETCH(ParameterValue, value);
        QTEST(shown(toText(value)), "text");
    }

    void realsReadBack() {
        std::mt19937_64 random(1);
        for (int i = 0; i < 10000; ++i) {
            const double real = std::bit_cast<double>(random());
            if (!std::isfinite(real)) continue;
            QCOMPARE(std::strtod(toText(real).c_str(), nullptr), real);
        }
    }

    void parsing_data() {
        QTest::addColumn<Parameter>("parameter");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("result");
        const Parameter integer = number(ParameterType::Int, 1, 100),
                        real = number(ParameterType::Real, -1, 1);
        QTest::newRow("int") << integer << "75"
                             << "75";
        QTest::newRow("int out of range")
            << integer << "101"
            << "usage: quality: 101 is more than 100, the greatest value. Give an integer from 1 to 100.";
        QTest::newRow("int with rest")
            << integer << "7x"
            << "usage: quality: \"7x\" is not an integer. Give an integer from 1 to 100.";
        QTest::newRow("real for int")
            << integer << "7.5"
            << "usage: quality: \"7.5\" is not an integer. Give an integer from 1 to 100.";
        QTest::newRow("beyond int64")
            << integer << "9223372036854775808"
            << "usage: quality: \"9223372036854775808\" is not an integer. Give an integer from 1 to 100.";
        QTest::newRow("real") << real << "0.50"
                              << "0.5";
        QTest::newRow("int for real") << real << "1"
                                      << "1";
        QTest::newRow("minus zero") << real << "-0"
                                    << "0";
        QTest::newRow("NaN") << real << "nan"
                             << "usage: quality: nan is not a finite number. Give a number from -1 to 1.";
        QTest::newRow("infinity") << ofType(ParameterType::Real) << "inf"
                                  << "usage: quality: inf is not a finite number. Give a number.";
        QTest::newRow("below")
            << real << "-2"
            << "usage: quality: -2 is less than -1, the least value. Give a number from -1 to 1.";
        QTest::newRow("comma") << real << "0,5"
                               << "usage: quality: \"0,5\" is not a number. Give a number from -1 to 1.";
        QTest::newRow("bool") << ofType(ParameterType::Bool) << "true"
                              << "true";
        QTest::newRow("bad bool") << ofType(ParameterType::Bool) << "yes"
                                  << "usage: quality: \"yes\" is not true or false. Give true or false.";
        QTest::newRow("choice") << ofType(ParameterType::Choice) << "4:2:0"
                                << "4:2:0";
        QTest::newRow("bad choice")
            << ofType(ParameterType::Choice) << "4:1:1"
            << "usage: quality: \"4:1:1\" is none of 4:4:4, 4:2:0. Give one of 4:4:4, 4:2:0.";
        QTest::newRow("text") << ofType(ParameterType::Text) << ""
                              << "";
    }

    void parsing() {
        QFETCH(Parameter, parameter);
        QFETCH(QString, text);
        QString result;
        const QString error =
            errorOf([&] { result = shown(toText(parseValue(parameter, text.toStdString()))); });
        QTEST(error.isEmpty() ? result : error, "result");
    }

    void textThatIsNotUtf8IsRefused() {
        QVERIFY(errorOf([] { parseValue(ofType(ParameterType::Text), "\xff"); }).contains("not UTF-8"));
        for (const char* bad : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"})
            QVERIFY(!isUtf8(bad));
        for (const char* good : {"", "aé€😀"})
            QVERIFY(isUtf8(good));
    }

    void unfitValues() {
        const Parameter integer = number(ParameterType::Int, 1, 100),
                        real = number(ParameterType::Real, 1, 100);
        QCOMPARE(whyUnfit(real, std::int64_t{2}), std::string());
        QCOMPARE(shown(whyUnfit(integer, 2.0)), QString("2 is a real number, not an integer"));
        QCOMPARE(shown(whyUnfit(integer, true)), QString("true is a truth value, not an integer"));
        QCOMPARE(shown(whyUnfit(real, std::string("x"))), QString("\"x\" is text, not a number"));
        QVERIFY(!whyUnfit(real, std::numeric_limits<double>::quiet_NaN()).empty());
    }

    void equalValuesHaveOneForm() {
        const Parameter real = ofType(ParameterType::Real);
        QVERIFY(normalised(real, std::int64_t{2}) == ParameterValue(2.0));
        QVERIFY(!std::signbit(std::get<double>(normalised(real, -0.0))));
        QVERIFY(normalised(ofType(ParameterType::Int), std::int64_t{2}) == ParameterValue(std::int64_t{2}));
    }

    void jsonRoundTrip() {
        const Manifest full = sample::fullManifest();
        QVERIFY(manifestFromJson(toJson(full)) == full);
        QVERIFY(manifestFromJson(nlohmann::json::parse(toJson(full).dump())) == full);
        for (const Manifest* manifest : sample::catalogue().all())
            QVERIFY(manifestFromJson(toJson(*manifest)) == *manifest);
    }

    void everyFieldIsWritten() {
        const nlohmann::json full = toJson(sample::fullManifest()), empty = toJson(Manifest{});
        for (const auto& [key, value] : empty.items()) {
            QVERIFY2(full.at(key) != value, key.c_str());
        }
        const nlohmann::json fullParameter = full.at("parameters").back();
        for (const char* key : {"unit", "minimum", "log_scale", "group", "advanced", "visible_if"})
            QVERIFY(!fullParameter.at(key).is_null());
    }

    void manifestsFitTheSchema() {
        const QString folder = qEnvironmentVariable("RATESCOPE_SOURCE", RATESCOPE_SOURCE_FOLDER);
        const SchemaCheck check(readJson((folder + "/docs/schemas/manifest.json").toStdString()));
        QCOMPARE(shown(check(toJson(sample::fullManifest()))), QString());
        QCOMPARE(shown(check(toJson(sample::catalogue().families().front()))), QString());
        QCOMPARE(shown(check({{"nodes", {toJson(sample::fullManifest())}}})), QString());
        nlohmann::json json = toJson(sample::fullManifest());
        json["inputs"][0]["type"] = "image";
        QVERIFY(!check(json).empty());
    }

    void missingFieldsAreDefaults() {
        Manifest expected;
        expected.id = "a.b";
        QVERIFY(manifestFromJson({{"id", "a.b"}}) == expected);
    }

    void badJson_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("message");
        QTest::newRow("no id") << "{}"
                               << "The file has no field \"id\"";
        QTest::newRow("type") << R"({"id":"a.b","version":"1"})"
                              << "version must be an integer";
        QTest::newRow("enumerator") << R"({"id":"a.b","kind":"coder"})"
                                    << "kind is \"coder\", and must be one of source, codec";
        QTest::newRow("deep") << R"({"id":"a.b","inputs":[{},{"type":"image"}]})"
                              << "inputs[1].type is \"image\"";
        QTest::newRow("array") << R"({"id":"a.b","parameters":{}})"
                               << "parameters must be an array";
        QTest::newRow("version") << R"({"id":"a.b","version":4294967297})"
                                 << "version must be an integer from";
    }

    void badJson() {
        QFETCH(QString, json);
        QFETCH(QString, message);
        const QString error = errorOf([&] { manifestFromJson(nlohmann::json::parse(json.toStdString())); });
        QVERIFY2(error.startsWith("plugin: ") && error.contains(message), qPrintable(error));
    }

    void catalogueFinds() {
        const Catalogue catalogue = sample::catalogue();
        QVERIFY(catalogue.find("test.jpeg"));
        QVERIFY(!catalogue.find("test.jpg"));
        QCOMPARE(catalogue.libraryOf("test.jpeg").string(), std::string("libratescope-test.so"));
        QVERIFY(errorOf([&] { catalogue.libraryOf("test.jpg"); }).contains("Did you mean \"test.jpeg\"?"));
        QCOMPARE(catalogue.measuresOf("psnr-rgb").size(), 1u);
        QCOMPARE(catalogue.measuresOf("psnr-rgb").front()->id, std::string("test.psnr"));
        const auto all = catalogue.all();
        for (std::size_t i = 1; i < all.size(); ++i)
            QVERIFY(all[i - 1]->id < all[i]->id);
    }

    void duplicatesAreRefusedAndNothingIsAdded() {
        Catalogue catalogue = sample::catalogue();
        Manifest fresh = *catalogue.find("test.jpeg"), same = fresh;
        fresh.id = "test.fresh";
        QVERIFY(errorOf([&] {
                    catalogue.add({"other", "", "", {fresh, same}});
                }).startsWith("plugin: The node \"test.jpeg\""));
        QVERIFY(errorOf([&] {
                    catalogue.add({"other", "", "", {fresh, fresh}});
                }).contains("\"test.fresh\""));
        QVERIFY(!catalogue.find("test.fresh"));
        QCOMPARE(catalogue.families().size(), 1u);
    }

    void loading() {
        QTemporaryDir folder, second;
        const Family good = sample::catalogue().families().front();
        Family other = good;
        other.name = "other";
        other.buildId = "0000";
        writeFile(folder.filePath("test.json"), toJson(good).dump());
        writeFile(folder.filePath("libratescope-test.so"), "x");
        writeFile(folder.filePath("other.json"), toJson(other).dump());
        writeFile(folder.filePath("damaged.json"), "{\"ratescope\":\"plugin\",");
        writeFile(folder.filePath("deep.json"), std::string(100000, '['));
        writeFile(folder.filePath("empty.json"), "");
        writeFile(folder.filePath("foreign.json"), "{}");
        writeFile(folder.filePath("alone.json"), toJson(good).dump());
        writeFile(second.filePath("test.json"), toJson(good).dump());
        writeFile(second.filePath("libratescope-test.so"), "x");
        const Catalogue catalogue = loadCatalogue({folder.path().toStdString(), "/does/not/exist",
                                                   folder.path().toStdString(), second.path().toStdString()});
        QCOMPARE(catalogue.families().size(), 1u);
        QVERIFY(catalogue.find("test.jpeg"));
        QCOMPARE(shown(catalogue.libraryOf("test.jpeg").string()), folder.filePath("libratescope-test.so"));
        const std::vector<std::pair<const char*, const char*>> expected = {
            {"alone.json", "is missing"},  {"damaged.json", "not valid JSON"}, {"deep.json", "nested deeper"},
            {"empty.json", "is empty"},    {"foreign.json", "not describe"},   {"other.json", "build id"},
            {"test.json", "there already"}};
        QCOMPARE(catalogue.warnings.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const QString warning = shown(catalogue.warnings[i]);
            QVERIFY2(warning.contains(expected[i].first) && warning.contains(expected[i].second),
                     qPrintable(warning));
        }
    }

    void pluginFoldersAreNamed() {
        qputenv("RATESCOPE_PLUGINS", "/a:/b::");
        const auto folders = pluginFolders();
        QCOMPARE(folders.size(), 4u);
        QCOMPARE(folders[0].filename().string(), std::string("plugins"));
        QCOMPARE(folders[2].string(), std::string("/a"));
        QCOMPARE(folders[3].string(), std::string("/b"));
        qunsetenv("RATESCOPE_PLUGINS");
    }

    void goodManifestsHaveNoFaults() {
        for (const Manifest* manifest : sample::catalogue().all()) {
            const auto faults = faultsOf(*manifest);
            QVERIFY2(faults.empty(), faults.empty() ? "" : faults.front().c_str());
        }
    }

    void faults_data() {
        using Change = std::function<void(Manifest&)>;
        QTest::addColumn<QString>("node");
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("fault");
        const auto row = [](const char* node, const char* fault, Change change) {
            QTest::newRow(fault) << QString(node) << std::move(change) << QString(fault);
        };
        row("test.jpeg", "the id is not of the form", [](Manifest& m) { m.id = "jpeg"; });
        row("test.jpeg", "does not begin with the family", [](Manifest& m) { m.family = "image"; });
        row("test.jpeg", "the version is less than 1", [](Manifest& m) { m.version = 0; });
        row("test.jpeg", "it has no title", [](Manifest& m) { m.title.clear(); });
        row("test.jpeg", "the summary is not one line", [](Manifest& m) { m.summary = "a\nb"; });
        row("test.jpeg", "it has no manual", [](Manifest& m) { m.manual.clear(); });
        row("test.jpeg", "has no link", [](Manifest& m) { m.papers = {{"A paper", ""}}; });
        row("test.jpeg", "two outputs have the id", [](Manifest& m) { m.outputs.push_back(m.outputs[0]); });
        row("test.jpeg", "the input \"image\" has no help", [](Manifest& m) { m.inputs[0].help.clear(); });
        row("test.jpeg", "has a schema", [](Manifest& m) { m.inputs[0].schema = "x"; });
        row("test.jpeg", "the parameter \"quality\" has no label",
            [](Manifest& m) { m.parameters[0].label.clear(); });
        row("test.jpeg", "default that does not fit",
            [](Manifest& m) { m.parameters[0].defaultValue = std::int64_t{101}; });
        row("test.webp", "is real, and its default is not",
            [](Manifest& m) { m.parameters[0].defaultValue = std::int64_t{4}; });
        row("test.jpeg", "has no choices", [](Manifest& m) { m.parameters[3].choices.clear(); });
        row("test.jpeg", "has a choice twice",
            [](Manifest& m) { m.parameters[3].choices.push_back("4:2:0"); });
        row("test.jpeg", "is no other parameter", [](Manifest& m) {
            m.parameters[0].visibleIf = VisibleIf{"x", {true}};
        });
        row("test.jpeg", "visible by a value that", [](Manifest& m) {
            m.parameters[0].visibleIf = VisibleIf{"optimise", {std::string("x")}};
        });
        row("test.jpeg", "minimum above its maximum", [](Manifest& m) { m.parameters[0].minimum = 200; });
        row("test.jpeg", "no minimum above 0", [](Manifest& m) {
            m.parameters[0].logScale = true;
            m.parameters[0].minimum = 0;
        });
        row("test.jpeg", "is no number, and has", [](Manifest& m) { m.parameters[1].unit = "dB"; });
        row("test.jpeg", "exactly one input of the role coded", [](Manifest& m) { m.inputs.clear(); });
        row("test.jpeg", "not coded, encoder or shared", [](Manifest& m) {
            m.inputs.push_back(m.inputs[0]);
            m.inputs[1].id = "more";
            m.inputs[1].role = PortRole::Value;
        });
        row("test.jpeg", "no output \"bitstream\"", [](Manifest& m) { m.outputs.pop_back(); });
        row("test.jpeg", "no decoded output", [](Manifest& m) { m.outputs.erase(m.outputs.begin()); });
        row("test.jpeg", "not pairs of lower-case hexadecimal", [](Manifest& m) { m.magics = {"FFD"}; });
        row("test.jpeg", "it has metrics, and is no measure", [](Manifest& m) { m.metrics.push_back({}); });
        row("test.jpeg", "and is no source", [](Manifest& m) { m.assets.extensions = {"png"}; });
        row("test.psnr", "no input of the role reference",
            [](Manifest& m) { m.inputs.erase(m.inputs.begin()); });
        row("test.psnr", "exactly one input of the role candidate", [](Manifest& m) { m.inputs.pop_back(); });
        row("test.psnr", "is a measure, and has no metric", [](Manifest& m) { m.metrics.clear(); });
        row("test.psnr", "has a stage", [](Manifest& m) { m.parameters[0].stage = Stage::Decode; });
        row("test.photos", "has an input", [](Manifest& m) { m.inputs = m.outputs; });
        row("test.photos", "assets are files, and it has no parameter",
            [](Manifest& m) { m.assets.parameter = "folder"; });
        row("test.photos", "in lower case without a dot",
            [](Manifest& m) { m.assets.extensions = {".PNG"}; });
        row("test.photos", "its companions of \"json\" are no names", [](Manifest& m) {
            m.assets.companions = {{"json", {"../*.bin"}}};
        });
        row("test.photos", "or for its key, without the other",
            [](Manifest& m) { m.assets.table = "files"; });
        row("test.photos",
            "it joins a table by \"table\", which is no parameter of the type file that stays out",
            [](Manifest& m) {
                joinTables(m);
                m.parameters[m.parameters.size() - 2].entersKey = true;
            });
        row("test.photos", "it joins a table by \"table-key\", which is no parameter of the type text",
            [](Manifest& m) {
                joinTables(m);
                m.parameters.pop_back();
            });
        row("test.noise", "assets are counted", [](Manifest& m) { m.parameters[0].minimum = {}; });
        row("test.resize", "role that only codecs have",
            [](Manifest& m) { m.inputs[0].role = PortRole::Coded; });
        row("test.resize", "role that only measures have",
            [](Manifest& m) { m.inputs[0].role = PortRole::Candidate; });
        row("test.resize", "stored stream, and is no codec", [](Manifest& m) { m.extension = "x"; });
    }

    void faults() {
        QFETCH(QString, node);
        QFETCH(std::function<void(Manifest&)>, change);
        QFETCH(QString, fault);
        Manifest manifest = *sample::catalogue().find(node.toStdString());
        change(manifest);
        QStringList found;
        for (const std::string& one : faultsOf(manifest))
            found << shown(one);
        QVERIFY2(found.join("\n").contains(fault), qPrintable(found.join("\n")));
        QVERIFY(found.first().startsWith(shown(manifest.id)));
    }

    void manualFitsEightyColumns() {
        Manifest manifest = sample::fullManifest();
        manifest.manual = "# Limits\n\n" + std::string(30, 'w') + " " + std::string(30, 'x') + " " +
                          std::string(30, 'y') +
                          "\nsecond line of the paragraph\n\n- an item\n- another\n\n```\ncode stays\n```\n";
        const std::string text = describe(manifest);
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            QVERIFY2(columnsOf(line) <= 80, line.c_str());
        for (const char* part : {"image.full: JPEG, codec, version 3", "Limits\n", "\n- an item\n- another\n",
                                 "    code stays\n", "  quality ", "from 1 to 100; default 75.",
                                 "One of 4:4:4, 4:2:2, 4:2:0; default 4:2:0.", "Moves along the curve",
                                 "Only with optimise=true", "of the stage decode",
                                 "https://example.org/paper", "jpg, jfif", "lower is better", "optional"})
            QVERIFY2(shown(text).simplified().contains(shown(part).simplified(), Qt::CaseInsensitive), part);
        QVERIFY(text.ends_with('\n') && !text.ends_with("\n\n"));
    }

    void spelling() {
        const std::vector<std::string> known = {"quality", "optimise", "subsampling"};
        QCOMPARE(nearest("qualty", known), std::string("quality"));
        QCOMPARE(nearest("optimize", known), std::string("optimise"));
        QCOMPARE(nearest("uqality", known), std::string("quality"));
        QCOMPARE(nearest("bits", known), std::string());
        QCOMPARE(nearest(std::string(100000, 'q'), known), std::string());
        QCOMPARE(shown(didYouMean("bits", known, "Known: ")),
                 QString("Known: quality, optimise, subsampling."));
    }
};

QTEST_GUILESS_MAIN(TestManifest)
#include "test_manifest.moc"
