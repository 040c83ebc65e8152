// measure.psnr and measure.tensor-error: statistics against sums written out, counts, refusals.

#include "plugins/measure/nodes.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <QTest>
#include <algorithm>
#include <cmath>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

struct Measured {
    std::map<std::string, std::pair<double, double>> statistics;
    std::map<std::string, std::uint64_t> counts;
    std::optional<Table> samples;
    std::vector<std::string> log;
};

template <typename T>
Measured measured(const NodeEntry& entry, const T& reference, const T& candidate) {
    TestContext context;
    const auto node = entry.make();
    const auto& measure = dynamic_cast<const MeasureNode&>(*node);
    const Parameters parameters = complete(entry.manifest);
    const Prepared prepared = measure.prepare(context, inputs("reference", reference), parameters);
    const Scores scores = measure.score(context, prepared, std::make_shared<const T>(candidate), parameters);
    Measured result;
    for (const Score& score : scores.scores) {
        if (entry.manifest.metric(score.metric) == nullptr)
            throw Error(ErrorKind::Internal, "The manifest has no metric " + score.metric + ".", "");
        result.statistics[score.metric] = {score.s0, score.s1};
    }
    for (const Count& count : prepared.counts)
        result.counts[count.name] = count.value;
    result.samples = scores.samples;
    result.log = context.lines;
    return result;
}

double decibels(const std::pair<double, double>& statistic) {
    return -10 * std::log10(statistic.first / statistic.second);
}

/// PSNR by its definition.
double psnr(double squares, double samples, double peak) {
    return 10 * std::log10(peak * peak * samples / squares);
}

Image altered(const Image& image) {
    Image other = image;
    other.samples = Array(image.samples.type(), image.samples.shape());
    const auto from = image.samples.as<std::uint8_t>();
    const auto to = other.samples.writable<std::uint8_t>();
    for (std::size_t i = 0; i < from.size(); ++i)
        to[i] = static_cast<std::uint8_t>(from[i] > 200 ? from[i] - i % 7 : from[i] + i % 5);
    return other;
}

Tensor tensor(const std::string& name, Shape shape, const std::vector<float>& values) {
    Array array(DType::F32, std::move(shape));
    std::ranges::copy(values, array.writable<float>().begin());
    return {name, array};
}

}  // namespace

class MeasureTest : public QObject {
    Q_OBJECT

  private slots:
    void rgbStatisticsAreTheDefinitions() {
        const Image image = picture(40, 30, ColourModel::Rgb), other = altered(image);
        const auto result = measured(measure::psnrNode(), image, other);
        const auto a = image.samples.as<std::uint8_t>(), b = other.samples.as<std::uint8_t>();
        double all = 0, y = 0, cb = 0, cr = 0;
        for (std::size_t i = 0; i < a.size(); i += 3) {
            const double r = a[i] - b[i], g = a[i + 1] - b[i + 1], blue = a[i + 2] - b[i + 2];
            const double luma = 0.299 * r + 0.587 * g + 0.114 * blue;
            all += r * r + g * g + blue * blue;
            y += luma * luma;
            cb += std::pow((blue - luma) / 1.772, 2);
            cr += std::pow((r - luma) / 1.402, 2);
        }
        const double pixels = 1200;
        const auto near = [&](const char* metric, double expected) {
            const double found = decibels(result.statistics.at(metric));
            return std::abs(found - expected) < 1e-9;
        };
        QVERIFY(near("psnr-rgb", psnr(all, 3 * pixels, 255)));
        QVERIFY(near("psnr-rgb-of-mean-mse", psnr(all, 3 * pixels, 255)));
        QVERIFY(near("psnr-y", psnr(y, pixels, 255)));
        QVERIFY(
            near("psnr-611", (6 * psnr(y, pixels, 255) + psnr(cb, pixels, 255) + psnr(cr, pixels, 255)) / 8));
        QVERIFY(near("psnr-611-of-mean-mse", psnr((6 * y + cb + cr) / 8, pixels, 255)));
        QCOMPARE(result.statistics.size(), std::size_t{6});
        QCOMPARE(result.counts, (std::map<std::string, std::uint64_t>{{"pixels", 1200}}));
    }

    void poolingIsAsTheIdsSay() {
        const graph::Manifest manifest = measure::psnrNode().manifest;
        QCOMPARE(manifest.metrics.size(), std::size_t{12});
        for (const graph::Metric& metric : manifest.metrics) {
            QVERIFY(metric.finish == graph::Finish::MinusDbRatio);
            const bool ofMean = metric.id.ends_with("-of-mean-mse");
            QVERIFY(metric.pool == (ofMean ? graph::Pool::SumThenFinish : graph::Pool::MeanOfValues));
        }
    }

