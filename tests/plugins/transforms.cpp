// Transforms of images.

#include "core/error.h"
#include "tests/plugins/manifests.h"
#include "tests/plugins/nodes.h"
#include "tests/plugins/pixels.h"

#include <algorithm>
#include <memory>
#include <numeric>

namespace ratescope::media::test {
namespace {

std::uint16_t clamped(std::int64_t sample, const Image& image) {
    return static_cast<std::uint16_t>(std::clamp<std::int64_t>(sample, 0, greatestSample(image)));
}

class Offset : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        context.check();
        const Image& image = inputs.image("image");
        std::vector<std::uint16_t> samples = samplesOf(image);
        for (std::uint16_t& sample : samples)
            sample = clamped(sample + parameters.integer("offset"), image);
        return {{"image", withSamples(image, samples)}};
    }
};

class Random : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        context.check();
        const Image& image = inputs.image("image");
        const auto range = static_cast<std::uint64_t>(2 * parameters.integer("amplitude") + 1);
        std::mt19937_64 generator = context.generator();
        std::vector<std::uint16_t> samples = samplesOf(image);
        for (std::uint16_t& sample : samples)
            sample = clamped(
                sample + static_cast<std::int64_t>(generator() % range) - parameters.integer("amplitude"),
                image);
        return {{"image", withSamples(image, samples)}};
    }
};

/// One row a picture: the sum of its samples, in asset order.
class All : public LearnerNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters&) const override {
        const std::vector<Value>& images = inputs.all("images");
        Array sums(DType::I64, {static_cast<std::int64_t>(images.size())});
        for (std::size_t i = 0; i < images.size(); ++i) {
            context.progress(static_cast<double>(i) / static_cast<double>(images.size()));
            const auto* image = std::get_if<std::shared_ptr<const Image>>(&images[i]);
            if (!image)
                throw Error(ErrorKind::Input, "An element of the input \"images\" is no image.",
                            "Connect a source of images.");
            const std::vector<std::uint16_t> samples = samplesOf(**image);
            sums.writable<std::int64_t>()[i] =
                std::accumulate(samples.begin(), samples.end(), std::int64_t{0});
        }
        auto set = std::make_shared<TensorSet>();
        set->tensors = {{"sums", sums}};
        return {{"sums", std::shared_ptr<const TensorSet>(std::move(set))}};
    }
};

}  // namespace

NodeEntry offsetNode() {
    graph::Manifest manifest =
        imageTransform("offset", "Offset", "Adds a number to every sample, and clamps");
    manifest.parameters = {integer("offset", 1, -65535, 65535, "What is added")};
    return {manifest, [] { return std::make_unique<Offset>(); }};
}

NodeEntry randomNode() {
    graph::Manifest manifest =
        imageTransform("random", "Random", "Adds random numbers drawn with the study's seed");
    manifest.parameters = {integer("amplitude", 4, 0, 65535, "The greatest number added or taken away")};
    manifest.usesSeed = true;
    return {manifest, [] { return std::make_unique<Random>(); }};
}

NodeEntry allNode() {
    graph::Manifest manifest = describe("all", "Sums of all", graph::NodeKind::Learner,
                                        "Takes a whole fan-out of images and gives the sum of each");
    manifest.inputs = {port("images", graph::PortType::Image, "Any images")};
    manifest.inputs[0].fanOut = graph::FanOut::All;
    manifest.outputs = {port("sums", graph::PortType::TensorSet, "One number an image")};
    return {manifest, [] { return std::make_unique<All>(); }};
}

}  // namespace ratescope::media::test
