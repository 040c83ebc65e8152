// JPEG 2000 through OpenJPEG (ISO/IEC 15444-1; Taubman 2000).

#include "core/error.h"
#include "core/media/assets/exif.h"
#include "core/media/assets/image_file.h"
#include "plugins/image/encodable.h"
#include "plugins/image/heartbeat.h"
#include "plugins/image/jp2_file.h"
#include "plugins/image/nodes.h"
#include "plugins/image/openjpeg_stream.h"

#include <openjpeg.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <numeric>

namespace ratescope::media::image {
namespace {

using graph::Manifest;

struct Destroy {
    void operator()(opj_image_t* image) const { opj_image_destroy(image); }
    void operator()(opj_codec_t* codec) const { opj_destroy_codec(codec); }
};
using ImageHandle = std::unique_ptr<opj_image_t, Destroy>;
using CodecHandle = std::unique_ptr<opj_codec_t, Destroy>;

[[noreturn]] void refuseStream(const std::string& reason,
                               const std::string& remedy = "Make the stream again.") {
    throw Error(ErrorKind::Input, "The JPEG 2000 stream " + reason + ".", remedy);
}

/// What OpenJPEG last complained of.
class Complaint {
  public:
    void listenTo(opj_codec_t* codec) {
        opj_set_error_handler(
            codec, [](const char* text, void* self) { static_cast<Complaint*>(self)->note(text); }, this);
    }
    /// " (text)", or nothing.
    std::string text() const { return text_.empty() ? "" : " (" + text_ + ")"; }
    /// Of a stream that was to be decoded.
    [[noreturn]] void refuse() const {
        if (text_.find("memory") != std::string::npos)
            throw Error(ErrorKind::Resource, "There is not enough memory to decode a JPEG 2000 stream.",
                        "Free memory, or run fewer jobs.");
        refuseStream("is damaged or cut off" + text());
    }