    void greyPicturesHaveNoChroma() {
        const Image image = picture(40, 30, ColourModel::Grey), other = altered(image);
        const auto result = measured(measure::psnrNode(), image, other);
        QCOMPARE(result.statistics.count("psnr-611") + result.statistics.count("psnr-611-of-mean-mse"),
                 std::size_t{0});
        double squares = 0;
        for (std::size_t i = 0; i < 1200; ++i)
            squares += std::pow(image.samples.as<std::uint8_t>()[i] - other.samples.as<std::uint8_t>()[i], 2);
        QVERIFY(std::abs(decibels(result.statistics.at("psnr-rgb")) - psnr(squares, 1200, 255)) < 1e-9);
        QCOMPARE(result.statistics.at("psnr-y"), result.statistics.at("psnr-rgb"));
    }

    void yCbCrPicturesHaveTheirPlanes_data() {
        QTest::addColumn<int>("matrix");
        QTest::addColumn<bool>("limited");
        QTest::addColumn<bool>("subsampled");
        QTest::addColumn<QString>("expected");
        const QString planes = "psnr-plane-cb psnr-plane-cr psnr-plane-y";
        QTest::newRow("BT.601, full, 4:4:4") << 1 << false << false << "psnr-611 " + planes + " psnr-y";
        QTest::newRow("BT.601, full, 4:2:0") << 1 << false << true << planes + " psnr-y";
        QTest::newRow("BT.601, limited, 4:4:4") << 1 << true << false << planes;
        QTest::newRow("BT.709, full, 4:2:0") << 2 << false << true << planes;
    }
    void yCbCrPicturesHaveTheirPlanes() {
        QFETCH(int, matrix);
        QFETCH(bool, limited);
        QFETCH(bool, subsampled);
        Image image = picture(7, 5, subsampled ? ColourModel::Grey : ColourModel::YCbCr);
        image.model = ColourModel::YCbCr;
        image.matrix = static_cast<Matrix>(matrix);
        if (limited) image.range = Range::Limited;
        if (subsampled) {
            image.subsampling = Subsampling::C420;
            image.cb = image.cr = Array(DType::U8, {3, 4});
        }
        Image other = image;
        if (subsampled) {
            other.cb = Array(DType::U8, {3, 4});
            other.cb.writable<std::uint8_t>()[11] = 6;
        }
        const auto result = measured(measure::psnrNode(), image, subsampled ? other : altered(image));
        QStringList found;
        for (const auto& [metric, statistic] : result.statistics) {
            const QString id = QString::fromStdString(metric);
            if (!id.endsWith("-of-mean-mse")) found += id;
        }
        QTEST(found.join(' '), "expected");
        if (!subsampled) return;
        QCOMPARE(result.statistics.at("psnr-plane-cr").first, 0.0);
        QCOMPARE(result.statistics.at("psnr-plane-cb").first, 36.0 / 12 / 255 / 255);
    }

    void equalPicturesHaveNoError() {
        const Image image = picture(8, 8, ColourModel::Rgb, 16);
        for (const auto& [metric, statistic] : measured(measure::psnrNode(), image, image).statistics)
            QCOMPARE(statistic, (std::pair<double, double>{0, 1}));
    }

    void whatCannotBeComparedIsRefused() {
        const Image image = picture(8, 8, ColourModel::Rgb);
        const auto refusal = [&](const Image& reference, const Image& candidate) {
            return errorOf([&] { measured(measure::psnrNode(), reference, candidate); });
        };
        QVERIFY(refusal(image, picture(8, 9, ColourModel::Rgb)).startsWith("input: "));
        QVERIFY(refusal(image, picture(8, 8, ColourModel::Grey)).startsWith("input: "));
        QVERIFY(refusal(image, picture(8, 8, ColourModel::Rgb, 16)).startsWith("input: "));
        const Image alpha = picture(8, 8, ColourModel::Rgb, 8, true), cmyk = picture(8, 8, ColourModel::Cmyk);
        QVERIFY(refusal(alpha, alpha).contains("image.convert"));
        QVERIFY(refusal(cmyk, cmyk).contains("image.convert"));
    }

