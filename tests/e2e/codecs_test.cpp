// Single files: encode, decode, measure and nodes. Each command is a process of its own, so that every stream here is
// decoded by another process than the one that wrote it.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/files.h"

#include <nlohmann/json.hpp>

#include <QCryptographicHash>
#include <QImage>
#include <cmath>

using namespace e2e;
using nlohmann::json;

class CodecsTest : public QObject {
    Q_OBJECT

  private slots:
    void streamsOpenInAnotherProcess_data();
    void streamsOpenInAnotherProcess();
    void tensorsOpenInAnotherProcess();
    void sharedInputsMustBeTheSame();
    void wrongCallsAreRefused_data();
    void wrongCallsAreRefused();
    void filesAreMeasured();
    void mapsAreWritten();
    void codecsShareAMeasure();
    void nodesExplainThemselves();
};

namespace {

std::int64_t sumOfParts(const json& encoded) {
    std::int64_t bits = 0;
    for (const json& part : encoded.at("parts"))
        bits += part.at("bits").get<std::int64_t>();
    return bits;
}

double metricOf(const Place& place, const char* metric, const QString& reference, const QString& candidate) {
    const Outcome outcome = place.cli({"measure", "--metric", metric, reference, candidate, "--json"});
    if (outcome.code != 0) throw std::runtime_error(outcome.said().toStdString());
    if (const QByteArray fault = misfit(outcome.json(), "measure"); !fault.isEmpty())
        throw std::runtime_error(fault.toStdString());
    const json value = outcome.json()["metrics"][0]["value"];
    return value == "inf" ? HUGE_VAL : value.get<double>();
}

}  // namespace

void CodecsTest::streamsOpenInAnotherProcess_data() {
    QTest::addColumn<QStringList>("codec");
    QTest::addColumn<int>("channels");
    QTest::addColumn<double>("quality");
    QTest::newRow("JPEG") << QStringList{"image.jpeg"} << 3 << 25.0;
    QTest::newRow("JPEG, grey") << QStringList{"image.jpeg"} << 1 << 25.0;
    QTest::newRow("JPEG, progressive 4:4:4")
        << QStringList{"image.jpeg", "--set", "progressive=true", "--set", "subsampling=4:4:4"} << 3 << 25.0;
    QTest::newRow("WebP") << QStringList{"image.webp"} << 3 << 25.0;
    QTest::newRow("WebP, lossless") << QStringList{"image.webp", "--set", "lossless=true"} << 3 << HUGE_VAL;
    QTest::newRow("PNG") << QStringList{"image.png"} << 3 << HUGE_VAL;
    QTest::newRow("PNG, grey") << QStringList{"image.png", "--set", "filter=paeth"} << 1 << HUGE_VAL;
    QTest::newRow("JPEG XL") << QStringList{"image.jxl", "--set", "effort=4"} << 3 << 30.0;
    QTest::newRow("JPEG XL, grey, lossless")
        << QStringList{"image.jxl", "--set", "lossless=true", "--set", "effort=3"} << 1 << HUGE_VAL;
    QTest::newRow("AVIF") << QStringList{"image.avif", "--set", "speed=9"} << 3 << 25.0;
    QTest::newRow("AVIF, grey, 4:2:0")
        << QStringList{"image.avif", "--set", "speed=9", "--set", "subsampling=4:2:0"} << 1 << 25.0;
    QTest::newRow("JPEG 2000") << QStringList{"image.jpeg2000"} << 3 << 35.0;
    QTest::newRow("JPEG 2000, lossless")
        << QStringList{"image.jpeg2000", "--set", "target=everything", "--set", "reversible=true"} << 3
        << HUGE_VAL;
    QTest::newRow("JPEG 2000, grey, two of four layers")
        << QStringList{"image.jpeg2000", "--set", "layers=4", "--set", "layers-kept=2"} << 1 << 28.0;
    QTest::newRow("bit planes") << QStringList{"test.layers", "--set", "layers=8"} << 3 << HUGE_VAL;
    QTest::newRow("three bit planes") << QStringList{"test.layers", "--set", "layers=3"} << 1 << 10.0;
}

