// AVIF: a key frame of AV1 by libaom, through libavif (AV1 Image File Format, AOM; AV1 Bitstream, AOM).

#include "core/error.h"
#include "core/media/assets/image_file.h"
#include "plugins/image/convert_steps.h"
#include "plugins/image/cpu_vectors.h"
#include "plugins/image/encodable.h"
#include "plugins/image/heartbeat.h"
#include "plugins/image/nodes.h"

#include <avif/avif.h>

#include <algorithm>
#include <array>
#include <memory>
#include <type_traits>

namespace ratescope::media::image {
namespace {

using graph::Manifest;

/// What libavif and browsers decode by default; AV1 itself goes to 65,536.
constexpr std::int64_t largestExtent = 32768;

struct Destroy {
    void operator()(avifImage* image) const { avifImageDestroy(image); }
    void operator()(avifEncoder* encoder) const { avifEncoderDestroy(encoder); }
    void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};

template <typename T>
using Handle = std::unique_ptr<T, Destroy>;

template <typename T>
Handle<T> made(T* object) {
    if (!object)
        throw Error(ErrorKind::Resource, "There is not enough memory for an AVIF image.",
                    "Free memory, or take a smaller image.");
    return Handle<T>(object);
}

// --- orientation: EXIF's eight as a mirror after a rotation (ISO/IEC 23008-12, 6.5.10 and 6.5.12) --------------

struct Turn {
    std::uint8_t quarters = 0;  ///< anti-clockwise
    int mirror = -1;            ///< −1 none, 0 top and bottom exchanged, 1 left and right
    bool operator==(const Turn&) const = default;
};

constexpr std::array<Turn, 8> turns{{{0, -1}, {0, 1}, {2, -1}, {0, 0}, {1, 0}, {3, -1}, {3, 0}, {1, -1}}};

void setOrientation(avifImage& image, int orientation) {
    const Turn turn = turns.at(static_cast<std::size_t>(orientation - 1));
    if (turn.quarters != 0) image.transformFlags |= AVIF_TRANSFORM_IROT;
    image.irot.angle = turn.quarters;
    if (turn.mirror < 0) return;
    image.transformFlags |= AVIF_TRANSFORM_IMIR;
    auto& [axis] = image.imir;  // Its name depends on the version.
    axis = static_cast<std::uint8_t>(turn.mirror);
}

int orientationOf(const avifImage& image) {
    Turn turn;
    if (image.transformFlags & AVIF_TRANSFORM_IROT) turn.quarters = image.irot.angle;
    if (image.transformFlags & AVIF_TRANSFORM_IMIR) {
        const auto& [axis] = image.imir;
        turn.mirror = axis;
    }
    // A half turn and a mirror are the other mirror.
    if (turn.quarters == 2 && turn.mirror >= 0) turn = {0, 1 - turn.mirror};
    // A quarter turn and one mirror is the other turn and the other mirror.
    if (turn.quarters % 2 == 1 && turn.mirror == 1) turn = {static_cast<std::uint8_t>(4 - turn.quarters), 0};
    return static_cast<int>(std::ranges::find(turns, turn) - turns.begin()) + 1;
}

// --- encoding ----------------------------------------------------------------------------------------------

void must(avifResult result) {
    if (result == AVIF_RESULT_OK) return;
    throw Error(ErrorKind::Resource,
                std::string("libavif could not encode the image (") + avifResultToString(result) + ").",
                "Free memory, or take a smaller image.");
}

/// Some calls return nothing before libavif 1.0.
template <typename Call>
void mustCall(Call call) {
    if constexpr (std::is_void_v<std::invoke_result_t<Call>>)
        call();
    else
        must(call());
}

avifPixelFormat pixelFormat(const Image& image, const Parameters& parameters) {
    if (image.model == ColourModel::Grey) return AVIF_PIXEL_FORMAT_YUV400;
    return parameters.text("subsampling") == "4:2:0" ? AVIF_PIXEL_FORMAT_YUV420 : AVIF_PIXEL_FORMAT_YUV444;
}

int codedDepth(const Image& image, const Parameters& parameters) {
    const std::string& bits = parameters.text("bits");
    return bits == "as-given" ? image.bitDepth : std::stoi(bits);
}

avifRGBImage interleaved(const avifImage& image, int depth, bool alpha, const std::byte* samples) {
    avifRGBImage rgb;
    avifRGBImageSetDefaults(&rgb, &image);
    rgb.depth = static_cast<std::uint32_t>(depth);
    rgb.format = alpha ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
    rgb.rowBytes = rgb.width * avifRGBImagePixelSize(&rgb);
    // libavif writes to it only when it decodes.
    rgb.pixels = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(samples));
    return rgb;
}

template <typename T>
void takePlane(const Image& image, int channel, std::uint8_t* plane, std::uint32_t rowBytes) {
    const T* sample = image.samples.as<T>().data() + channel;
    for (std::int64_t y = 0; y < image.height(); ++y) {
        T* row = reinterpret_cast<T*>(plane + static_cast<std::size_t>(y) * rowBytes);
        for (std::int64_t x = 0; x < image.width(); ++x, sample += image.channels())
            row[x] = *sample;
    }
}

void takePlane(const Image& image, int channel, std::uint8_t* plane, std::uint32_t rowBytes) {
    if (image.bitDepth == 8)
        takePlane<std::uint8_t>(image, channel, plane, rowBytes);
    else
        takePlane<std::uint16_t>(image, channel, plane, rowBytes);
}

/// Luma and alpha as they are: libavif has no grey interleaved format.
void takeGrey(const Image& image, avifImage& planes) {
    mustCall(
        [&] { return avifImageAllocatePlanes(&planes, image.alpha ? AVIF_PLANES_ALL : AVIF_PLANES_YUV); });
    if (!planes.yuvPlanes[AVIF_CHAN_Y] || (image.alpha && !planes.alphaPlane))
        must(AVIF_RESULT_OUT_OF_MEMORY);
    takePlane(image, 0, planes.yuvPlanes[AVIF_CHAN_Y], planes.yuvRowBytes[AVIF_CHAN_Y]);
    if (image.alpha) takePlane(image, 1, planes.alphaPlane, planes.alphaRowBytes);
}

Handle<avifImage> planesOf(Context& context, const Image& image, const Parameters& parameters) {
    const int depth = codedDepth(image, parameters);
    auto planes = made(avifImageCreate(static_cast<std::uint32_t>(image.width()),
                                       static_cast<std::uint32_t>(image.height()),
                                       static_cast<std::uint32_t>(depth), pixelFormat(image, parameters)));
    planes->yuvRange = AVIF_RANGE_FULL;
    planes->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_BT601;
    if (image.icc.empty()) {
        planes->colorPrimaries = AVIF_COLOR_PRIMARIES_BT709;
        planes->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
    } else {
        const auto* profile = reinterpret_cast<const std::uint8_t*>(image.icc.data());
        mustCall([&] { return avifImageSetProfileICC(planes.get(), profile, image.icc.size()); });
    }
    setOrientation(*planes, image.orientation);
    if (image.model == ColourModel::Grey) {
        takeGrey(withDepth(context, image, depth), *planes);
    } else {
        const avifRGBImage rgb =
            interleaved(*planes, image.bitDepth, image.alpha, image.samples.bytes().data());
        must(avifImageRGBToYUV(planes.get(), &rgb));
    }
    return planes;
}

/// As `avifenc --min 0 --max 63 --minalpha 0 --maxalpha 0 -a color:end-usage=q -a color:cq-level=N -s SPEED`.
void configure(avifEncoder& encoder, const Parameters& parameters) {
    encoder.codecChoice = AVIF_CODEC_CHOICE_AOM;
    encoder.maxThreads = 1;  // libaom's bytes depend on how many there are.
    encoder.speed = static_cast<int>(parameters.integer("speed"));
    encoder.minQuantizer = AVIF_QUANTIZER_BEST_QUALITY;
    encoder.maxQuantizer = AVIF_QUANTIZER_WORST_QUALITY;
    encoder.minQuantizerAlpha = encoder.maxQuantizerAlpha = AVIF_QUANTIZER_LOSSLESS;
    const std::int64_t level =
        ((100 - parameters.integer("quality")) * AVIF_QUANTIZER_WORST_QUALITY + 50) / 100;
    const std::string text = std::to_string(level);
    mustCall([&] { return avifEncoderSetCodecSpecificOption(&encoder, "color:end-usage", "q"); });
    mustCall([&] { return avifEncoderSetCodecSpecificOption(&encoder, "color:cq-level", text.c_str()); });
}

std::vector<std::byte> encoded(Context& context, const Image& image, const Parameters& parameters) {
    const Handle<avifImage> planes = planesOf(context, image, parameters);
    const auto encoder = made(avifEncoderCreate());
    configure(*encoder, parameters);
    avifRWData output{nullptr, 0};
    const std::unique_ptr<avifRWData, void (*)(avifRWData*)> freed(&output, avifRWDataFree);
    const Heartbeat heartbeat(context);
    must(avifEncoderWrite(encoder.get(), planes.get(), &output));
    const auto bytes = std::as_bytes(std::span(output.data, output.size));
    return {bytes.begin(), bytes.end()};
}

// --- decoding ----------------------------------------------------------------------------------------------

[[noreturn]] void refuseStream(const std::string& reason,
                               const std::string& remedy = "Make the stream again.") {
    throw Error(ErrorKind::Input, "The AVIF stream " + reason + ".", remedy);
}

void mustRead(avifResult result) {
    if (result == AVIF_RESULT_OUT_OF_MEMORY)
        throw Error(ErrorKind::Resource, "There is not enough memory to decode an AVIF stream.",
                    "Free memory, or run fewer jobs.");
    if (result != AVIF_RESULT_OK)
        refuseStream(std::string("is damaged or cut off (") + avifResultToString(result) + ")");
}

/// With its header read and checked.
Handle<avifDecoder> opened(std::span<const std::byte> file) {
    auto decoder = made(avifDecoderCreate());
    decoder->requestedSource = AVIF_DECODER_SOURCE_PRIMARY_ITEM;
    decoder->imageSizeLimit = static_cast<std::uint32_t>(maxImagePixels);
    decoder->imageDimensionLimit = largestExtent;
    mustRead(avifDecoderSetIOMemory(decoder.get(), reinterpret_cast<const std::uint8_t*>(file.data()),
                                    file.size()));
    mustRead(avifDecoderParse(decoder.get()));
    return decoder;
}

bool isSRgb(const avifImage& image) {
    const bool primaries = image.colorPrimaries == AVIF_COLOR_PRIMARIES_BT709 ||
                           image.colorPrimaries == AVIF_COLOR_PRIMARIES_UNSPECIFIED;
    const bool transfer = image.transferCharacteristics == AVIF_TRANSFER_CHARACTERISTICS_SRGB ||
                          image.transferCharacteristics == AVIF_TRANSFER_CHARACTERISTICS_UNSPECIFIED;
    return primaries && transfer;
}

void requireReadable(const avifImage& image) {
    if (image.icc.size == 0 && !isSRgb(image))
        refuseStream("has colours that are neither sRGB's nor an ICC profile's", "Convert it with avifdec.");
    if (image.transformFlags & AVIF_TRANSFORM_CLAP)
        refuseStream("shows a part of its picture only", "Convert it with avifdec.");
}

/// The first channel, and alpha if there is any.
template <typename T>
void keepGrey(const Array& colours, Array& grey) {
    const auto channels = static_cast<std::size_t>(colours.shape()[2]);
    const T* from = colours.as<T>().data();
    auto to = grey.writable<T>();
    const std::size_t kept = channels - 2;
    for (std::size_t i = 0; i < to.size(); i += kept, from += channels) {
        to[i] = from[0];
        if (kept == 2) to[i + 1] = from[3];
    }
}

Array samplesOf(const avifImage& planes, int depth, bool alpha) {
    const DType type = depth == 8 ? DType::U8 : DType::U16;
    Array samples(type, {planes.height, planes.width, alpha ? 4 : 3});
    avifRGBImage rgb = interleaved(planes, depth, alpha, samples.writableBytes().data());
    mustRead(avifImageYUVToRGB(&planes, &rgb));
    if (planes.yuvFormat != AVIF_PIXEL_FORMAT_YUV400) return samples;
    Array grey(type, {planes.height, planes.width, alpha ? 2 : 1});
    if (depth == 8)
        keepGrey<std::uint8_t>(samples, grey);
    else
        keepGrey<std::uint16_t>(samples, grey);
    return grey;
}

Image decoded(Context& context, std::span<const std::byte> file, const Parameters& parameters) {
    const Handle<avifDecoder> decoder = opened(file);
    requireReadable(*decoder->image);
    decoder->maxThreads = context.threads();
    const Heartbeat heartbeat(context);
    mustRead(avifDecoderNextImage(decoder.get()));
    const avifImage& planes = *decoder->image;
    Image image;
    image.model = planes.yuvFormat == AVIF_PIXEL_FORMAT_YUV400 ? ColourModel::Grey : ColourModel::Rgb;
    image.alpha = planes.alphaPlane != nullptr;
    image.bitDepth = parameters.text("decoded-bits") == "8" ? 8 : static_cast<int>(planes.depth);
    image.orientation = orientationOf(planes);
    const auto icc = std::as_bytes(std::span(planes.icc.data, planes.icc.size));
    image.icc.assign(icc.begin(), icc.end());
    image.samples = samplesOf(planes, image.bitDepth, image.alpha);
    return image;
}

// --- the node ----------------------------------------------------------------------------------------------

Ledger avifLedger(std::span<const std::byte> file) {
    const Handle<avifDecoder> decoder = opened(file);
    const std::size_t colour = decoder->ioStats.colorOBUSize, alpha = decoder->ioStats.alphaOBUSize,
                      icc = decoder->image->icc.size;
    if (colour + alpha + icc > file.size()) refuseStream("has parts that overlap");
    Ledger ledger;
    ledger.add("header", 8 * (file.size() - colour - alpha - icc));
    if (icc > 0) ledger.add("icc", 8 * icc);
    ledger.add("colour", 8 * colour);
    if (alpha > 0) ledger.add("alpha", 8 * alpha);
    return ledger;
}

class AvifCodec : public CodecNode {
  public:
    /// It was measured to take 30 bytes a pixel: enough for 45 million of them.
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{1} << 29}; }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const Image& image = inputs.image("image");
        requireEncodable(
            image, {.node = "image.avif", .format = "AVIF", .depths = {8, 10, 12}, .extent = largestExtent});
        context.check();
        const std::vector<std::byte> file = encoded(context, image, parameters);
        context.check();
        sink.write(file, avifLedger(file));
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&,
                   const Parameters& parameters) const override {
        context.check();
        const auto file = source.read(source.left());
        return {{"image", std::make_shared<const Image>(decoded(context, file, parameters))}};
    }
};