    void tensorsHaveAMapOfEach() {
        const NodeEntry entry = measure::tensorErrorNode();
        QVERIFY(entry.manifest.hasMap);
        TensorSet reference;
        reference.tensors = {{"w", Array(DType::F32, {3, 2})}};
        std::ranges::fill(reference.tensors[0].array.writable<float>(), 2.0F);
        const auto candidate = std::make_shared<TensorSet>(reference);
        candidate->tensors[0].array = Array(DType::F32, {3, 2});
        std::ranges::fill(candidate->tensors[0].array.writable<float>(), 1.0F);
        TestContext context;
        const auto node = entry.make();
        const auto& tensorNode = dynamic_cast<const MeasureNode&>(*node);
        const Parameters parameters = complete(entry.manifest);
        const Prepared prepared = tensorNode.prepare(context, inputs("reference", reference), parameters);
        const Value map =
            tensorNode.map(context, prepared, std::shared_ptr<const TensorSet>(candidate), parameters);
        const TensorSet& profile = *std::get<std::shared_ptr<const TensorSet>>(map);
        QCOMPARE(profile.schema, std::string("tensor-profile"));
        QCOMPARE(profile.tensors.at(2).name, std::string("error"));
        QCOMPARE(profile.tensors.at(2).array.as<double>()[0], 0.5);
    }

    void mapHasTheErrorOfEachPixel() {
        const Image image = picture(12, 5, ColourModel::Rgb), other = altered(image);
        TestContext context;
        const NodeEntry entry = measure::psnrNode();
        QVERIFY(entry.manifest.hasMap);
        const auto node = entry.make();
        const auto& psnrNode = dynamic_cast<const MeasureNode&>(*node);
        const Parameters parameters = complete(entry.manifest);
        const Prepared prepared = psnrNode.prepare(context, inputs("reference", image), parameters);
        const Value map = psnrNode.map(context, prepared, std::make_shared<const Image>(other), parameters);
        const Array& errors = std::get<std::shared_ptr<const TensorSet>>(map)->tensors.at(0).array;
        QCOMPARE(errors.shape(), (Shape{5, 12}));
        double mean = 0;
        for (const float error : errors.as<float>())
            mean += static_cast<double>(error) / 60;
        const double mse = measured(entry, image, other).statistics.at("psnr-rgb").first;
        QVERIFY(std::abs(mean / mse - 1) < 1e-6);
    }

    void tensorErrorsAreTheDefinitions() {
        Array counts(DType::I32, {2});
        const TensorSet reference{
            "", {tensor("w", {2, 2}, {1, 2, 3, 4}), tensor("b", {2}, {0, -2}), {"n", counts}}, {}};
        const TensorSet candidate{
            "", {tensor("w", {2, 2}, {1, 2.5, 3, 3}), tensor("b", {2}, {0.25, -2}), {"n", counts}}, {}};
        const auto result = measured(measure::tensorErrorNode(), reference, candidate);
        const double squares = 0.25 + 1 + 0.0625;
        QCOMPARE(result.statistics.at("tensor-mse"), (std::pair<double, double>{squares, 6}));
        QCOMPARE(result.statistics.at("tensor-relative-error"), (std::pair<double, double>{squares, 34}));
        QCOMPARE(result.counts,
                 (std::map<std::string, std::uint64_t>{{"weights", 6}, {"searched-weights", 4}}));
        QCOMPARE(result.samples->rows(), std::size_t{2});
        QCOMPARE(std::get<std::vector<double>>(result.samples->column("largest-error")->cells),
                 (std::vector<double>{1, 0.25}));
        QCOMPARE(std::get<std::vector<std::int64_t>>(result.samples->column("searched")->cells),
                 (std::vector<std::int64_t>{1, 0}));
    }

    void zeroTensorsHaveNoRelativeError() {
        const TensorSet zeros{"", {tensor("w", {1, 2}, {0, 0})}, {}};
        const auto result = measured(measure::tensorErrorNode(), zeros, zeros);
        QCOMPARE(result.statistics.count("tensor-relative-error"), std::size_t{0});
        QCOMPARE(result.log.size(), std::size_t{1});
    }

    void tensorsThatDoNotMatchAreRefused() {
        const TensorSet reference{"", {tensor("layer", {1, 2}, {0, 0})}, {}};
        const TensorSet missing{"", {tensor("other", {1, 2}, {0, 0})}, {}};
        const QString error = errorOf([&] { measured(measure::tensorErrorNode(), reference, missing); });
        QVERIFY2(error.contains("layer") || error.contains("other"), qPrintable(error));
        const TensorSet integers{"", {{"n", Array(DType::I32, {2})}}, {}};
        QVERIFY(
            errorOf([&] { measured(measure::tensorErrorNode(), integers, integers); }).startsWith("input: "));
    }
};

QTEST_GUILESS_MAIN(MeasureTest)
#include "measure_test.moc"
