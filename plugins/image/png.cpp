// PNG through libpng and zlib (ISO/IEC 15948; RFC 1950, 1951).

#include "core/error.h"
#include "core/media/assets/image_file.h"
#include "core/media/assets/image_sniff.h"
#include "core/media/assets/png_file.h"
#include "plugins/image/encodable.h"
#include "plugins/image/file_reader.h"
#include "plugins/image/nodes.h"

#include <zlib.h>

#include <array>
#include <memory>
#include <utility>

namespace ratescope::media::image {
namespace {

using graph::Manifest;

constexpr std::array<std::pair<const char*, PngFilter>, 6> filters{{{"adaptive", PngFilter::Adaptive},
                                                                    {"none", PngFilter::None},
                                                                    {"sub", PngFilter::Sub},
                                                                    {"up", PngFilter::Up},
                                                                    {"average", PngFilter::Average},
                                                                    {"paeth", PngFilter::Paeth}}};

PngFilter filterOf(const std::string& text) {
    for (const auto& [name, filter] : filters)
        if (text == name) return filter;
    throw Error(ErrorKind::Internal, "There is no PNG filter " + text + ".",
                "Report this fault of image.png.");
}

const char* partOf(const std::string& type) {
    if (type == "IDAT") return "image-data";
    if (type == "iCCP") return "icc";
    if (type == "eXIf") return "exif";
    return "header";
}

/// Length, type and checksum count with their chunk.
Ledger pngLedger(std::span<const std::byte> file) {
    constexpr std::size_t signature = 8;
    FileReader reader(file, "PNG");
    reader.take(signature);
    Ledger ledger;
    ledger.add("header", 8 * signature);
    while (!reader.atEnd()) {
        const std::size_t start = reader.position();
        const std::uint64_t length = reader.bigEndian(4);
        const std::string type = reader.tag();
        reader.take(length);
        reader.take(4);
        ledger.add(partOf(type), 8 * (reader.position() - start));
    }
    return ledger;
}

class PngCodec : public CodecNode {
  public:
    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const Image& image = inputs.image("image");
        const bool packs = image.model == ColourModel::Grey && !image.alpha;
        requireEncodable(image, {.node = "image.png",
                                 .format = "PNG",
                                 .depths = packs ? std::vector{1, 2, 4, 8, 16} : std::vector{8, 16},
                                 .extent = maxImagePixels});
        context.check();
        const PngSettings settings{.level = static_cast<int>(parameters.integer("level")),
                                   .filter = filterOf(parameters.text("filter")),
                                   .progress = [&](double fraction) { context.progress(fraction); }};
        const std::vector<std::byte> file = encodePng(image, "The PNG stream", settings);
        sink.write(file, pngLedger(file));
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        context.check();
        const auto file = source.read(source.left());
        if (imageFormatOf(file) != ImageFormat::Png)
            throw Error(ErrorKind::Input, "The stream is not a PNG file.",
                        "Decode it with the codec that wrote it.");
        return {{"image", std::make_shared<const Image>(decodeImage(file, "The PNG stream"))}};
    }
};

std::vector<graph::Parameter> pngParameters() {
    graph::Parameter filter{
        .id = "filter",
        .label = "Filter",
        .help =
            "Which neighbours predict a sample; adaptive takes for each row the filter with "
            "the smallest sum of absolute residuals.",
        .type = graph::ParameterType::Choice,
        .defaultValue = std::string(filters.front().first)};
    for (const auto& [name, ignored] : filters)
        filter.choices.push_back(name);
    return {{.id = "level",
             .label = "Compression level",
             .help = "Of zlib: 0 stores, 1 is the fastest, 9 searches longest; equal pixels.",
             .type = graph::ParameterType::Int,
             .defaultValue = std::int64_t{6},
             .minimum = 0,
             .maximum = 9,
             .movesAlongCurve = true},
            filter};
}

constexpr const char* pngManual =
    R"(PNG by libpng and zlib, always lossless: rows are predicted by one of five filters, then deflated (LZ77 and
Huffman codes). The stored stream is the standard file: any viewer opens it. It is the mark that other lossless
codecs are held against.

**Defaults** are those of libpng: zlib level 6, adaptive filters from 8 bits a sample on and none below. Never
interlaced.

**Takes** grey and RGB images with or without alpha at 8 and 16 bits, grey without alpha also at 1, 2 and 4
bits. All other depths, YCbCr and CMYK are refused; put `image.convert` before it. An ICC profile travels in an
iCCP chunk, an orientation other than upright in eXIf; both come back when the stream is decoded, and both are
counted.

**Bits** are read off the chunks, each with its length, type and checksum: `header` (signature, IHDR, IEND),
`image-data` (IDAT), `icc`, `exif`. They sum to the file.

**Threads**: none. It can be cancelled every 16 rows.
)";

Manifest pngManifest() {
    Manifest manifest;
    manifest.id = "image.png";
    manifest.title = "PNG";
    manifest.family = "image";
    manifest.summary = "PNG by libpng, lossless";
    manifest.manual = pngManual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.papers = {
        {"W3C, Portable Network Graphics (PNG) Specification, third edition, 2025",
         "https://www.w3.org/TR/png-3/"},
        {"RFC 1951, DEFLATE Compressed Data Format, 1996", "https://www.rfc-editor.org/rfc/rfc1951"}};
    manifest.synonyms = {"libpng", "zlib", "deflate", "lossless", "Paeth", "alpha"};
    manifest.inputs = {{.id = "image",
                        .label = "Image",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Coded,
                        .help = "Grey or RGB, with or without alpha, 8 or 16 bits."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "Equal to the input."},
        {.id = "bitstream", .label = "File", .type = graph::PortType::Bitstream, .help = "The PNG file."}};
    manifest.parameters = pngParameters();
    manifest.extension = "png";
    manifest.magics = {"89504e470d0a1a0a"};
    return manifest;
}

}  // namespace

NodeEntry pngNode() {
    return {pngManifest(),
            [] { return std::make_unique<PngCodec>(); },
            {{"libpng", imageLibraries().at("libpng")}, {"zlib", zlibVersion()}}};
}

}  // namespace ratescope::media::image