graph::Parameter choice(const char* id, const char* label, std::vector<std::string> choices,
                        const char* help) {
    return {.id = id,
            .label = label,
            .help = help,
            .type = graph::ParameterType::Choice,
            .defaultValue = choices.front(),
            .choices = choices};
}

std::vector<graph::Parameter> avifParameters() {
    graph::Parameter decodedBits =
        choice("decoded-bits", "Bits a decoded sample", {"as-coded", "8"},
               "8: rounded by the decoder, so that an 8-bit picture coded in 10 bits can be measured.");
    decodedBits.stage = graph::Stage::Decode;
    return {
        {.id = "quality",
         .label = "Quality",
         .help = "libaom's cq-level is ((100 − quality)·63 + 50)/100, rounded down: 100 quantises least.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{60},
         .minimum = 0,
         .maximum = 100,
         .movesAlongCurve = true},
        {.id = "speed",
         .label = "Speed",
         .help = "How little is tried: 0 is the slowest, 10 the fastest.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{6},
         .minimum = 0,
         .maximum = 10},
        choice("subsampling", "Chroma subsampling", {"4:4:4", "4:2:0"},
               "4:2:0 halves Cb and Cr both ways. Grey images: no effect."),
        choice(
            "bits", "Bits a coded sample", {"as-given", "8", "10", "12"},
            "10 bits often code an 8-bit picture better: less is lost to rounding in colour conversion and "
            "prediction."),
        decodedBits,
    };
}