void CodecsTest::streamsOpenInAnotherProcess() {
    QFETCH(QStringList, codec);
    QFETCH(int, channels);
    QFETCH(double, quality);
    const Place place;
    const QString name = channels == 3 ? "original.ppm" : "original.pgm";
    const QString decoded = channels == 3 ? "decoded.ppm" : "decoded.pgm";
    place.write(name, picture(60, 45, channels));
    const Outcome encoded =
        place.cli(QStringList{"encode", "--node"} + codec + QStringList{name, "stream", "--json"});
    VERIFY_CODE(encoded, 0);
    const json report = encoded.json();
    VERIFY_FITS(report, "encode");
    const QByteArray stream = place.read("stream");
    QCOMPARE(report["bytes"].get<qint64>(), stream.size());
    QCOMPARE(sumOfParts(report), 8 * stream.size());
    QCOMPARE(QByteArray::fromStdString(report["sha256"].get<std::string>()),
             QCryptographicHash::hash(stream, QCryptographicHash::Sha256).toHex());

    // Without --node the stream's first bytes tell the codec.
    const Outcome known = place.cli({"decode", "stream", decoded});
    VERIFY_CODE(known, 0);
    QVERIFY2(known.output.isEmpty() && known.errors.isEmpty(), known.said().constData());
    const QByteArray pixels = place.read(decoded);
    QCOMPARE(samplesOf(pixels).size(), 60 * 45 * channels);
    VERIFY_CODE(place.cli({"decode", "--node", codec.first(), "stream", "again.png"}), 0);
    QVERIFY(std::isinf(metricOf(place, "psnr-rgb", decoded, "again.png")));
    QVERIFY(metricOf(place, "psnr-rgb", name, decoded) >= quality);

    const Outcome text = place.cli(QStringList{"encode", "--node"} + codec + QStringList{name, "stream"});
    VERIFY_CODE(text, 0);
    QVERIFY2(text.output.contains("100.00"), text.said().constData());
    QCOMPARE(place.read("stream"), stream);
}

void CodecsTest::tensorsOpenInAnotherProcess() {
    const Place place;
    place.write("model.safetensors", weights(64, 256));
    const Outcome encoded = place.cli({"encode", "--node", "weights.rtn", "--set", "bits=4", "--set",
                                       "group-size=32", "model.safetensors", "model.rtn", "--json"});
    VERIFY_CODE(encoded, 0);
    const json report = encoded.json();
    VERIFY_FITS(report, "encode");
    QCOMPARE(sumOfParts(report), 8 * place.read("model.rtn").size());
    VERIFY_CODE(place.cli({"decode", "model.rtn", "decoded.safetensors"}), 0);
    VERIFY_CODE(place.cli({"decode", "--node", "weights.rtn", "model.rtn", "again.safetensors"}), 0);
    QCOMPARE(place.read("again.safetensors"), place.read("decoded.safetensors"));
    const double error = metricOf(place, "tensor-relative-error", "model.safetensors", "decoded.safetensors");
    QVERIFY2(error > 0 && error < 0.15, QByteArray::number(error).constData());
    QCOMPARE(metricOf(place, "tensor-mse", "decoded.safetensors", "again.safetensors"), 0.0);
}

void CodecsTest::sharedInputsMustBeTheSame() {
    const Place place;
    place.write("original.pgm", picture(20, 15, 1));
    place.write("learned.safetensors", learned(7));
    place.write("other.safetensors", learned(8));
    VERIFY_CODE(place.cli({"encode", "--node", "test.shared-codec", "--input",
                           "parameters=learned.safetensors", "original.pgm", "stream"}),
                0);
    VERIFY_CODE(place.cli({"decode", "--input", "parameters=learned.safetensors", "stream", "decoded.pgm"}),
                0);
    QCOMPARE(samplesOf(place.read("decoded.pgm")), samplesOf(place.read("original.pgm")));

    const Outcome other =
        place.cli({"decode", "--input", "parameters=other.safetensors", "stream", "other.pgm"});
    VERIFY_CODE(other, 3);
    VERIFY_SAYS(other, "shared");
    QVERIFY(!place.has("other.pgm"));
    const Outcome without = place.cli({"decode", "stream", "without.pgm"});
    VERIFY_CODE(without, 2);
    VERIFY_SAYS(without, "parameters");
}

