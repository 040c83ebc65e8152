// measure.ssim and measure.ms-ssim: which metrics of which pictures, their statistics and pooling, refusals, maps.

#include "core/media/quality/ssim.h"

#include "core/curves/statistic.h"
#include "plugins/measure/nodes.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <vector>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

struct Call {
    explicit Call(const NodeEntry& nodeEntry, int cancelAt = 0) : entry(nodeEntry), context(cancelAt) {}

    Prepared prepared(const Image& reference) {
        return measure().prepare(context, inputs("reference", reference), complete(entry.manifest));
    }
    std::map<std::string, curves::Statistic> scores(const Image& reference, const Image& candidate) {
        std::map<std::string, curves::Statistic> statistics;
        const Scores scores = measure().score(
            context, prepared(reference), std::make_shared<const Image>(candidate), complete(entry.manifest));
        for (const Score& score : scores.scores)
            statistics[score.metric] = {score.s0, score.s1};
        return statistics;
    }
    Shape mapShape(const Image& reference, const Image& candidate) {
        const Value map = measure().map(context, prepared(reference),
                                        std::make_shared<const Image>(candidate), complete(entry.manifest));
        return std::get<std::shared_ptr<const TensorSet>>(map)->tensors.at(0).array.shape();
    }
    const MeasureNode& measure() const { return dynamic_cast<const MeasureNode&>(*node); }

    const NodeEntry entry;
    const std::unique_ptr<Node> node = entry.make();
    TestContext context;
};

Image damaged(const Image& image, int strength) {
    Image other = image;
    other.samples = Array(image.samples.type(), image.samples.shape());
    const auto from = image.samples.as<std::uint8_t>();
    const auto to = other.samples.writable<std::uint8_t>();
    for (std::size_t i = 0; i < from.size(); ++i)
        to[i] = static_cast<std::uint8_t>(std::min(255, from[i] + static_cast<int>(i * i % 97) % strength));
    return other;
}

std::vector<std::string> metricsOf(const std::map<std::string, curves::Statistic>& scores) {
    std::vector<std::string> metrics;
    for (const auto& [metric, statistic] : scores)
        metrics.push_back(metric);
    return metrics;
}

}  // namespace

class SsimNodesTest : public QObject {
    Q_OBJECT

  private slots:
    void statisticsAreTheMeasures() {
        const Image image = picture(170, 165, ColourModel::Rgb), other = damaged(image, 20);
        const auto one = Call(measure::ssimNode()).scores(image, other);
        const double loss = ssimLoss(image, other, Look::Channels);
        const double lumaLoss = ssimLoss(image, other, Look::Luma);
        QVERIFY(loss != lumaLoss && loss > 0.001);
        const std::map<std::string, curves::Statistic> expected{
            {"ssim-rgb", {1 - loss, 1}},        {"ssim-rgb-db", {loss, 1}},
            {"ssim-rgb-db-of-mean", {loss, 1}}, {"ssim-y", {1 - lumaLoss, 1}},
            {"ssim-y-db", {lumaLoss, 1}},       {"ssim-y-db-of-mean", {lumaLoss, 1}}};
        QVERIFY(one == expected);
        const auto five = Call(measure::msSsimNode()).scores(image, other);
        QCOMPARE(five.size(), std::size_t{6});
        QCOMPARE(five.at("ms-ssim-rgb").s0, 1 - msSsimLoss(image, other, Look::Channels));
        QCOMPARE(five.at("ms-ssim-y-db").s0, msSsimLoss(image, other, Look::Luma));
    }

    void everyScoreIsInTheManifest() {
        const Image image = picture(170, 165, ColourModel::Rgb);
        for (const NodeEntry& entry : {measure::ssimNode(), measure::msSsimNode()}) {
            const auto scores = Call(entry).scores(image, image);
            QCOMPARE(scores.size(), entry.manifest.metrics.size());
            for (const graph::Metric& metric : entry.manifest.metrics)
                QVERIFY2(scores.contains(metric.id), metric.id.c_str());
        }
    }

