// Sources that need no files.

#include "tests/plugins/manifests.h"
#include "tests/plugins/nodes.h"
#include "tests/plugins/pixels.h"

#include <algorithm>
#include <memory>

namespace ratescope::media::test {
namespace {

/// Splitmix64 (Steele, Lea and Flood, 2014).
std::uint64_t mixed(std::uint64_t state) {
    state += 0x9e3779b97f4a7c15u;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebu;
    return state ^ (state >> 31);
}

/// A ramp with noise. The first sample is the asset's index, by which test.crash tells assets apart.
class Noise : public SourceNode {
  public:
    Outputs load(Context& context, const Parameters& parameters, const std::filesystem::path&,
                 std::int64_t index) const override {
        context.check();
        const std::int64_t size = parameters.integer("size");
        const bool grey = parameters.text("model") == "grey";
        auto image = std::make_shared<Image>();
        image->model = grey ? ColourModel::Grey : ColourModel::Rgb;
        image->samples = Array(DType::U8, {std::max<std::int64_t>(1, size * 3 / 4), size, grey ? 1 : 3});
        const auto samples = image->samples.writable<std::uint8_t>();
        const std::uint64_t salt = mixed(static_cast<std::uint64_t>(parameters.integer("variant")) << 32 ^
                                         static_cast<std::uint64_t>(index));
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] = static_cast<std::uint8_t>(i * 200 / samples.size() + mixed(salt + i) % 32);
        samples[0] = static_cast<std::uint8_t>(index);
        return {{"image", std::shared_ptr<const Image>(std::move(image))}};
    }
};

/// Offsets that test.shared-codec takes as learned.
class Learned : public SourceNode {
  public:
    Outputs load(Context& context, const Parameters& parameters, const std::filesystem::path&,
                 std::int64_t) const override {
        context.check();
        Array offsets(DType::U8, {16});
        const auto values = offsets.writable<std::uint8_t>();
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<std::uint8_t>(
                mixed(static_cast<std::uint64_t>(parameters.integer("variant")) * 1000 + i));
        auto set = std::make_shared<TensorSet>();
        set->schema = "parameters:test.shared-codec";
        set->tensors = {{"offsets", offsets}};
        return {{"parameters", std::shared_ptr<const TensorSet>(std::move(set))}};
    }
};

}  // namespace

NodeEntry noiseNode() {
    graph::Manifest manifest =
        describe("noise", "Noise", graph::NodeKind::Source, "Small images of a ramp and noise");
    manifest.outputs = {port("image", graph::PortType::Image, "8-bit image")};
    manifest.parameters = {integer("size", 16, 1, 8192, "Width; the height is three quarters of it"),
                           integer("count", 3, 1, 1e6, "How many images"),
                           choice("model", {"grey", "rgb"}, "Colour model"),
                           integer("variant", 0, 0, 1e6, "Another variant gives other images")};
    manifest.parameters[1].entersKey = false;
    manifest.assets.by = graph::AssetRule::By::Count;
    manifest.assets.parameter = "count";
    return {manifest, [] { return std::make_unique<Noise>(); }};
}

NodeEntry learnedNode() {
    graph::Manifest manifest = describe("learned", "Learned parameters", graph::NodeKind::Source,
                                        "Parameters for the test codec with a shared input");
    manifest.outputs = {port("parameters", graph::PortType::TensorSet, "16 offsets")};
    manifest.outputs[0].schema = "parameters:test.shared-codec";
    manifest.parameters = {integer("variant", 0, 0, 1e6, "Another variant gives other parameters")};
    return {manifest, [] { return std::make_unique<Learned>(); }};
}

}  // namespace ratescope::media::test