void CodecsTest::wrongCallsAreRefused_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    const QStringList jpeg = {"encode", "--node", "image.jpeg"}, files = {"original.ppm", "out.jpg"};
    QTest::newRow("unknown node") << QStringList{"encode", "--node", "image.jpg"} + files << 2
                                  << QByteArray("image.jpeg");
    QTest::newRow("no codec") << QStringList{"encode", "--node", "measure.psnr"} + files << 2
                              << QByteArray("measure.psnr");
    QTest::newRow("unknown parameter")
        << jpeg + QStringList{"--set", "qality=3"} + files << 2 << QByteArray("\"qality\"");
    QTest::newRow("beyond its range")
        << jpeg + QStringList{"--set", "quality=101"} + files << 2 << QByteArray("quality");
    QTest::newRow("no number") << jpeg + QStringList{"--set", "quality=good"} + files << 2
                               << QByteArray("quality");
    QTest::newRow("no value") << jpeg + QStringList{"--set", "quality"} + files << 2
                              << QByteArray("PARAM=VALUE");
    QTest::newRow("unknown port") << jpeg + QStringList{"--input", "base=original.ppm"} + files << 2
                                  << QByteArray("base");
    QTest::newRow("missing port") << QStringList{"encode", "--node", "test.shared-codec"} + files << 2
                                  << QByteArray("parameters");
    QTest::newRow("missing file") << jpeg + QStringList{"nothing.png", "out.jpg"} << 3
                                  << QByteArray("nothing.png");
    QTest::newRow("missing folder") << jpeg + QStringList{"original.ppm", "nowhere/out.jpg"} << 7
                                    << QByteArray("nowhere");
    QTest::newRow("no stream") << QStringList{"decode", "original.ppm", "out.png"} << 3
                               << QByteArray("original.ppm");
    QTest::newRow("unknown picture format")
        << QStringList{"decode", "good.jpg", "out.bmp"} << 2 << QByteArray("out.bmp");
    QTest::newRow("unknown metric") << QStringList{"measure", "--metric", "ssim", "original.ppm",
                                                   "original.ppm"}
                                    << 2 << QByteArray("psnr-rgb");
    QTest::newRow("unlike pictures") << QStringList{"measure", "--metric", "psnr-rgb", "original.ppm",
                                                    "small.ppm"}
                                     << 3 << QByteArray("measure.psnr");
}

void CodecsTest::wrongCallsAreRefused() {
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    const Place place;
    place.write("original.ppm", picture(32, 24));
    place.write("small.ppm", picture(16, 12));
    VERIFY_CODE(place.cli({"encode", "--node", "image.jpeg", "original.ppm", "good.jpg"}), 0);
    const Outcome outcome = place.cli(arguments);
    VERIFY_CODE(outcome, code);
    QVERIFY2(outcome.output.isEmpty(), outcome.said().constData());
    VERIFY_SAYS(outcome, says);
    QVERIFY(!place.has("out.jpg") && !place.has("out.png") && !place.has("out.bmp"));
}

void CodecsTest::filesAreMeasured() {
    const Place place;
    place.write("original.ppm", picture(32, 24));
    QByteArray other = picture(32, 24);
    for (qsizetype i = other.size() - 32 * 24 * 3; i < other.size(); ++i)
        other[i] = static_cast<char>(static_cast<unsigned char>(other[i]) ^ 1);
    place.write("other.ppm", other);
    // Every sample is off by one: 20 log10(255).
    QVERIFY(std::abs(metricOf(place, "psnr-rgb", "original.ppm", "other.ppm") - 20 * std::log10(255.0)) <
            1e-9);
    QCOMPARE(metricOf(place, "test.mse:test-mse", "original.ppm", "other.ppm"), 1.0);
    QVERIFY(std::isinf(metricOf(place, "psnr-rgb", "original.ppm", "original.ppm")));
    const Outcome several = place.cli({"measure", "--metric", "psnr-rgb", "--metric", "psnr-y", "--metric",
                                       "test-mse", "original.ppm", "other.ppm"});
    VERIFY_CODE(several, 0);
    QCOMPARE(several.output.count('\n'), 4);
}