constexpr const char* avifManual =
    R"(AVIF by libavif: a key frame of AV1 in an ISO base media file, encoded by libaom and decoded by dav1d. The
stored stream is the standard file: any browser opens it.

**Defaults** are those of `avifenc` but for its rate control, which is that of libavif 1.0 and later: constant
quality, not a range of quantisers. Byte for byte it is `avifenc --min 0 --max 63 --minalpha 0 --maxalpha 0 -a
color:end-usage=q -a color:cq-level=N -s S -y FORMAT`, N as at `quality`. RGB becomes YCbCr by BT.601, full
range, in libavif; 100 quantises not at all, but colour conversion still rounds. Decoding is that of `avifdec`.
Alpha is always lossless.

**Takes** grey and RGB images with or without alpha, 8, 10 and 12 bits, up to 32,768 pixels a side. 16 bits,
YCbCr and CMYK are refused; put `image.convert` before it. Grey is coded as 4:0:0. An alpha channel that is
opaque throughout is not stored, as with avifenc: what comes back has none. An ICC profile travels in a colr
box, an orientation other than upright as the rotation and mirror that HEIF knows (irot, imir); both come back
when the stream is decoded.

**Bits** are read off the file: `header` (all boxes, with irot and imir), `icc`, `colour` and `alpha` (the AV1
data of each). They sum to the file. The boxes take some 250 to 500 bytes, which weigh on small pictures at low
rates; they are counted all the same.

