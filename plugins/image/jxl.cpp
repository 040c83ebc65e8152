// JPEG XL, lossy (VarDCT) and lossless (modular), through libjxl (ISO/IEC 18181).

#include "core/error.h"
#include "core/media/assets/image_file.h"
#include "plugins/image/boxes.h"
#include "plugins/image/convert_steps.h"
#include "plugins/image/cpu_vectors.h"
#include "plugins/image/encodable.h"
#include "plugins/image/heartbeat.h"
#include "plugins/image/nodes.h"

#include <jxl/decode.h>
#include <jxl/decode_cxx.h>
#include <jxl/encode.h>
#include <jxl/encode_cxx.h>
#include <jxl/thread_parallel_runner_cxx.h>

#include <algorithm>
#include <memory>
#include <numeric>

namespace ratescope::media::image {
namespace {

using graph::Manifest;

/// 2^30 − 1 in the format; more than 2^28 pixels are refused anyhow.
constexpr std::int64_t largestExtent = maxImagePixels;

int storageBits(int depth) {
    return depth <= 8 ? 8 : 16;
}

JxlPixelFormat formatOf(const Image& image) {
    return {static_cast<std::uint32_t>(image.channels()),
            image.bitDepth <= 8 ? JXL_TYPE_UINT8 : JXL_TYPE_UINT16, JXL_NATIVE_ENDIAN, 0};
}

/// Nothing for one thread: libjxl then works in the caller's.
JxlThreadParallelRunnerPtr runnerFor(Context& context) {
    if (context.threads() <= 1) return nullptr;
    return JxlThreadParallelRunnerMake(nullptr, static_cast<std::size_t>(context.threads()));
}

// --- encoding ----------------------------------------------------------------------------------------------

class Encoder {
  public:
    explicit Encoder(Context& context)
        : context_(context), runner_(runnerFor(context)), encoder_(JxlEncoderMake(nullptr)) {
        if (!encoder_)
            throw Error(ErrorKind::Resource, "There is not enough memory to encode the image as JPEG XL.",
                        "Free memory, or take a smaller image.");
        settings_ = JxlEncoderFrameSettingsCreate(encoder_.get(), nullptr);
        if (runner_)
            must(JxlEncoderSetParallelRunner(encoder_.get(), JxlThreadParallelRunner, runner_.get()));
    }

    /// As `cjxl -e EFFORT -d DISTANCE`, distance 0 where lossless.
    void configure(const Parameters& parameters) {
        lossless_ = parameters.flag("lossless");
        must(JxlEncoderFrameSettingsSetOption(settings_, JXL_ENC_FRAME_SETTING_EFFORT,
                                              parameters.integer("effort")));
        must(JxlEncoderSetFrameDistance(settings_,
                                        lossless_ ? 0.0f : static_cast<float>(parameters.real("distance"))));
    }

    std::vector<std::byte> encode(const Image& image) {
        describe(image);
        // libjxl takes samples that fill 8 or 16 bits, and scales them back to the depth that it stores.
        const Image filled = withDepth(context_, image, storageBits(image.bitDepth));
        const JxlPixelFormat format = formatOf(filled);
        const auto samples = filled.samples.bytes();
        must(JxlEncoderAddImageFrame(settings_, &format, samples.data(), samples.size()));
        JxlEncoderCloseInput(encoder_.get());
        return output();
    }

  private:
    void must(JxlEncoderStatus status) {
        if (status == JXL_ENC_SUCCESS) return;
        if (JxlEncoderGetError(encoder_.get()) == JXL_ENC_ERR_OOM)
            throw Error(ErrorKind::Resource, "There is not enough memory to encode the image as JPEG XL.",
                        "Free memory, or take a smaller image.");
        throw Error(ErrorKind::Internal, "libjxl refused to encode the image.",
                    "Report this fault of image.jxl.");
    }

    void describe(const Image& image) {
        JxlBasicInfo info;
        JxlEncoderInitBasicInfo(&info);
        info.xsize = static_cast<std::uint32_t>(image.width());
        info.ysize = static_cast<std::uint32_t>(image.height());
        info.bits_per_sample = static_cast<std::uint32_t>(image.bitDepth);
        info.num_color_channels = image.model == ColourModel::Grey ? 1 : 3;
        info.num_extra_channels = image.alpha ? 1 : 0;
        info.alpha_bits = image.alpha ? info.bits_per_sample : 0;
        info.uses_original_profile = lossless_;
        info.orientation = static_cast<JxlOrientation>(image.orientation);
        must(JxlEncoderSetBasicInfo(encoder_.get(), &info));
        if (lossless_) must(JxlEncoderSetFrameLossless(settings_, JXL_TRUE));
        if (image.alpha) describeAlpha(info.alpha_bits);
        describeColours(image);
    }