    void poolingIsAsTheIdsSay() {
        const Image image = picture(170, 165, ColourModel::Rgb);
        std::map<std::string, std::vector<curves::Statistic>> items;
        std::vector<double> losses;
        for (const int strength : {2, 40}) {
            const Image other = damaged(image, strength);
            losses.push_back(msSsimLoss(image, other, Look::Channels));
            for (const auto& [metric, statistic] : Call(measure::msSsimNode()).scores(image, other))
                items[metric].push_back(statistic);
        }
        const NodeEntry node = measure::msSsimNode();
        const auto pooled = [&](const std::string& id) {
            const graph::Metric& metric = *node.manifest.metric(id);
            return curves::pool(metric.finish, metric.pool, items.at(id)).value;
        };
        const auto decibels = [](double loss) { return -10 * std::log10(loss); };
        const double mean = (losses[0] + losses[1]) / 2;
        QCOMPARE(pooled("ms-ssim-rgb"), 1 - mean);
        QCOMPARE(pooled("ms-ssim-rgb-db"), (decibels(losses[0]) + decibels(losses[1])) / 2);
        QCOMPARE(pooled("ms-ssim-rgb-db-of-mean"), decibels(mean));
        QVERIFY(pooled("ms-ssim-rgb-db") > pooled("ms-ssim-rgb-db-of-mean") + 0.5);
    }

    void equalPicturesAreInfiniteInDecibels() {
        const Image image = picture(20, 30, ColourModel::Rgb, 16);
        const auto scores = Call(measure::ssimNode()).scores(image, image);
        QVERIFY(scores.at("ssim-rgb") == (curves::Statistic{1, 1}));
        const curves::Statistic decibels = scores.at("ssim-rgb-db");
        QVERIFY(std::isinf(curves::finish(graph::Finish::MinusDbRatio, decibels.s0, decibels.s1)));
    }

    void greyPicturesAreTheirOwnLuma() {
        const Image image = picture(40, 30, ColourModel::Grey);
        const auto scores = Call(measure::ssimNode()).scores(image, damaged(image, 20));
        QCOMPARE(scores.size(), std::size_t{6});
        QVERIFY(scores.at("ssim-rgb") == scores.at("ssim-y"));
        QVERIFY(scores.at("ssim-y").s0 < 1);
    }

    void yCbCrPicturesHaveLumaOnly() {
        Image image = picture(40, 30, ColourModel::YCbCr);
        image.matrix = Matrix::Bt601;
        QCOMPARE(metricsOf(Call(measure::ssimNode()).scores(image, image)),
                 (std::vector<std::string>{"ssim-y", "ssim-y-db", "ssim-y-db-of-mean"}));
        QCOMPARE(Call(measure::ssimNode()).mapShape(image, image), (Shape{20, 30}));
    }

    void mapsAreOfTheWindowsPlaces() {
        const Image image = picture(180, 165, ColourModel::Rgb);
        QVERIFY(measure::ssimNode().manifest.hasMap && measure::msSsimNode().manifest.hasMap);
        QCOMPARE(Call(measure::ssimNode()).mapShape(image, image), (Shape{155, 170}));
        QCOMPARE(Call(measure::msSsimNode()).mapShape(image, image), (Shape{155, 170}));
    }

    void pixelsAreCounted() {
        const Prepared prepared = Call(measure::ssimNode()).prepared(picture(40, 30, ColourModel::Rgb));
        QCOMPARE(prepared.counts.size(), std::size_t{1});
        QCOMPARE(prepared.counts[0].name, std::string("pixels"));
        QCOMPARE(prepared.counts[0].value, std::uint64_t{1200});
    }

    void whatCannotBeComparedIsRefused() {
        const auto refusal = [](const NodeEntry& entry, const Image& reference, const Image& candidate) {
            return errorOf([&] { Call(entry).scores(reference, candidate); });
        };
        const NodeEntry one = measure::ssimNode(), five = measure::msSsimNode();
        const Image small = picture(300, 160, ColourModel::Rgb),
                    alpha = picture(20, 20, ColourModel::Rgb, 8, true);
        QVERIFY(
            refusal(five, small, small).startsWith("input: MS-SSIM needs pictures of at least 161 x 161"));
        QVERIFY(refusal(one, small, small).isEmpty());
        QVERIFY(refusal(one, alpha, alpha).contains("image.convert"));
        QVERIFY(refusal(one, small, picture(160, 300, ColourModel::Rgb)).contains("size"));
    }

    void cancelledTasksStop() {
        const Image image = picture(400, 400, ColourModel::Rgb);
        for (const int check : {2, 6})
            QVERIFY(errorOf([&] {
                        Call(measure::msSsimNode(), check).scores(image, image);
                    }).startsWith("cancelled: "));
    }
};

QTEST_GUILESS_MAIN(SsimNodesTest)
#include "ssim_test.moc"
