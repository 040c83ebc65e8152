#include "core/graph/document_json.h"
#include "core/graph/strict_json.h"
#include "tests/core/curves/schema_check.h"
#include "tests/core/graph/said.h"
#include "tests/core/graph/sample.h"

#include <nlohmann/json.hpp>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <functional>
#include <limits>

using namespace ratescope::graph;

Q_DECLARE_METATYPE(std::function<void(nlohmann::json&)>)

namespace {

/// Every field set to something other than its default.
Document fullDocument() {
    Document document = sample::jpegStudy();
    document.title = "JPEG über Fotos";
    document.notes = "line\nline \"quoted\" \t";
    document.nodes[1].title = "Mine";
    document.nodes[1].version = 2;
    document.nodes[1].pairing = Pairing::Product;
    document.nodes[1].bypassed = true;
    document.nodes[1].x = 0.1;
    document.nodes[1].y = -1e300;
    document.nodes[1].parameters = {{"quality", ParameterValue(std::int64_t{-9223372036854775807 - 1})},
                                    {"a", ParameterValue(2.0)},
                                    {"b", ParameterValue(true)},
                                    {"c", ParameterValue(std::string("4:2:0"))},
                                    {"d", VariableRef{"factor"}}};
    document.nodes[2].pairing = Pairing::PairedByName;
    document.variables = {{"factor", 0.5}, {"other", std::int64_t{3}}};
    document.sweeps = {
        sample::sweepOf("jpeg.quality", {std::int64_t{5}, std::int64_t{95}}),
        {{{"jpeg", "optimise", {}}, {"", "factor", true}, {"jpeg", "subsampling", false}},
         {{true, 0.25, std::string("4:4:4")}, {false, std::int64_t{1}, std::string("4:2:0")}}}};
    document.reaches = {{"jpeg", "smoothing", "psnr:psnr-rgb", {30.0, 35.5}, 0.001, 9, 0.5, 2.0}};
    document.candidates = {{"jpeg", "image"}};
    document.frames = {{"Frame", "text", 1, 2, 3, 4.5}};
    document.crops = {{"façade", "kodim08.png", 280, 180, 272, 164}, {"middle", "", 0, 0, 1, 1}};
    FigureSpec figure;
    figure.name = "rd-psnr";
    figure.kind = FigureKind::Relative;
    figure.x = "bpp";
    figure.y = "psnr:psnr-rgb";
    figure.series = {"jpeg/optimise=true", "imported/VTM"};
    figure.anchor = "jpeg/optimise=true";
    figure.preset = "slide";
    figure.widthMm = 88.9;
    figure.heightMm = 82;
    figure.labelPoints = 8.5;
    figure.tickPoints = 7.5;
    figure.linePoints = 0.9;
    figure.dpi = 300;
    figure.logX = figure.logY = figure.hull = figure.bdTable = true;
    figure.bands = figure.grid = false;
    figure.xLimits = FigureLimits{0.1, 2.5};
    figure.yLimits = FigureLimits{24, 44};
    figure.method = "akima";
    figure.averaging = "mean-curve";
    figure.by = "class";
    figure.legend = LegendPlace::BottomLeft;
    figure.title = "Title";
    figure.dataset = "Kodak";
    FigureSpec plain;
    plain.name = "plain";
    plain.y = "psnr-rgb";
    FigureSpec plate;
    plate.name = "plate";
    plate.kind = FigureKind::Plate;
    plate.y = "psnr-rgb";
    plate.asset = "kodim08.png";
    plate.crop = FigureCrop{280, 180, 272, 164};
    plate.rate = 0.5;
    plate.columns = 3;
    document.figures = {figure, plain, plate};
    document.seeds = {0, 18446744073709551615ull};
    document.threads = 3;
    document.stallSeconds = 2.5;
    document.keepReconstructions = true;
    return document;
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}

void writeFile(const QString& path, const QByteArray& content) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

std::filesystem::path pathOf(const QString& path) {
    return path.toStdString();
}

QString sourceFolder() {
    return qEnvironmentVariable("RATESCOPE_SOURCE", RATESCOPE_SOURCE_FOLDER);
}

QString oldDocument() {
    return sourceFolder() + "/tests/documents/v0-photographs.ratescope";
}

}  // namespace

class TestDocument : public QObject {
    Q_OBJECT

  private slots:
    void newDocumentsHaveTheirOwnIds() {
        const Document a = newDocument("My Photos!"), b = newDocument("");
        QCOMPARE(a.id.size(), 32u);
        QVERIFY(a.id != b.id);
        QCOMPARE(shown(a.name), QString("my-photos"));
        QCOMPARE(shown(b.name), QString("study"));
    }