    void describeAlpha(std::uint32_t bits) {
        JxlExtraChannelInfo alpha;
        JxlEncoderInitExtraChannelInfo(JXL_CHANNEL_ALPHA, &alpha);
        alpha.bits_per_sample = bits;
        must(JxlEncoderSetExtraChannelInfo(encoder_.get(), 0, &alpha));
    }

    void describeColours(const Image& image) {
        if (!image.icc.empty()) {
            const auto* profile = reinterpret_cast<const std::uint8_t*>(image.icc.data());
            if (JxlEncoderSetICCProfile(encoder_.get(), profile, image.icc.size()) != JXL_ENC_SUCCESS)
                throw Error(ErrorKind::Input, "libjxl does not take the image's ICC profile.",
                            "Put image.convert before it, with the profile to-srgb or drop.");
            return;
        }
        JxlColorEncoding colours;
        JxlColorEncodingSetToSRGB(&colours, image.model == ColourModel::Grey);
        colours.rendering_intent = JXL_RENDERING_INTENT_PERCEPTUAL;  // As cjxl says it of PPM.
        must(JxlEncoderSetColorEncoding(encoder_.get(), &colours));
    }

    std::vector<std::byte> output() {
        std::vector<std::byte> file(1 << 16);
        std::size_t used = 0;
        while (true) {
            auto* next = reinterpret_cast<std::uint8_t*>(file.data()) + used;
            std::size_t left = file.size() - used;
            const JxlEncoderStatus status = JxlEncoderProcessOutput(encoder_.get(), &next, &left);
            used = file.size() - left;
            context_.check();
            if (status != JXL_ENC_NEED_MORE_OUTPUT) {
                must(status);
                file.resize(used);
                return file;
            }
            file.resize(2 * file.size());
        }
    }

    Context& context_;
    JxlThreadParallelRunnerPtr runner_;
    JxlEncoderPtr encoder_;
    JxlEncoderFrameSettings* settings_ = nullptr;
    bool lossless_ = false;
};

// --- decoding ----------------------------------------------------------------------------------------------

[[noreturn]] void refuseStream(const std::string& reason,
                               const std::string& remedy = "Make the stream again.") {
    throw Error(ErrorKind::Input, "The JPEG XL stream " + reason + ".", remedy);
}

class Decoder {
  public:
    Decoder(Context& context, std::span<const std::byte> file)
        : context_(context), runner_(runnerFor(context)), decoder_(JxlDecoderMake(nullptr)) {
        if (!decoder_)
            throw Error(ErrorKind::Resource, "There is not enough memory to decode a JPEG XL stream.",
                        "Free memory, or run fewer jobs.");
        if (runner_)
            must(JxlDecoderSetParallelRunner(decoder_.get(), JxlThreadParallelRunner, runner_.get()));
        must(JxlDecoderSubscribeEvents(decoder_.get(),
                                       JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE));
        must(JxlDecoderSetKeepOrientation(decoder_.get(), JXL_TRUE));
        must(JxlDecoderSetInput(decoder_.get(), reinterpret_cast<const std::uint8_t*>(file.data()),
                                file.size()));
        JxlDecoderCloseInput(decoder_.get());
    }

    Image image() {
        while (next() != JXL_DEC_SUCCESS)
            context_.check();
        if (!complete_) refuseStream("holds no picture");
        return withDepth(context_, image_, depth_);
    }

    /// Whether the format has numbers for the picture's colours; reads the header only.
    bool namesColours() {
        while (next() != JXL_DEC_COLOR_ENCODING)
            context_.check();
        return JxlDecoderGetColorAsEncodedProfile(decoder_.get(), nullptr, JXL_COLOR_PROFILE_TARGET_ORIGINAL,
                                                  nullptr) == JXL_DEC_SUCCESS;
    }

  private:
    static void must(JxlDecoderStatus status) {
        if (status != JXL_DEC_SUCCESS) refuseStream("is damaged or cut off");
    }

    JxlDecoderStatus next() {
        const JxlDecoderStatus status = JxlDecoderProcessInput(decoder_.get());
        switch (status) {
            case JXL_DEC_BASIC_INFO:
                takeInfo();
                break;
            case JXL_DEC_COLOR_ENCODING:
                takeProfile();
                break;
            case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
                giveSamples();
                break;
            case JXL_DEC_FULL_IMAGE:
                complete_ = true;
                break;
            case JXL_DEC_SUCCESS:
                break;
            default:
                refuseStream("is damaged or cut off");
        }
        return status;
    }