  private:
    void note(const char* text) {
        text_ = text;
        while (!text_.empty() && (text_.back() == '\n' || text_.back() == '.'))
            text_.pop_back();
    }
    std::string text_;
};

// --- encoding ----------------------------------------------------------------------------------------------

template <typename T>
void fill(const Image& image, opj_image_t& planes) {
    const T* sample = image.samples.as<T>().data();
    const auto pixels = static_cast<std::size_t>(image.pixels());
    const auto channels = static_cast<std::size_t>(image.channels());
    for (std::size_t i = 0; i < pixels; ++i)
        for (std::size_t c = 0; c < channels; ++c)
            planes.comps[c].data[i] = *sample++;
}

ImageHandle planesOf(const Image& image) {
    opj_image_cmptparm_t component{};
    component.dx = component.dy = 1;
    component.w = static_cast<OPJ_UINT32>(image.width());
    component.h = static_cast<OPJ_UINT32>(image.height());
    component.prec = static_cast<OPJ_UINT32>(image.bitDepth);
    std::vector components(static_cast<std::size_t>(image.channels()), component);
    ImageHandle planes(
        opj_image_create(static_cast<OPJ_UINT32>(components.size()), components.data(),
                         image.model == ColourModel::Grey ? OPJ_CLRSPC_GRAY : OPJ_CLRSPC_SRGB));
    if (!planes)
        throw Error(ErrorKind::Resource, "There is not enough memory to encode the image as JPEG 2000.",
                    "Free memory, or take a smaller image.");
    planes->x1 = component.w;
    planes->y1 = component.h;
    if (image.alpha) planes->comps[components.size() - 1].alpha = 1;
    if (image.samples.type() == DType::U8)
        fill<std::uint8_t>(image, *planes);
    else
        fill<std::uint16_t>(image, *planes);
    return planes;
}

constexpr int mostLayers = 32;
constexpr double decibelsBetweenLayers = 3;

/// The last layer is what the target asks for; those below it have 3 dB less each, or half the bytes (where
/// everything is asked for: a quarter of the uncoded picture, an eighth, …).
void setLayers(opj_cparameters_t& settings, const Image& image, const Parameters& parameters) {
    const auto layers = static_cast<int>(parameters.integer("layers"));
    const std::string& target = parameters.text("target");
    settings.tcp_numlayers = layers;
    settings.cp_fixed_quality = target == "quality" ? 1 : 0;
    settings.cp_disto_alloc = target == "quality" ? 0 : 1;
    const double bits = static_cast<double>(image.bitDepth) * image.channels();
    for (int i = 0; i < layers; ++i) {
        const int below = layers - 1 - i;
        const double quality = parameters.real("quality") - decibelsBetweenLayers * below;
        const double ratio = target == "rate" ? std::ldexp(bits / parameters.real("rate"), below)
                             : below == 0     ? 0
                                              : std::ldexp(2.0, below);
        if (target == "quality" && quality < 1)
            throw Error(ErrorKind::Usage,
                        std::to_string(layers) + " layers, 3 dB apart, would begin below 1 dB.",
                        "Take fewer layers, or a higher quality.");
        if (target == "quality")
            settings.tcp_distoratio[i] = static_cast<float>(quality);
        else
            settings.tcp_rates[i] = static_cast<float>(ratio);
    }
}

opj_cparameters_t settingsFor(const Image& image, const Parameters& parameters) {
    opj_cparameters_t settings;
    opj_set_default_encoder_parameters(&settings);
    settings.irreversible = parameters.flag("reversible") ? 0 : 1;
    // Not more than the shorter side can be halved.
    const auto shortest = static_cast<std::uint64_t>(std::min(image.width(), image.height()));
    settings.numresolution = std::min(settings.numresolution, static_cast<int>(std::bit_width(shortest)));
    settings.tcp_mct = image.model == ColourModel::Rgb ? 1 : 0;
    setLayers(settings, image, parameters);
    return settings;
}

std::vector<std::byte> encoded(Context& context, const Image& image, const Parameters& parameters) {
    opj_cparameters_t settings = settingsFor(image, parameters);
    const ImageHandle planes = planesOf(image);
    const CodecHandle codec(opj_create_compress(OPJ_CODEC_JP2));
    Complaint complaint;
    complaint.listenTo(codec.get());
    // Without packet lengths nobody could tell one layer's packets from the next.
    const char* const packetLengths[] = {settings.tcp_numlayers > 1 ? "PLT=YES" : nullptr, nullptr};
    OutputFile file;
    const StreamHandle stream = file.stream();
    const Heartbeat heartbeat(context);
    const bool done = opj_setup_encoder(codec.get(), &settings, planes.get()) &&
                      opj_encoder_set_extra_options(codec.get(), packetLengths) &&
                      (context.threads() <= 1 || opj_codec_set_threads(codec.get(), context.threads())) &&
                      opj_start_compress(codec.get(), planes.get(), stream.get()) &&
                      opj_encode(codec.get(), stream.get()) && opj_end_compress(codec.get(), stream.get());
    if (!done)
        throw Error(ErrorKind::Resource, "OpenJPEG could not encode the image" + complaint.text() + ".",
                    "Free memory, or take a smaller image.");
    return file.take();
}

// --- decoding ----------------------------------------------------------------------------------------------

void requireReadableSize(const opj_image_t& planes) {
    const std::uint64_t width = planes.x1 - planes.x0, height = planes.y1 - planes.y0;
    if (width == 0 || height == 0) refuseStream("has no pixels");
    if (width > static_cast<std::uint64_t>(maxImagePixels) / height)
        refuseStream("says that it has " + std::to_string(width) + " × " + std::to_string(height) +
                     " pixels, more than 2^28");
}

void requireReadableComponents(const opj_image_t& planes) {
    const std::span components(planes.comps, planes.numcomps);
    const bool like = std::ranges::all_of(components, [&](const opj_image_comp_t& component) {
        const opj_image_comp_t& first = components.front();
        return component.w == first.w && component.h == first.h && component.dx == 1 && component.dy == 1 &&
               component.prec == first.prec && component.prec <= 16 && component.sgnd == 0;
    });
    if (components.empty() || components.size() > 4 || !like || planes.color_space == OPJ_CLRSPC_SYCC ||
        planes.color_space == OPJ_CLRSPC_EYCC || planes.color_space == OPJ_CLRSPC_CMYK)
        refuseStream(
            "is of a kind that is not read: subsampled, signed, YCbCr, CMYK, over 16 bits, or of more "
            "than 4 components",
            "Convert it with opj_decompress.");
}

template <typename T>
void interleave(const opj_image_t& planes, std::span<T> samples) {
    const std::size_t channels = planes.numcomps;
    const int greatest = (1 << planes.comps[0].prec) - 1;
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<T>(std::clamp(planes.comps[i % channels].data[i / channels], 0, greatest));
}

Image imageOf(const opj_image_t& planes) {
    Image image;
    image.model = planes.numcomps <= 2 ? ColourModel::Grey : ColourModel::Rgb;
    image.alpha = planes.numcomps % 2 == 0;
    image.bitDepth = static_cast<int>(planes.comps[0].prec);
    image.samples = Array(image.bitDepth <= 8 ? DType::U8 : DType::U16,
                          {planes.comps[0].h, planes.comps[0].w, planes.numcomps});
    if (image.bitDepth <= 8)
        interleave(planes, image.samples.writable<std::uint8_t>());
    else
        interleave(planes, image.samples.writable<std::uint16_t>());
    return image;
}

Image decoded(Context& context, std::span<const std::byte> bytes) {
    const Jp2File parts = readJp2File(bytes);
    const CodecHandle codec(opj_create_decompress(OPJ_CODEC_JP2));
    Complaint complaint;
    complaint.listenTo(codec.get());
    opj_dparameters_t settings;
    opj_set_default_decoder_parameters(&settings);
    InputFile file(bytes);
    const StreamHandle stream = file.stream();
    const auto must = [&](bool good) {
        if (!good) complaint.refuse();
    };
    must(opj_setup_decoder(codec.get(), &settings) && opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE));
    if (context.threads() > 1) opj_codec_set_threads(codec.get(), context.threads());
    opj_image_t* header = nullptr;
    const bool read = opj_read_header(stream.get(), codec.get(), &header);
    const ImageHandle planes(header);
    must(read && planes);
    requireReadableSize(*planes);
    requireReadableComponents(*planes);
    const Heartbeat heartbeat(context);
    must(opj_decode(codec.get(), stream.get(), planes.get()) &&
         opj_end_decompress(codec.get(), stream.get()));
    requireReadableComponents(*planes);
    must(std::ranges::all_of(std::span(planes->comps, planes->numcomps), &opj_image_comp_t::data));
    Image image = imageOf(*planes);
    image.icc.assign(parts.icc.begin(), parts.icc.end());
    image.orientation = exifOrientation(parts.exif);
    return image;
}

// --- the node ----------------------------------------------------------------------------------------------

class Jpeg2000Codec : public CodecNode {
  public:
    /// It was measured to take 20 bytes a pixel: enough for 65 million of them.
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{1} << 29}; }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const Image& image = inputs.image("image");
        std::vector<int> depths(16);
        std::iota(depths.begin(), depths.end(), 1);
        requireEncodable(
            image,
            {.node = "image.jpeg2000", .format = "JPEG 2000", .depths = depths, .extent = maxImagePixels});
        context.check();
        const std::vector<std::byte> file = jp2WithMetadata(encoded(context, image, parameters), image);
        context.check();
        sink.write(file, readJp2File(file).ledger);
    }

    void extract(Context& context, ByteSource& source, const Parameters& parameters,
                 ByteSink& sink) const override {
        context.check();
        const auto file = source.read(source.left());
        const std::int64_t kept = parameters.integer("layers-kept");
        const std::vector<std::byte> cut = kept == 0 ? std::vector(file.begin(), file.end())
                                                     : withFirstLayers(file, static_cast<std::size_t>(kept));
        sink.write(cut, readJp2File(cut).ledger);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        context.check();
        return {{"image", std::make_shared<const Image>(decoded(context, source.read(source.left())))}};
    }
};

