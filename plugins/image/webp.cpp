// WebP, lossy (VP8) and lossless, through libwebp (RFC 9649; RFC 6386).

#include "core/error.h"
#include "core/media/assets/exif.h"
#include "core/media/assets/image_file.h"
#include "plugins/image/encodable.h"
#include "plugins/image/heartbeat.h"
#include "plugins/image/nodes.h"
#include "plugins/image/webp_file.h"

#include <webp/decode.h>
#include <webp/encode.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace ratescope::media::image {
namespace {

using graph::Manifest;

/// A macroblock of a lossy picture takes at least 3.4 bits: its modes, by the fixed probabilities of RFC 6386,
/// section 11.5. A lossless picture of one colour takes next to nothing.
constexpr std::uint64_t maxLossyPixelsPerByte = 1024;

Error encodingFailed(WebPEncodingError code) {
    switch (code) {
        case VP8_ENC_ERROR_OUT_OF_MEMORY:
        case VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY:
            return {ErrorKind::Resource, "There is not enough memory to encode the image as WebP.",
                    "Free memory, or take a smaller image."};
        case VP8_ENC_ERROR_PARTITION0_OVERFLOW:
        case VP8_ENC_ERROR_PARTITION_OVERFLOW:
            return {ErrorKind::Input,
                    "The image needs more than WebP can hold: 512 KiB of modes, 16 MiB of coefficients.",
                    "Put image.crop or image.resize before it, or lower the quality."};
        default:
            return {ErrorKind::Internal, "libwebp refused to encode, code " + std::to_string(code) + ".",
                    "Report this fault of image.webp."};
    }
}

/// One compression. No exception may pass through libwebp: those of the callbacks wait in pending_.
class Encoder {
  public:
    explicit Encoder(Context& context) : context_(context) {
        if (!WebPConfigInit(&config_) || !WebPPictureInit(&picture_))
            throw Error(ErrorKind::Internal, "libwebp is of another version than its headers.",
                        "Build Ratescope against the library that is installed.");
        picture_.custom_ptr = picture_.user_data = this;
        picture_.writer = [](const std::uint8_t* bytes, std::size_t count, const WebPPicture* picture) {
            return of(picture).deferring([&] { of(picture).append({bytes, count}); });
        };
        picture_.progress_hook = [](int percent, const WebPPicture* picture) {
            return of(picture).deferring([&] { of(picture).context_.progress(percent / 100.0); });
        };
    }
    ~Encoder() { WebPPictureFree(&picture_); }
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    /// As `cwebp -q … -m …`, with `-lossless -exact` where lossless.
    void configure(const Parameters& parameters) {
        config_.quality = static_cast<float>(parameters.real("quality"));
        config_.method = static_cast<int>(parameters.integer("method"));
        config_.lossless = config_.exact = parameters.flag("lossless") ? 1 : 0;
        config_.thread_level = context_.threads() > 1 ? 1 : 0;
    }

    std::vector<std::byte> encode(const Image& image) {
        picture_.use_argb = config_.lossless;
        picture_.width = static_cast<int>(image.width());
        picture_.height = static_cast<int>(image.height());
        const auto* samples = image.samples.as<std::uint8_t>().data();
        const int stride = picture_.width * image.channels();
        std::optional<Heartbeat>
            heartbeat;  // Lossless coding of a large picture reports nothing for seconds.
        if (config_.lossless) heartbeat.emplace(context_);
        const bool taken = image.alpha ? WebPPictureImportRGBA(&picture_, samples, stride)
                                       : WebPPictureImportRGB(&picture_, samples, stride);
        const bool encoded = taken && WebPEncode(&config_, &picture_);
        if (pending_) std::rethrow_exception(std::exchange(pending_, nullptr));
        if (!encoded) throw encodingFailed(picture_.error_code);
        return std::move(file_);
    }

  private:
    static Encoder& of(const WebPPicture* picture) { return *static_cast<Encoder*>(picture->user_data); }

    /// libwebp stops when it is given false.
    template <typename Step>
    int deferring(Step step) {
        try {
            step();
        } catch (...) {
            pending_ = std::current_exception();
        }
        return pending_ ? 0 : 1;
    }

    void append(std::span<const std::uint8_t> bytes) {
        const auto added = std::as_bytes(bytes);
        file_.insert(file_.end(), added.begin(), added.end());
    }