    void slugsAreUnique() {
        Document document = sample::jpegStudy();
        QCOMPARE(shown(uniqueSlug(document, "jpeg")), QString("jpeg-2"));
        document.nodes.push_back(sample::node("jpeg-2", "jpeg"));
        QCOMPARE(shown(uniqueSlug(document, "JPEG")), QString("jpeg-3"));
        QCOMPARE(shown(uniqueSlug(document, "WebP (fast)")), QString("webp-fast"));
        QCOMPARE(shown(uniqueSlug(document, "é")), QString("node"));
    }

    void portNames() {
        QVERIFY((portRefFromText("jpeg.image") == PortRef{"jpeg", "image"}));
        for (const char* bad : {"", "jpeg", ".image", "jpeg."})
            QVERIFY(errorOf([&] { portRefFromText(bad); }).startsWith("usage: "));
    }

    void wiresAreFound() {
        const Document document = sample::jpegStudy();
        QCOMPARE(document.source({"psnr", "candidate"})->text(), std::string("jpeg.image"));
        QVERIFY(!document.source({"jpeg", "mask"}));
        QCOMPARE(document.wiresFrom({"photos", "image"}).size(), 2u);
        QCOMPARE(document.wiresInto({"psnr", "reference"}).size(), 1u);
    }

    void roundTrip() {
        for (const Document& document : {fullDocument(), sample::jpegStudy(), newDocument("empty")}) {
            bool migrated = true;
            QVERIFY(documentFromJson(toJson(document), &migrated) == document);
            QVERIFY(!migrated);
            QCOMPARE(shown(toText(documentFromJson(parseJson(toText(document), "x")))),
                     shown(toText(document)));
        }
    }

    void documentsWithoutCropsSayNothingOfThem() {
        Document document = fullDocument();
        QVERIFY(shown(toText(document)).contains("\"crops\": ["));
        document.crops.clear();
        QVERIFY(!shown(toText(document)).contains("crops"));
    }

    void aDocumentWithoutFiguresKeepsItsBytes() {
        Document document = sample::jpegStudy();
        QVERIFY(!shown(toText(document)).contains("figures"));
        FigureSpec figure;
        figure.name = "rd";
        figure.y = "psnr-rgb";
        document.figures = {figure};
        // What is as by default is not written.
        QVERIFY(shown(toText(document)).contains("\"figures\": [{\"name\": \"rd\", \"y\": \"psnr-rgb\"}]"));
        QVERIFY(document.figure("rd") == &document.figures[0]);
        QVERIFY(!document.figure("other"));
    }

    void typesOfNumbersAreKept() {
        const Document read = documentFromJson(parseJson(toText(fullDocument()), "x"));
        QVERIFY(std::holds_alternative<double>(std::get<ParameterValue>(read.nodes[1].parameters.at("a"))));
        QVERIFY(std::holds_alternative<std::int64_t>(read.variables[1].value));
    }

    void textIsReadable() {
        const QString text = shown(toText(fullDocument()));
        QVERIFY(text.startsWith("{\n  \"ratescope\": \"document\",\n  \"format\": 2,\n"));
        QVERIFY(
            text.contains("\n    {\"columns\": [{\"node\": \"jpeg\", \"parameter\": \"quality\"}], \"rows\": "
                          "[[5], [95]]},\n"));
        QVERIFY(text.contains("{\"from\": \"photos.image\", \"to\": \"jpeg.image\"}"));
        QVERIFY(text.endsWith("}\n"));
    }

    void filesFitTheSchema() {
        const auto schema = pathOf(sourceFolder() + "/docs/schemas/document.json");
        const SchemaCheck check(readJson(schema));
        for (const Document& document :
             {fullDocument(), sample::jpegStudy(), readDocument(pathOf(oldDocument()))})
            QCOMPARE(shown(check(toJson(document))), QString());
        nlohmann::json json = toJson(fullDocument());
        json["figures"][0]["colour"] = "red";
        QVERIFY(!check(json).empty());
        json = toJson(fullDocument());
        json["nodes"][0]["colour"] = "red";
        QVERIFY(!check(json).empty());
        QVERIFY(!check(readJson(pathOf(oldDocument()))).empty());
    }

    void fewFieldsSuffice() {
        const Document read = documentFromJson({{"ratescope", "document"},
                                                {"format", 1},
                                                {"id", "x"},
                                                {"name", "y"},
                                                {"nodes", {{{"slug", "a"}, {"type", "b.c"}}}}});
        Document expected;
        expected.id = "x";
        expected.name = "y";
        expected.nodes.emplace_back();
        expected.nodes[0].slug = "a";
        expected.nodes[0].type = "b.c";
        QVERIFY(read == expected);
    }