std::vector<graph::Parameter> jpeg2000Parameters() {
    graph::Parameter kept{
        .id = "layers-kept",
        .label = "Layers kept",
        .help =
            "How many of the first layers stay in the stored stream; 0 keeps all. The others "
            "are cut off without encoding again.",
        .type = graph::ParameterType::Int,
        .defaultValue = std::int64_t{0},
        .minimum = 0,
        .maximum = mostLayers,
        .stage = graph::Stage::Extract,
        .movesAlongCurve = true};
    return {
        {.id = "target",
         .label = "Target",
         .help =
             "Quality: a PSNR. Rate: bits a pixel. Everything: all bit planes, which is lossless where the "
             "transform is reversible.",
         .type = graph::ParameterType::Choice,
         .defaultValue = std::string("quality"),
         .choices = {"quality", "rate", "everything"}},
        {.id = "quality",
         .label = "Quality",
         .help = "PSNR over all components that coding passes are kept for, as the encoder estimates it.",
         .type = graph::ParameterType::Real,
         .unit = "dB",
         .defaultValue = 40.0,
         .minimum = 1,
         .maximum = 100,
         .visibleIf = graph::VisibleIf{"target", {std::string("quality")}},
         .movesAlongCurve = true},
        {.id = "rate",
         .label = "Rate",
         .help = "Bits a pixel of the codestream, all components together.",
         .type = graph::ParameterType::Real,
         .unit = "bpp",
         .defaultValue = 1.0,
         .minimum = 0.001,
         .maximum = 64,
         .logScale = true,
         .visibleIf = graph::VisibleIf{"target", {std::string("rate")}},
         .movesAlongCurve = true},
        {.id = "reversible",
         .label = "Reversible transform",
         .help = "The integer 5/3 wavelet and colour transform in place of the real 9/7 and YCbCr.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false},
        {.id = "layers",
         .label = "Quality layers",
         .help = "The last reaches the target. Each below it has 3 dB less (quality), or half the bytes.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{1},
         .minimum = 1,
         .maximum = mostLayers},
        kept,
    };
}

constexpr const char* jpeg2000Manual =
    R"(JPEG 2000 by OpenJPEG: a wavelet transform, bit planes of its coefficients coded by context and arithmetic coder
in blocks of 64 × 64 (EBCOT), passes kept by rate-distortion slope. The stored stream is the standard file
(JP2).

**Defaults**: `opj_compress -I -q Q`, byte for byte: 9/7 wavelet, five decompositions (fewer for small
pictures), one tile, one precinct a resolution, LRCP. *Rate* is `-r R` with the compression ratio R = bits of a
pixel / rate. *Everything* with *reversible* is `opj_compress` without options, lossless. Decoding is that of
`opj_decompress`.

The PSNR of *quality* is the encoder's estimate over all components after their colour transform; that of RGB
comes out about a decibel or two off.

**Layers**: with several, the stream carries the length of each packet (`-PLT`), and *layers kept* cuts it down
to the first ones without encoding again: a sweep over it encodes once. What is left is a whole JP2 file, and
decodes to the same pixels as the uncut one with `opj_decompress -l`. The last layer is what the target asks
for; in dB the others lie 3 apart, else each has half the bytes of the next (*everything*: a quarter, an eighth,
… of the uncoded picture).

**Takes** grey and RGB images with or without alpha, 1 to 16 bits, up to 2^28 pixels. YCbCr and CMYK are
refused; put `image.convert` before it. An ICC profile goes into the colr box in place of the enumerated colour
space, an orientation other than upright as EXIF into a uuid box (`JpgTiffExif->JP2`, as ExifTool writes it);
both come back when the stream is decoded, and both are counted.

**Bits** are read off the file: `header` (boxes and marker segments), `packets` (their headers and bodies),
`packet-lengths` (PLT), `icc`, `exif`. They sum to the file. OpenJPEG writes its name into each file (37 bytes).

**Threads**: as many as the study gives; equal bytes. OpenJPEG can't be stopped on its way: a cancelled task
ends with its worker. Coding takes some 20 bytes of memory a pixel; as much is asked for as 65 million pixels
need.
)";