    Context& context_;
    WebPConfig config_;
    WebPPicture picture_;
    std::exception_ptr pending_;
    std::vector<std::byte> file_;
};

[[noreturn]] void refuseStream(const std::string& reason) {
    throw Error(ErrorKind::Input, "The WebP stream " + reason + ".", "Make the stream again.");
}

WebPBitstreamFeatures featuresOf(std::span<const std::byte> file) {
    WebPBitstreamFeatures features;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(file.data());
    if (WebPGetFeatures(bytes, file.size(), &features) != VP8_STATUS_OK)
        refuseStream("is damaged or cut off");
    if (features.has_animation) refuseStream("is an animation, which is no still image");
    const auto pixels =
        static_cast<std::uint64_t>(features.width) * static_cast<std::uint64_t>(features.height);
    constexpr int lossy = 1;
    if (features.format == lossy && pixels > maxLossyPixelsPerByte * file.size())
        refuseStream("is too short for its size");
    return features;
}

/// Into samples that are there already, a piece of the file at a time, so that it can be cancelled.
class Decoder {
  public:
    Decoder(Context& context, Image& image) : context_(context) {
        if (!WebPInitDecoderConfig(&config_))
            throw Error(ErrorKind::Internal, "libwebp is of another version than its headers.",
                        "Build Ratescope against the library that is installed.");
        const auto samples = image.samples.writable<std::uint8_t>();
        config_.output.colorspace = image.alpha ? MODE_RGBA : MODE_RGB;
        config_.output.is_external_memory = 1;
        config_.output.u.RGBA.rgba = samples.data();
        config_.output.u.RGBA.size = samples.size();
        config_.output.u.RGBA.stride = static_cast<int>(image.width()) * image.channels();
        config_.options.use_threads = context.threads() > 1 ? 1 : 0;
        decoder_.reset(WebPIDecode(nullptr, 0, &config_));
        if (!decoder_)
            throw Error(ErrorKind::Resource, "There is not enough memory to decode a WebP stream.",
                        "Free memory, or run fewer jobs.");
    }

    void decode(std::span<const std::byte> file) {
        constexpr std::size_t piece = 1 << 18;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(file.data());
        VP8StatusCode status = VP8_STATUS_SUSPENDED;
        for (std::size_t given = 0; status == VP8_STATUS_SUSPENDED && given < file.size();) {
            context_.progress(static_cast<double>(given) / static_cast<double>(file.size()));
            given = std::min(given + piece, file.size());
            status = WebPIUpdate(decoder_.get(), bytes, given);
        }
        if (status == VP8_STATUS_OUT_OF_MEMORY)
            throw Error(ErrorKind::Resource, "There is not enough memory to decode a WebP stream.",
                        "Free memory, or run fewer jobs.");
        if (status != VP8_STATUS_OK) refuseStream("is damaged or cut off");
    }

  private:
    struct Delete {
        void operator()(WebPIDecoder* decoder) const { WebPIDelete(decoder); }
    };

    Context& context_;
    WebPDecoderConfig config_;
    std::unique_ptr<WebPIDecoder, Delete> decoder_;
};

Image decodeWebp(Context& context, std::span<const std::byte> file) {
    const WebpFile parts = readWebpFile(file);
    const WebPBitstreamFeatures features = featuresOf(file);
    Image image;
    image.alpha = features.has_alpha != 0;
    image.icc.assign(parts.icc.begin(), parts.icc.end());
    image.orientation = exifOrientation(parts.exif);
    image.samples = Array(DType::U8, {features.height, features.width, image.alpha ? 4 : 3});
    Decoder(context, image).decode(file);
    return image;
}

class WebpCodec : public CodecNode {
  public:
    /// Lossless coding was measured to take 26 bytes a pixel: enough for 50 million of them.
    Resources resources(const Parameters& parameters) const override {
        Resources needs;
        // A decode task has none of the parameters.
        const auto lossless = parameters.all().find("lossless");
        if (lossless != parameters.all().end() && std::get<bool>(lossless->second))
            needs.memory = std::uint64_t{1} << 29;
        return needs;
    }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const Image& image = inputs.image("image");
        requireEncodable(image, {.node = "image.webp",
                                 .format = "WebP",
                                 .grey = false,
                                 .depths = {8},
                                 .extent = WEBP_MAX_DIMENSION});
        context.check();
        Encoder encoder(context);
        encoder.configure(parameters);
        const std::vector<std::byte> file = webpWithMetadata(encoder.encode(image), image);
        sink.write(file, readWebpFile(file).ledger);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        context.check();
        return {{"image", std::make_shared<const Image>(decodeWebp(context, source.read(source.left())))}};
    }
};

