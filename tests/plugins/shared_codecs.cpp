// Codecs whose decoder needs more than the stream: learned parameters, a base image.

#include "core/error.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/shared_id.h"
#include "tests/plugins/manifests.h"
#include "tests/plugins/nodes.h"
#include "tests/plugins/pixels.h"

#include <array>
#include <memory>

namespace ratescope::media::test {
namespace {

/// Samples of the image's depth, in container sections "shared-id" and "samples".
void writeSamples(const std::string& nodeId, const Image& format, const std::vector<std::uint16_t>& samples,
                  const Value& shared, ByteSink& sink) {
    BitWriter bits("samples");
    bits.putPacked(std::span<const std::uint16_t>(samples), 16);
    const std::array<SharedId, 1> ids{sharedId(shared)};
    ContainerWriter writer(nodeId, 1);
    writeFormat(writer.header(), format);
    writeSharedIds(writer, ids);
    writer.addSection("samples", bits.finish());
    writer.finish(sink);
    sink.share("shared", 8 * memorySize(shared));
}

struct Received {
    Image format;
    std::vector<std::uint16_t> samples;
};

Received readSamples(const std::string& nodeId, ByteSource& source, const Value& shared) {
    const ContainerReader reader(source, nodeId, 1);
    const std::array<SharedId, 1> ids{sharedId(shared)};
    checkSharedIds(reader, ids);
    FieldReader header = reader.header();
    Received received{readFormat(header), {}};
    BitReader bits(reader.section("samples"));
    received.samples.resize(static_cast<std::size_t>(received.format.samples.size()));
    bits.getPacked(std::span<std::uint16_t>(received.samples), 16);
    bits.expectEnd();
    return received;
}

/// Adds learned offsets to the samples, modulo 2^16.
class SharedCodec : public CodecNode {
  public:
    void encode(Context& context, const Inputs& inputs, const Parameters&, ByteSink& sink) const override {
        context.check();
        const Image& image = inputs.image("image");
        std::vector<std::uint16_t> samples = samplesOf(image);
        const auto offsets = offsetsOf(inputs);
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] = static_cast<std::uint16_t>(samples[i] + offsets[i % offsets.size()]);
        writeSamples("test.shared-codec", image, samples, inputs.one("parameters"), sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs& shared,
                   const Parameters&) const override {
        context.check();
        const auto offsets = offsetsOf(shared);
        Received received = readSamples("test.shared-codec", source, shared.one("parameters"));
        for (std::size_t i = 0; i < received.samples.size(); ++i)
            received.samples[i] =
                static_cast<std::uint16_t>(received.samples[i] - offsets[i % offsets.size()]);
        return {{"image", withSamples(received.format, received.samples)}};
    }

  private:
    static std::span<const std::uint8_t> offsetsOf(const Inputs& inputs) {
        const TensorSet& set = inputs.tensors("parameters");
        const bool fits = set.tensors.size() == 1 && set.tensors[0].array.type() == DType::U8 &&
                          !set.tensors[0].array.empty();
        if (!fits)
            throw Error(ErrorKind::Input, "The parameters of test.shared-codec are not one tensor of bytes.",
                        "Connect test.learned.");
        return set.tensors[0].array.as<std::uint8_t>();
    }
};

/// What an image differs by from a base, modulo 2^16.
class Residual : public CodecNode {
  public:
    void encode(Context& context, const Inputs& inputs, const Parameters&, ByteSink& sink) const override {
        context.check();
        const Image& image = inputs.image("image");
        const Image& base = inputs.image("base");
        std::vector<std::uint16_t> samples = samplesOf(image);
        const std::vector<std::uint16_t> below = samplesLike(base, image);
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] = static_cast<std::uint16_t>(samples[i] - below[i]);
        writeSamples("test.residual", image, samples, inputs.one("base"), sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs& shared,
                   const Parameters&) const override {
        context.check();
        Received received = readSamples("test.residual", source, shared.one("base"));
        const std::vector<std::uint16_t> below = samplesLike(shared.image("base"), received.format);
        for (std::size_t i = 0; i < received.samples.size(); ++i)
            received.samples[i] = static_cast<std::uint16_t>(received.samples[i] + below[i]);
        return {{"image", withSamples(received.format, received.samples)}};
    }

  private:
    static std::vector<std::uint16_t> samplesLike(const Image& base, const Image& image) {
        if (base.samples.shape() != image.samples.shape())
            throw Error(ErrorKind::Input, "The base differs in size or channels from the image.",
                        "Connect a base that was made from the same image.");
        return samplesOf(base);
    }
};

}  // namespace

NodeEntry sharedCodecNode() {
    graph::Port parameters = port("parameters", graph::PortType::TensorSet, "Offsets that both ends hold",
                                  graph::PortRole::Shared);
    parameters.schema = "parameters:test.shared-codec";
    graph::Manifest manifest =
        imageCodec("shared-codec", "Shared", "A lossless codec with learned parameters", {parameters});
    return {manifest, [] { return std::make_unique<SharedCodec>(); }};
}

NodeEntry residualNode() {
    graph::Manifest manifest =
        imageCodec("residual", "Residual", "Codes what an image differs by from a decoded base",
                   {port("base", graph::PortType::Image, "The decoded base", graph::PortRole::Shared)});
    manifest.streams = graph::StreamRule::Added;
    return {manifest, [] { return std::make_unique<Residual>(); }};
}

}  // namespace ratescope::media::test