Manifest jpeg2000Manifest() {
    Manifest manifest;
    manifest.id = "image.jpeg2000";
    manifest.title = "JPEG 2000";
    manifest.family = "image";
    manifest.summary = "JPEG 2000 by OpenJPEG, with quality layers";
    manifest.manual = jpeg2000Manual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.papers = {{"D. Taubman, High performance scalable image compression with EBCOT, 2000",
                        "https://doi.org/10.1109/83.847830"},
                       {"ITU-T T.800 | ISO/IEC 15444-1, JPEG 2000 image coding system: core coding system",
                        "https://www.itu.int/rec/T-REC-T.800"}};
    manifest.synonyms = {"jp2", "j2k", "OpenJPEG", "opj_compress", "wavelet", "EBCOT", "T.800", "scalable"};
    manifest.inputs = {{.id = "image",
                        .label = "Image",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Coded,
                        .help = "Grey or RGB, with or without alpha, 1 to 16 bits."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "As decoded."},
        {.id = "bitstream", .label = "File", .type = graph::PortType::Bitstream, .help = "The JP2 file."}};
    manifest.parameters = jpeg2000Parameters();
    manifest.extension = "jp2";
    manifest.magics = {"0000000c6a502020"};
    return manifest;
}

}  // namespace

NodeEntry jpeg2000Node() {
    return {
        jpeg2000Manifest(), [] { return std::make_unique<Jpeg2000Codec>(); }, {{"OpenJPEG", opj_version()}}};
}

}  // namespace ratescope::media::image