std::vector<graph::Parameter> webpParameters() {
    return {
        {.id = "quality",
         .label = "Quality",
         .help = "Lossy: 0 gives the smallest file, 100 the best picture. Lossless: the effort of the "
                 "search, 100 "
                 "is the slowest and smallest.",
         .type = graph::ParameterType::Real,
         .defaultValue = 75.0,
         .minimum = 0,
         .maximum = 100,
         .movesAlongCurve = true},
        {.id = "method",
         .label = "Method",
         .help = "How much is tried: 0 is the fastest, 6 the slowest.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{4},
         .minimum = 0,
         .maximum = 6},
        {.id = "lossless",
         .label = "Lossless",
         .help = "WebP's other coder, which gives the pixels back, also where they are transparent.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false},
    };
}

constexpr const char* webpManual =
    R"(WebP by libwebp. The stored stream is the standard file: any browser opens it.

**Lossy** is a key frame of VP8: 4:2:0, limited range, blocks predicted from their neighbours, an integer
transform of 4 × 4, adaptive binary arithmetic coding, a deblocking filter within the loop. **Lossless** is a
coder of its own: spatial prediction, a colour transform, backward references, a colour cache and Huffman codes
that change over the picture.

**Defaults** are those of `cwebp -q Q -m M`, byte for byte; lossless those of `cwebp -lossless -exact -q Q -m
M`. Decoding is that of `dwebp`: smooth ("fancy") chroma upsampling, no dithering.

**Takes** 8-bit RGB images with or without alpha, up to 16,383 pixels a side. WebP has no grey pictures. Grey,
YCbCr, CMYK and all other depths are refused; put `image.convert` before it. An alpha channel that is opaque
throughout is not stored, as with cwebp: what comes back has none. An ICC profile travels in an ICCP chunk, an
orientation other than upright in a minimal EXIF chunk; both come back when the stream is decoded, both are
counted, and so is the extended header of 18 bytes that they need.

**Bits** are read off the file: `header` (RIFF, VP8X, the frame's own header), `modes` (VP8's first partition:
probabilities, segments, filters and each macroblock's prediction), `coefficients` (its token partitions),
`lossless` (all of VP8L), `alpha`, `icc`, `exif`, `padding` (chunks are of even length). They sum to the file.

**Threads**: a second one takes over analysis, alpha and half of the lossless trials; equal bytes. libwebp asks
at each percent of its way whether to stop; lossless coding asks seldom, and a cancelled task then ends with its
worker. It takes some 26 bytes of memory a pixel; as much is asked for as 50 million pixels need.
)";

Manifest webpManifest() {
    Manifest manifest;
    manifest.id = "image.webp";
    manifest.title = "WebP";
    manifest.family = "image";
    manifest.summary = "WebP by libwebp, lossy or lossless";
    manifest.manual = webpManual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.papers = {
        {"RFC 9649, WebP Image Format, 2024", "https://www.rfc-editor.org/rfc/rfc9649"},
        {"RFC 6386, VP8 Data Format and Decoding Guide, 2011", "https://www.rfc-editor.org/rfc/rfc6386"}};
    manifest.synonyms = {"libwebp", "cwebp", "VP8", "VP8L", "lossless", "alpha"};
    manifest.inputs = {{.id = "image",
                        .label = "Image",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Coded,
                        .help = "8-bit RGB, with or without alpha."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "As decoded."},
        {.id = "bitstream", .label = "File", .type = graph::PortType::Bitstream, .help = "The WebP file."}};
    manifest.parameters = webpParameters();
    manifest.extension = "webp";
    manifest.magics = {"52494646"};
    return manifest;
}

}  // namespace

NodeEntry webpNode() {
    const int number = WebPGetEncoderVersion();  // a byte each
    const std::string version = std::to_string(number >> 16) + "." + std::to_string(number >> 8 & 255) + "." +
                                std::to_string(number & 255);
    return {webpManifest(), [] { return std::make_unique<WebpCodec>(); }, {{"libwebp", version}}};
}

}  // namespace ratescope::media::image