    void takeInfo() {
        JxlBasicInfo info;
        must(JxlDecoderGetBasicInfo(decoder_.get(), &info));
        if (info.xsize > maxImagePixels / std::max<std::uint32_t>(1, info.ysize))
            refuseStream("says that it has " + std::to_string(info.xsize) + " × " +
                         std::to_string(info.ysize) + " pixels, more than 2^28");
        if (info.have_animation) refuseStream("is an animation, which is no still image");
        const bool plainAlpha = info.alpha_bits > 0 && !info.alpha_premultiplied;
        if (info.exponent_bits_per_sample > 0 || info.bits_per_sample > 16 ||
            info.num_extra_channels != (plainAlpha ? 1u : 0u))
            refuseStream(
                "is of a kind that is not read: floating point, over 16 bits, or with channels besides "
                "colour and alpha",
                "Convert it with djxl.");
        image_.model = info.num_color_channels == 1 ? ColourModel::Grey : ColourModel::Rgb;
        image_.alpha = plainAlpha;
        depth_ = static_cast<int>(info.bits_per_sample);
        image_.bitDepth = storageBits(depth_);
        image_.orientation = static_cast<int>(info.orientation);
        shape_ = {info.ysize, info.xsize, info.num_color_channels + info.num_extra_channels};
    }

    void takeProfile() {
        constexpr auto target = JXL_COLOR_PROFILE_TARGET_DATA;
        JxlColorEncoding colours;
        const bool named =
            JxlDecoderGetColorAsEncodedProfile(decoder_.get(), nullptr, target, &colours) == JXL_DEC_SUCCESS;
        if (named && colours.white_point == JXL_WHITE_POINT_D65 &&
            (image_.model == ColourModel::Grey || colours.primaries == JXL_PRIMARIES_SRGB) &&
            colours.transfer_function == JXL_TRANSFER_FUNCTION_SRGB)
            return;
        std::size_t size = 0;
        must(JxlDecoderGetICCProfileSize(decoder_.get(), nullptr, target, &size));
        image_.icc.resize(size);
        must(JxlDecoderGetColorAsICCProfile(decoder_.get(), nullptr, target,
                                            reinterpret_cast<std::uint8_t*>(image_.icc.data()), size));
    }

    void giveSamples() {
        image_.samples = Array(image_.bitDepth <= 8 ? DType::U8 : DType::U16, shape_);
        const JxlPixelFormat format = formatOf(image_);
        const auto samples = image_.samples.writableBytes();
        must(JxlDecoderSetImageOutBuffer(decoder_.get(), &format, samples.data(), samples.size()));
    }

    Context& context_;
    JxlThreadParallelRunnerPtr runner_;
    JxlDecoderPtr decoder_;
    Image image_;  ///< its samples fill 8 or 16 bits
    int depth_ = 8;
    Shape shape_;
    bool complete_ = false;
};

// --- the node ----------------------------------------------------------------------------------------------

bool isBareCodestream(std::span<const std::byte> file) {
    return file.size() >= 2 && file[0] == std::byte{0xFF} && file[1] == std::byte{0x0A};
}

Ledger jxlLedger(std::span<const std::byte> file) {
    Ledger ledger;
    if (isBareCodestream(file)) {
        ledger.add("codestream", 8 * file.size());
        return ledger;
    }
    for (const Box& box : readBoxes(file, "JPEG XL")) {
        const bool holdsCode = box.type == "jxlc" || box.type == "jxlp";
        const std::size_t code = holdsCode ? box.payload.size() : 0;
        ledger.add("header", 8 * (box.whole.size() - code));
        if (holdsCode) ledger.add("codestream", 8 * code);
    }
    return ledger;
}

class JxlCodec : public CodecNode {
  public:
    /// It was measured to take 80 bytes a pixel: enough for 26 million of them.
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{1} << 30}; }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const Image& image = inputs.image("image");
        std::vector<int> depths(16);
        std::iota(depths.begin(), depths.end(), 1);
        requireEncodable(
            image, {.node = "image.jxl", .format = "JPEG XL", .depths = depths, .extent = largestExtent});
        context.check();
        const std::vector<std::byte> file = encoded(context, image, parameters);
        if (!image.icc.empty() && !parameters.flag("lossless")) requireNamedProfile(context, file);
        sink.write(file, jxlLedger(file));
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        context.check();
        const auto file = source.read(source.left());
        if (!isBareCodestream(file)) readBoxes(file, "JPEG XL");
        const Heartbeat heartbeat(context);
        return {{"image", std::make_shared<const Image>(Decoder(context, file).image())}};
    }

  private:
    static std::vector<std::byte> encoded(Context& context, const Image& image,
                                          const Parameters& parameters) {
        const Heartbeat heartbeat(context);
        Encoder encoder(context);
        encoder.configure(parameters);
        return encoder.encode(image);
    }

    /// Lossy samples come back in the profile that was given only if the format has numbers for it; libjxl turns
    /// all others into sRGB.
    static void requireNamedProfile(Context& context, std::span<const std::byte> file) {
        if (!Decoder(context, file).namesColours())
            throw Error(
                ErrorKind::Input,
                "Lossy JPEG XL converts colours, and does not give back those of the image's ICC profile.",
                "Put image.convert before it, with the profile to-srgb, or set lossless.");
    }
};

