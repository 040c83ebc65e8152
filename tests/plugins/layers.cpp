// A codec in layers: bit planes, of which extract keeps the first ones.

#include "core/error.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/container.h"
#include "tests/plugins/manifests.h"
#include "tests/plugins/nodes.h"
#include "tests/plugins/pixels.h"

#include <algorithm>
#include <memory>

namespace ratescope::media::test {
namespace {

constexpr const char* nodeId = "test.layers";

/// "plane-00" is the most significant one.
std::string planeName(int plane) {
    return std::string("plane-") + (plane < 10 ? "0" : "") + std::to_string(plane);
}

int planesIn(const ContainerReader& reader) {
    int planes = 0;
    while (reader.has(planeName(planes)))
        ++planes;
    return planes;
}

class Layers : public CodecNode {
  public:
    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const Image& image = inputs.image("image");
        writeRecord(parameters.text("record"), "encoded");
        context.log("encodes " + std::to_string(image.bitDepth) + " planes");
        const std::vector<std::uint16_t> samples = samplesOf(image);
        ContainerWriter writer(nodeId, 1);
        writeFormat(writer.header(), image);
        for (int plane = 0; plane < image.bitDepth; ++plane) {
            context.progress(static_cast<double>(plane) / image.bitDepth);
            BitWriter bits(planeName(plane));
            for (const std::uint16_t sample : samples)
                bits.put(sample >> (image.bitDepth - 1 - plane) & 1, 1);
            writer.addSection(planeName(plane), bits.finish());
        }
        writer.finish(sink);
    }

    void extract(Context& context, ByteSource& source, const Parameters& parameters,
                 ByteSink& sink) const override {
        context.check();
        const ContainerReader reader(source, nodeId, 1);
        const int kept = std::min<int>(planesIn(reader), static_cast<int>(parameters.integer("layers")));
        FieldReader header = reader.header();
        ContainerWriter writer(nodeId, 1);
        writer.header().raw(header.raw(header.left()));
        for (int plane = 0; plane < kept; ++plane)
            writer.addSection(planeName(plane), reader.section(planeName(plane)));
        writer.finish(sink);
    }

    /// Planes that are not there are taken as half of their range.
    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        const ContainerReader reader(source, nodeId, 1);
        FieldReader header = reader.header();
        const Image format = readFormat(header);
        const int planes = std::min(planesIn(reader), format.bitDepth);
        const int missing = format.bitDepth - planes;
        const auto half = static_cast<std::uint16_t>(missing > 0 ? 1 << (missing - 1) : 0);
        std::vector<std::uint16_t> samples(static_cast<std::size_t>(format.samples.size()), half);
        for (int plane = 0; plane < planes; ++plane) {
            context.progress(static_cast<double>(plane) / planes);
            BitReader bits(reader.section(planeName(plane)));
            for (std::uint16_t& sample : samples)
                sample = static_cast<std::uint16_t>(sample | bits.get(1) << (format.bitDepth - 1 - plane));
        }
        return {{"image", withSamples(format, samples)}};
    }
};

}  // namespace

NodeEntry layersNode() {
    graph::Manifest manifest =
        imageCodec("layers", "Bit planes", "Codes all bit planes once, and extracts the first ones");
    graph::Parameter layers = integer("layers", 4, 1, 16, "How many planes the stored stream has");
    layers.stage = graph::Stage::Extract;
    layers.movesAlongCurve = true;
    manifest.parameters = {layers, record("Gets the line \"encoded\" for each encoding")};
    return {manifest, [] { return std::make_unique<Layers>(); }};
}

}  // namespace ratescope::media::test