    void badDocuments_data() {
        using Change = std::function<void(nlohmann::json&)>;
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* message, Change change) {
            QTest::newRow(message) << std::move(change) << QString(message);
        };
        using nlohmann::json;
        row("The file is not a Ratescope document", [](json& j) { j["ratescope"] = "plugin"; });
        row("The file must be an object", [](json& j) { j = json::array(); });
        row("The file has no field \"format\"", [](json& j) { j.erase("format"); });
        row("format must be an integer", [](json& j) { j["format"] = 1.5; });
        row("The document has format 3, and this version of Ratescope reads up to 2",
            [](json& j) { j["format"] = 3; });
        row("The file has no field \"id\"", [](json& j) { j.erase("id"); });
        row("The file has no field \"nodes\"", [](json& j) { j.erase("nodes"); });
        row("nodes must be an array", [](json& j) { j["nodes"] = json::object(); });
        row("nodes[2] has no field \"slug\"", [](json& j) { j["nodes"][2].erase("slug"); });
        row("nodes[2].slug must be text", [](json& j) { j["nodes"][2]["slug"] = 3; });
        row("nodes[1].version must be an integer", [](json& j) { j["nodes"][1]["version"] = "1"; });
        row("nodes[1].x must be a number", [](json& j) { j["nodes"][1]["x"] = nullptr; });
        row("nodes[1].pairing must be \"unsaid\"", [](json& j) { j["nodes"][1]["pairing"] = "zip"; });
        row("nodes[1].parameters.quality must be true, false, a number or text",
            [](json& j) { j["nodes"][1]["parameters"]["quality"] = nullptr; });
        row("nodes[1].parameters.quality must be an integer from",
            [](json& j) { j["nodes"][1]["parameters"]["quality"] = 9223372036854775808ull; });
        row("nodes[1].parameters.quality.variabel is not a field", [](json& j) {
            j["nodes"][1]["parameters"]["quality"] = {{"variabel", "x"}};
        });
        row("nodes[1].colour is not a field that this version of Ratescope knows",
            [](json& j) { j["nodes"][1]["colour"] = "red"; });
        row("reach is not a field", [](json& j) { j["reach"] = json::array(); });
        row("wires[0].from must be a node and a port", [](json& j) { j["wires"][0]["from"] = "photos"; });
        row("wires[0] has no field \"to\"", [](json& j) { j["wires"][0].erase("to"); });
        row("sweeps[0].rows[1][0] must be true",
            [](json& j) { j["sweeps"][0]["rows"][1][0] = json::array(); });
        row("sweeps[0].columns[0].node must not be empty",
            [](json& j) { j["sweeps"][0]["columns"][0]["node"] = ""; });
        row("sweeps[0].columns[0] must name a node's parameter or a variable",
            [](json& j) { j["sweeps"][0]["columns"][0]["variable"] = "x"; });
        row("reaches belongs to format 2, and the document says 1", [](json& j) { j["format"] = 1; });
        row("reaches[0] has no field \"quantity\"", [](json& j) { j["reaches"][0].erase("quantity"); });
        row("reaches[0].targets[1] must be a number", [](json& j) { j["reaches"][0]["targets"][1] = "35"; });
        row("reaches[0].most_runs must be an integer", [](json& j) { j["reaches"][0]["most_runs"] = 9.5; });
        row("reaches[0].runs is not a field", [](json& j) { j["reaches"][0]["runs"] = 9; });
        row("seeds[0] must be an integer of at least 0", [](json& j) { j["seeds"][0] = -1; });
        row("threads must be an integer", [](json& j) { j["threads"] = 1e10; });
        row("candidates[0] must be text", [](json& j) { j["candidates"][0] = 1; });
        row("figures[0] has no field \"y\"", [](json& j) { j["figures"][0].erase("y"); });
        row("figures[0].kind must be one of \"curves\", \"relative\", \"table\"",
            [](json& j) { j["figures"][0]["kind"] = "pie"; });
        row("figures[0].x_limits must be two numbers", [](json& j) { j["figures"][0]["x_limits"] = {1}; });
        row("figures[0].y_limits[1] must be a number", [](json& j) {
            j["figures"][0]["y_limits"] = {1, "2"};
        });
        row("figures[0].series[0] must be text", [](json& j) { j["figures"][0]["series"] = {1}; });
        row("figures[0].colour is not a field", [](json& j) { j["figures"][0]["colour"] = "red"; });
        row("frames[0].width must be a number", [](json& j) { j["frames"][0]["width"] = "wide"; });
        row("crops[0].x must be an integer", [](json& j) { j["crops"][0]["x"] = 1.5; });
        row("crops[1] has no field \"height\"", [](json& j) { j["crops"][1].erase("height"); });
        row("crops[0].zoom is not a field", [](json& j) { j["crops"][0]["zoom"] = 2; });
    }

    void badDocuments() {
        QFETCH(std::function<void(nlohmann::json&)>, change);
        QFETCH(QString, message);
        nlohmann::json json = toJson(fullDocument());
        change(json);
        const QString error = errorOf([&] { documentFromJson(json); });
        QVERIFY2(error.startsWith("document: " + message), qPrintable(error));
    }

    void notFiniteOrNotUtf8IsNotWritten() {
        QTemporaryDir folder;
        const auto file = pathOf(folder.filePath("a.ratescope"));
        Document document = sample::jpegStudy();
        document.nodes[1].parameters["quality"] = ParameterValue(std::numeric_limits<double>::quiet_NaN());
        QVERIFY(errorOf([&] { writeDocument(file, document); }).startsWith("document: A number"));
        document.nodes[1].parameters["quality"] = ParameterValue(std::string("\xff"));
        QVERIFY(errorOf([&] { writeDocument(file, document); }).startsWith("document: A text"));
        document = sample::jpegStudy();
        document.nodes[1].parameters["\xff"] = ParameterValue(true);
        QVERIFY(errorOf([&] { writeDocument(file, document); }).startsWith("document: A text"));
        QVERIFY(QDir(folder.path()).isEmpty());
    }

    void hostileFiles_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("message");
        QTest::newRow("empty") << QByteArray() << "is empty";
        QTest::newRow("truncated") << QByteArray("{\"ratescope\":\"docu") << "not valid JSON";
        QTest::newRow("rest") << QByteArray("{} {}") << "not valid JSON";
        QTest::newRow("deep arrays") << QByteArray(1 << 20, '[') << "nested deeper than 64 levels";
        QTest::newRow("deep objects")
            << QByteArray("{\"a\":").repeated(1 << 18) << "nested deeper than 64 levels";
        QTest::newRow("twice") << QByteArray("{\"a\":1,\"b\":{\"c\":1,\"c\":2}}")
                               << "the key \"c\" is there twice";
        QTest::newRow("NaN") << QByteArray("{\"a\":NaN}") << "not valid JSON";
        QTest::newRow("large real") << QByteArray("{\"a\":1e999}") << "not valid JSON";
        QTest::newRow("large integer") << QByteArray("{\"a\":18446744073709551616}")
                                       << "the integer \"18446744073709551616\" does not fit 64 bits";
        QTest::newRow("not UTF-8") << QByteArray("{\"a\":\"\xff\"}") << "not valid JSON";
        QTest::newRow("many values") << "[" + QByteArray("0,").repeated(8'000'000) + "0]"
                                     << "more than 8000000 values";
        QTest::newRow("too large") << QByteArray((64 << 20) + 1, ' ') << "larger than 64 MiB";
    }

    void hostileFiles() {
        QFETCH(QByteArray, content);
        QFETCH(QString, message);
        QTemporaryDir folder;
        const QString path = folder.filePath("study.ratescope");
        writeFile(path, content);
        const QString error = errorOf([&] { readDocument(pathOf(path)); });
        QVERIFY2(error.startsWith("input: " + path) && error.contains(message), qPrintable(error));
    }

    void depthIsLimited() {
        const auto nested = [](std::size_t levels) {
            return std::string(levels, '[') + std::string(levels, ']');
        };
        parseJson(nested(maximumJsonDepth), "x");
        QVERIFY(errorOf([&] {
                    parseJson(nested(maximumJsonDepth + 1), "x");
                }).startsWith("input: x: nested deeper"));
    }

    void missingFilesAreNamed() {
        QTemporaryDir folder;
        QVERIFY(errorOf([&] {
                    readDocument("/no/such.ratescope");
                }).startsWith("input: /no/such.ratescope does not exist."));
        QVERIFY(errorOf([&] { readDocument(pathOf(folder.path())); }).contains("is not a file"));
        const QString path = folder.filePath("bad.ratescope");
        writeFile(path, "{\"ratescope\":\"document\",\"format\":1}");
        QVERIFY(errorOf([&] {
                    readDocument(pathOf(path));
                }).startsWith("document: " + path + ": The file has no field \"id\""));
    }

    void writingReplacesWhole() {
        QTemporaryDir folder;
        const QString path = folder.filePath("study.ratescope"), link = folder.filePath("link.ratescope");
        writeDocument(pathOf(path), sample::jpegStudy());
        QVERIFY(QFile::link(path, link));
        const Document document = fullDocument();
        writeDocument(pathOf(link), document);
        QVERIFY(readDocument(pathOf(path)) == document);
        QVERIFY(QFileInfo(link).isSymLink());
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files),
                 QStringList({"link.ratescope", "study.ratescope"}));
        const QByteArray bytes = contentOf(path);
        writeDocument(pathOf(path), document);
        QCOMPARE(contentOf(path), bytes);
        QVERIFY(errorOf([&] {
                    writeDocument("/proc/study.ratescope", document);
                }).startsWith("resource: /proc/study.ratescope can't be written"));
    }

    void oldFormatOpens() {
        const Document document = readDocument(pathOf(oldDocument()));
        QCOMPARE(document.nodes.size(), 4u);
        QCOMPARE(document.nodes[1].x, 240.5);
        QVERIFY(document.nodes[2].bypassed);
        QVERIFY(document.nodes[2].parameters.at("scale") == Binding(VariableRef{"factor"}));
        QCOMPARE(document.wires.size(), 4u);
        QVERIFY(document.wires[3] == sample::wire("enlarge.image", "psnr.candidate"));
        QCOMPARE(document.sweeps.size(), 2u);
        QVERIFY(document.sweeps[0] == sample::sweepOf("jpeg.optimise", {false, true}));
        QCOMPARE(document.sweeps[1].rows.size(), 10u);
        QCOMPARE(document.sweeps[1].columns[0].text(), std::string("jpeg.quality"));
        QVERIFY(document.seeds == std::vector<std::uint64_t>{7});
        QCOMPARE(document.threads, 2);
        QCOMPARE(shown(document.notes), QString("Written by the first format."));
        QCOMPARE(document.frames.size(), 1u);
        // The id comes from the content: the same study each time, another for another file.
        QCOMPARE(shown(document.id), QString("66d14a1a5688ff4112bf25755328c17b"));
        nlohmann::json other = readJson(pathOf(oldDocument()));
        other["title"] = "another";
        bool migrated = false;
        QVERIFY(documentFromJson(other, &migrated).id != document.id);
        QVERIFY(migrated);
    }

    void oldFormatIsStrictToo() {
        nlohmann::json json = readJson(pathOf(oldDocument()));
        json["wires"] = nlohmann::json::array();
        QVERIFY(errorOf([&] { documentFromJson(json); }).startsWith("document: wires is not a field"));
        json.erase("wires");
        json["connections"][1]["to"] = {"enlarge"};
        QVERIFY(errorOf([&] {
                    documentFromJson(json);
                }).startsWith("document: connections[1].to must be a node and a port"));
    }

    void format1Opens() {
        nlohmann::json json = readJson(pathOf(sourceFolder() + "/tests/documents/v1-photographs.ratescope"));
        bool migrated = false;
        const Document document = documentFromJson(json, &migrated);
        QVERIFY(migrated);
        QVERIFY(document.reaches.empty());
        QCOMPARE(document.sweeps.size(), 2u);
        QCOMPARE(shown(document.id), QString("5e1b7c0a94f24d0f8a6b2d3c9e7f1a20"));
        json["format"] = 2;
        QVERIFY(documentFromJson(json, &migrated) == document);
        QVERIFY(!migrated);
    }

    void oldFileIsKeptWhenSaved() {
        QTemporaryDir folder;
        const QString path = folder.filePath("study.ratescope"), kept = path + ".format-0";
        QVERIFY(QFile::copy(oldDocument(), path));
        const Document document = readDocument(pathOf(path));
        QVERIFY(!QFile::exists(kept));
        writeDocument(pathOf(path), document);
        QCOMPARE(contentOf(kept), contentOf(oldDocument()));
        QVERIFY(readDocument(pathOf(path)) == document);
        writeDocument(pathOf(path), fullDocument());
        QCOMPARE(contentOf(kept), contentOf(oldDocument()));
    }

    void newerFileIsNotOverwritten() {
        QTemporaryDir folder;
        const QString path = folder.filePath("study.ratescope");
        writeFile(path, "{\"ratescope\":\"document\",\"format\":3}");
        QVERIFY(errorOf([&] { writeDocument(pathOf(path), fullDocument()); }).contains("newer version"));
        QCOMPARE(contentOf(path), QByteArray("{\"ratescope\":\"document\",\"format\":3}"));
    }
};

QTEST_GUILESS_MAIN(TestDocument)
#include "test_document.moc"