**Threads**: one encodes, since libaom's bytes depend on their number; as many as the study gives decode. libaom
can't be stopped on its way: a cancelled task ends with its worker. Speeds below 4 take many times as long.
Coding takes some 30 bytes of memory a pixel; as much is asked for as 45 million pixels need.
)";

Manifest avifManifest() {
    Manifest manifest;
    manifest.id = "image.avif";
    manifest.title = "AVIF";
    manifest.family = "image";
    manifest.summary = "AVIF by libavif and libaom";
    manifest.manual = avifManual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.papers = {
        {"AV1 Image File Format (AVIF), Alliance for Open Media, 2019",
         "https://aomediacodec.github.io/av1-avif/"},
        {"J. Han et al., A technical overview of AV1, 2021", "https://doi.org/10.1109/JPROC.2021.3058584"}};
    manifest.synonyms = {"AV1", "libavif", "avifenc", "libaom", "HEIF", "intra", "alpha"};
    manifest.inputs = {{.id = "image",
                        .label = "Image",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Coded,
                        .help = "Grey or RGB, with or without alpha, 8, 10 or 12 bits."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "As decoded."},
        {.id = "bitstream", .label = "File", .type = graph::PortType::Bitstream, .help = "The AVIF file."}};
    manifest.parameters = avifParameters();
    manifest.extension = "avif";
    // A ftyp box of 28, 32 or 36 bytes with the brand avif.
    manifest.magics = {"0000001c6674797061766966", "000000206674797061766966", "000000246674797061766966"};
    return manifest;
}

/// Of "dav1d [dec]:1.0.0, aom [enc/dec]:v3.6.0, …".
std::string codecVersion(const std::string& name) {
    char all[256];
    avifCodecVersions(all);
    const std::string text = all;
    const std::size_t start = text.find(':', text.find(name + " ["));
    if (start == std::string::npos) return "unknown";
    return text.substr(start + 1, text.find(',', start) - start - 1);
}

}  // namespace

NodeEntry avifNode() {
    return {avifManifest(),
            [] { return std::make_unique<AvifCodec>(); },
            {{"libavif", avifVersion() + withVectorsOfThisCpu()},
             {"libaom", codecVersion("aom")},
             {"dav1d", codecVersion("dav1d")}}};
}

}  // namespace ratescope::media::image