std::vector<graph::Parameter> jxlParameters() {
    return {
        {.id = "distance",
         .label = "Distance",
         .help =
             "Greatest Butteraugli distance aimed at: 1 is just visible at a side-by-side look, smaller is "
             "better. The knob of the curve.",
         .type = graph::ParameterType::Real,
         .defaultValue = 1.0,
         .minimum = 0.01,
         .maximum = 15,
         .logScale = true,
         .visibleIf = graph::VisibleIf{"lossless", {false}},
         .movesAlongCurve = true},
        {.id = "effort",
         .label = "Effort",
         .help = "How much is tried: 1 is the fastest, 9 the slowest.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{7},
         .minimum = 1,
         .maximum = 9},
        {.id = "lossless",
         .label = "Lossless",
         .help = "The modular coder, which gives the samples back, also where they are transparent.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false},
    };
}

constexpr const char* jxlManual =
    R"(JPEG XL by libjxl. The stored stream is the standard file.

**Lossy** is VarDCT: the picture in the XYB colour space, transforms of 2 × 2 to 256 × 256, an adaptive
quantisation field steered by Butteraugli, context-modelled ANS. **Lossless** is modular: reversible colour
transform, weighted self-correcting prediction, a learned decision tree of contexts, ANS.

**Defaults** are those of `cjxl -d D -e E --num_threads=0` on a PPM, byte for byte; lossless those of `cjxl -d
0`. Decoding is that of `djxl`. libjxl computes in floating point with the widest vectors that the CPU has, so
that lossy bytes may differ between kinds of CPU; on one machine they are equal.

**Takes** grey and RGB images with or without alpha, 1 to 16 bits, up to 2^28 pixels. YCbCr and CMYK are
refused; put `image.convert` before it. An ICC profile lies compressed within the codestream and comes back byte
for byte where coding is lossless. Lossy coding goes through XYB: it stores a profile by its numbers if the
format has such (sRGB, Display P3, …; an equal profile comes back, for sRGB none), and refuses all others, whose
colours libjxl would not give back. The orientation lies in the header.

**Bits**: `codestream` is all that the standard's part 1 describes, with profile and orientation (fields of a
few bits, not aligned to bytes). Most files are nothing else. Samples of more than 12 bits, lossless, need a
container, whose boxes are `header`. They sum to the file.

**Threads**: as many as the study gives; equal bytes. libjxl can't be stopped on its way: a cancelled task ends
with its worker. Effort 8 and 9 take many times as long as 7. Coding takes some 80 bytes of memory a pixel; as
much is asked for as 26 million pixels need.
)";

Manifest jxlManifest() {
    Manifest manifest;
    manifest.id = "image.jxl";
    manifest.title = "JPEG XL";
    manifest.family = "image";
    manifest.summary = "JPEG XL by libjxl, lossy or lossless";
    manifest.manual = jxlManual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.papers = {{"ISO/IEC 18181-1, JPEG XL image coding system, core coding system, 2022",
                        "https://www.iso.org/standard/77977.html"},
                       {"J. Alakuijala et al., JPEG XL next-generation image compression architecture and "
                        "coding tools, 2019",
                        "https://doi.org/10.1117/12.2529237"}};
    manifest.synonyms = {"jxl", "libjxl", "cjxl", "VarDCT", "modular", "Butteraugli", "XYB", "ISO/IEC 18181"};
    manifest.inputs = {{.id = "image",
                        .label = "Image",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Coded,
                        .help = "Grey or RGB, with or without alpha, 1 to 16 bits."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "As decoded."},
        {.id = "bitstream",
         .label = "File",
         .type = graph::PortType::Bitstream,
         .help = "The JPEG XL file."}};
    manifest.parameters = jxlParameters();
    manifest.extension = "jxl";
    manifest.magics = {"ff0a", "0000000c4a584c20"};
    return manifest;
}

}  // namespace

NodeEntry jxlNode() {
    const std::uint32_t number = JxlEncoderVersion();
    const std::string version = std::to_string(number / 1'000'000) + "." +
                                std::to_string(number / 1000 % 1000) + "." + std::to_string(number % 1000);
    return {jxlManifest(),
            [] { return std::make_unique<JxlCodec>(); },
            {{"libjxl", version + withVectorsOfThisCpu()}}};
}

}  // namespace ratescope::media::image
