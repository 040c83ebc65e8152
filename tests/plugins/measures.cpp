// A measure with a map, and an analysis.

#include "core/error.h"
#include "tests/plugins/manifests.h"
#include "tests/plugins/nodes.h"
#include "tests/plugins/pixels.h"

#include <cmath>
#include <cstdlib>
#include <memory>

namespace ratescope::media::test {
namespace {

const Image& imageOf(const Value& value) {
    if (const auto* image = std::get_if<std::shared_ptr<const Image>>(&value)) return **image;
    throw Error(ErrorKind::Input, "The candidate of test.mse is no image.", "Connect an image.");
}

struct Pair {
    const Image& reference;
    std::vector<std::uint16_t> original, candidate;
};

Pair pairOf(const Prepared& prepared, const Value& candidate) {
    const Image& reference = imageOf(prepared.values.at("image"));
    const Image& image = imageOf(candidate);
    if (image.samples.shape() != reference.samples.shape() || image.bitDepth != reference.bitDepth)
        throw Error(ErrorKind::Input, "Reference and candidate of test.mse differ in size or depth.",
                    "Compare images of one format.");
    return {reference, samplesOf(reference), samplesOf(image)};
}

class Mse : public MeasureNode {
  public:
    Prepared prepare(Context& context, const Inputs& references, const Parameters&) const override {
        context.check();
        const Image& image = references.image("reference");
        return {{{"image", withSamples(image, samplesOf(image))}},
                {{"pixels", static_cast<std::uint64_t>(image.pixels())},
                 {"samples", static_cast<std::uint64_t>(image.samples.size())}}};
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidate,
                 const Parameters&) const override {
        context.check();
        const Pair pair = pairOf(prepared, candidate);
        const auto channels = static_cast<std::size_t>(pair.reference.channels());
        std::vector<double> errors(channels);
        double sum = 0;
        for (std::size_t i = 0; i < pair.original.size(); ++i) {
            const double difference = static_cast<double>(pair.original[i]) - pair.candidate[i];
            errors[i % channels] += difference * difference;
            sum += difference * difference;
        }
        const auto count = static_cast<double>(pair.original.size());
        const double peak = greatestSample(pair.reference);
        Table samples;
        std::vector<std::int64_t> names;
        for (std::size_t channel = 0; channel < channels; ++channel)
            names.push_back(static_cast<std::int64_t>(channel));
        samples.columns = {{"channel", "", std::move(names)}, {"squared-error", "", std::move(errors)}};
        return {{{"test-mse", sum, count}, {"test-psnr", sum / count / (peak * peak), 1}}, samples};
    }

    /// The absolute difference, in the reference's format.
    Value map(Context& context, const Prepared& prepared, const Value& candidate,
              const Parameters&) const override {
        context.check();
        Pair pair = pairOf(prepared, candidate);
        for (std::size_t i = 0; i < pair.original.size(); ++i)
            pair.original[i] = static_cast<std::uint16_t>(std::abs(pair.original[i] - pair.candidate[i]));
        return withSamples(pair.reference, pair.original);
    }
};

/// The mean of each column of numbers, cells without a number aside.
class Mean : public AnalysisNode {
  public:
    std::map<std::string, Table> run(Context& context, const Table& rows, const Parameters&) const override {
        context.check();
        std::vector<std::string> names;
        std::vector<double> means;
        std::vector<std::int64_t> counts;
        for (const Column& column : rows.columns) {
            const auto* cells = std::get_if<std::vector<double>>(&column.cells);
            if (!cells) continue;
            double sum = 0;
            std::int64_t count = 0;
            for (const double cell : *cells) {
                if (std::isnan(cell)) continue;
                sum += cell;
                ++count;
            }
            names.push_back(column.name);
            means.push_back(count ? sum / static_cast<double>(count) : std::nan(""));
            counts.push_back(count);
        }
        if (names.empty())
            throw Error(ErrorKind::Input, "The rows have no column of real numbers.",
                        "Add a measure to the study.");
        Table table;
        table.view = TableView::Bars;
        table.columns = {
            {"column", "", std::move(names)}, {"mean", "", std::move(means)}, {"n", "", std::move(counts)}};
        return {{"means", table}};
    }
};

graph::Metric metric(const std::string& id, const std::string& title, const std::string& help) {
    graph::Metric made;
    made.id = id;
    made.title = title;
    made.help = help;
    return made;
}

}  // namespace

NodeEntry mseNode() {
    graph::Manifest manifest =
        describe("mse", "Squared error", graph::NodeKind::Measure, "Squared error of the stored samples");
    manifest.inputs = {
        port("reference", graph::PortType::Image, "The original", graph::PortRole::Reference),
        port("candidate", graph::PortType::Image, "The reconstruction", graph::PortRole::Candidate)};
    graph::Metric mse = metric("test-mse", "Squared error", "Sum of squared differences / samples");
    mse.better = graph::Better::Lower;
    mse.pool = graph::Pool::SumThenFinish;
    graph::Metric psnr = metric("test-psnr", "PSNR of the samples", "10 log10(peak² / mean squared error)");
    psnr.unit = "dB";
    psnr.finish = graph::Finish::MinusDbRatio;
    manifest.metrics = {mse, psnr};
    manifest.hasMap = true;
    return {manifest, [] { return std::make_unique<Mse>(); }};
}

NodeEntry meanNode() {
    return {describe("mean", "Means", graph::NodeKind::Analysis, "The mean of each column of a study's rows"),
            [] { return std::make_unique<Mean>(); }};
}

}  // namespace ratescope::media::test