void CodecsTest::mapsAreWritten() {
    const Place place;
    place.write("original.ppm", picture(32, 24));
    QByteArray other = picture(32, 24);
    other[other.size() - 1] = static_cast<char>(other[other.size() - 1] ^ 0x40);
    place.write("other.ppm", other);
    const QStringList command = {"measure", "--metric", "psnr-rgb", "original.ppm", "other.ppm", "--map"};
    const Outcome asJson = place.cli(command + QStringList{"map.png", "--json"});
    VERIFY_CODE(asJson, 0);
    VERIFY_FITS(asJson.json(), "measure");
    const json map = asJson.json()["map"];
    COMPARE_JSON(map["file"], "map.png");
    COMPARE_JSON(map["low"], 0);
    const double largest = 64.0 * 64 / 3 / (255 * 255);  // mean over the channels, over the squared peak
    QVERIFY2(std::abs(map["high"].get<double>() - largest) < 1e-8, map.dump().c_str());
    VERIFY_SAYS(asJson, "map.png: the map goes from 0 (black in a picture) to 0.02");
    const QImage shown = QImage(place.path("map.png"));
    QCOMPARE(shown.size(), QSize(32, 24));
    QVERIFY(shown.isGrayscale());
    QCOMPARE(qGray(shown.pixel(31, 23)), 255);
    QCOMPARE(qGray(shown.pixel(30, 23)), 0);

    VERIFY_CODE(place.cli(command + QStringList{"map.safetensors"}), 0);
    QVERIFY(place.read("map.safetensors").contains(R"("shape":[24,32])"));
    const Outcome wrong = place.cli(command + QStringList{"map.tiff"});
    VERIFY_CODE(wrong, 2);
    VERIFY_SAYS(wrong, "map.tiff");
    VERIFY_SAYS(wrong, ".png");
    const Outcome several = place.cli(command + QStringList{"two.png", "--metric", "test-mse"});
    VERIFY_CODE(several, 2);
    VERIFY_SAYS(several, "measure.psnr and test.mse");
    QVERIFY(!place.has("map.tiff") && !place.has("two.png"));
}

void CodecsTest::codecsShareAMeasure() {
    const Place place;
    const QString document =
        place.write("study.ratescope", jpegStudy("study", 2, {40, 80})
                                           .node("webp", "image.webp")
                                           .node("layered", "image.jpeg2000", {{"layers", 4}})
                                           .wire("noise.image", "webp.image")
                                           .wire("noise.image", "layered.image")
                                           .wire("webp.image", "psnr.candidate")
                                           .wire("layered.image", "psnr.candidate")
                                           .sweep("webp", "quality", {10, 50, 90})
                                           .sweep("layered", "layers-kept", {1, 2, 3, 4})
                                           .text());
    const Outcome run = place.cli({"run", document, "--jobs", "2", "--json"});
    VERIFY_CODE(run, 0);
    const Outcome curves =
        place.cli({"curves", "--library", "study.rslib", "--y", "psnr-rgb", "--format", "json"});
    VERIFY_CODE(curves, 0);
    const json report = curves.json();
    QStringList points;
    for (const json& curve : report["series"])
        points += QString("%1: %2")
                      .arg(QString::fromStdString(curve["series"].get<std::string>()))
                      .arg(curve["points"].size());
    QCOMPARE(points, (QStringList{"jpeg/subsampling=4:2:0: 2", "jpeg/subsampling=4:4:4: 2", "webp: 3",
                                  "layered: 4"}));
}

void CodecsTest::nodesExplainThemselves() {
    const Place place;
    const Outcome list = place.cli({"nodes", "--json"});
    VERIFY_CODE(list, 0);
    QVERIFY2(list.errors.isEmpty(), list.said().constData());
    const json nodes = list.json()["nodes"];
    QVERIFY(nodes.size() >= 20);
    const Outcome text = place.cli({"nodes"});
    VERIFY_CODE(text, 0);
    for (const json& node : nodes) {
        VERIFY_FITS(node, "manifest");
        const QString id = QString::fromStdString(node["id"].get<std::string>());
        QVERIFY2(text.output.contains(id.toUtf8()), qPrintable(id));
    }
    const Outcome one = place.cli({"nodes", "image.jpeg", "--json"});
    VERIFY_CODE(one, 0);
    VERIFY_FITS(one.json(), "manifest");
    const Outcome explained = place.cli({"nodes", "image.jpeg"});
    VERIFY_CODE(explained, 0);
    for (const char* word : {"quality", "subsampling", "4:2:0", "scan-data"})
        QVERIFY2(explained.output.contains(word), explained.said().constData());
}

QTEST_GUILESS_MAIN(CodecsTest)
#include "codecs_test.moc"
