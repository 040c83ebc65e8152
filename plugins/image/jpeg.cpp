// JPEG, baseline and progressive DCT, through libjpeg-turbo (ITU-T T.81; Wallace 1991).

#include "core/error.h"
#include "core/media/assets/image_file.h"
#include "core/media/assets/image_sniff.h"
#include "plugins/image/jpeg_ledger.h"
#include "plugins/image/nodes.h"

#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

namespace ratescope::media::image {
namespace {

using graph::Manifest;

constexpr std::int64_t largestExtent = JPEG_MAX_DIMENSION;
constexpr JDIMENSION rowsPerCall = 16;
constexpr std::size_t firstBuffer = 1 << 16;

void refuse(const std::string& what, const std::string& remedy) {
    throw Error(ErrorKind::Input, what, remedy);
}

void requireEncodable(const Image& image) {
    if (image.alpha)
        refuse("JPEG has no alpha channel.", "Put image.convert before it, with alpha over a ground.");
    if (image.model == ColourModel::Cmyk || image.model == ColourModel::YCbCr)
        refuse("image.jpeg takes grey and RGB images, and converts to YCbCr itself.",
               "Put image.convert before it, with the colour model RGB.");
    if (image.bitDepth != 8)
        refuse("JPEG stores 8 bits a sample, the image has " + std::to_string(image.bitDepth) + ".",
               "Put image.convert before it, with 8 bits.");
    if (image.range != Range::Full)
        refuse("JPEG stores samples of full range, the image has limited range.",
               "Put image.convert before it, with the colour model RGB.");
    if (image.pixels() == 0) refuse("The image has no pixels.", "Take another image.");
    if (image.pixels() > maxImagePixels)
        refuse("The image has more than 2^28 pixels.", "Put image.crop or image.resize before it.");
    if (image.width() > largestExtent || image.height() > largestExtent)
        refuse("JPEG goes up to 65500 pixels a side, the image has " + std::to_string(image.width()) + " × " +
                   std::to_string(image.height()) + ".",
               "Put image.crop or image.resize before it.");
}

std::pair<int, int> lumaSampling(const std::string& subsampling) {
    if (subsampling == "4:2:0") return {2, 2};
    if (subsampling == "4:2:2") return {2, 1};
    return {1, 1};
}

/// Payload of an APP1 segment: EXIF 2.32 with one entry, the orientation (tag 0x0112, SHORT).
std::array<unsigned char, 32> orientationExif(int orientation) {
    return {'E', 'x',  'i',  'f', 0,
            0,   'I',  'I',  42,  0,
            8,   0,    0,    0,   1,
            0,   0x12, 0x01, 3,   0,
            1,   0,    0,    0,   static_cast<unsigned char>(orientation),
            0,   0,    0,    0,   0,
            0,   0};
}

/// One compression. libjpeg fails by a jump, which may not pass objects with destructors: the steps given to
/// guarded() hold none.
class Compressor {
  public:
    explicit Compressor(Context& context) : context_(context) {
        info_.err = jpeg_std_error(&errors_);
        info_.client_data = this;
        errors_.error_exit = [](j_common_ptr common) { of(common).fail(common); };
        progress_.progress_monitor = [](j_common_ptr common) { of(common).tick(); };
        destination_.init_destination = [](j_compress_ptr info) { of(info).provide(0); };
        destination_.empty_output_buffer = [](j_compress_ptr info) {
            of(info).grow();
            return static_cast<boolean>(TRUE);
        };
        destination_.term_destination = [](j_compress_ptr info) { of(info).trim(); };
        guarded([&] { jpeg_create_compress(&info_); });
        info_.progress = &progress_;
        info_.dest = &destination_;
    }
    ~Compressor() { jpeg_destroy_compress(&info_); }
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    void configure(const Image& image, const Parameters& parameters) {
        const int quality = static_cast<int>(parameters.integer("quality"));
        const bool optimise = parameters.flag("optimise");
        const bool progressive = parameters.flag("progressive");
        const std::pair<int, int> sampling = lumaSampling(parameters.text("subsampling"));
        info_.image_width = static_cast<JDIMENSION>(image.width());
        info_.image_height = static_cast<JDIMENSION>(image.height());
        info_.input_components = image.channels();
        info_.in_color_space = image.channels() == 1 ? JCS_GRAYSCALE : JCS_RGB;
        guarded([&] {
            jpeg_set_defaults(&info_);
            jpeg_set_quality(&info_, quality, TRUE);
            info_.dct_method = JDCT_ISLOW;
            info_.optimize_coding = optimise ? TRUE : FALSE;
            if (info_.num_components == 3) {
                info_.comp_info[0].h_samp_factor = sampling.first;
                info_.comp_info[0].v_samp_factor = sampling.second;
            }
            if (progressive) jpeg_simple_progression(&info_);
        });
    }

    void write(const Image& image) {
        const auto exif = orientationExif(image.orientation);
        const auto* icc = reinterpret_cast<const JOCTET*>(image.icc.data());
        const auto* samples = image.samples.as<std::uint8_t>().data();
        const auto stride =
            static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(image.channels());
        guarded([&] {
            jpeg_start_compress(&info_, TRUE);
            if (image.orientation != 1) jpeg_write_marker(&info_, JPEG_APP0 + 1, exif.data(), exif.size());
            if (!image.icc.empty())
                jpeg_write_icc_profile(&info_, icc, static_cast<unsigned>(image.icc.size()));
            while (info_.next_scanline < info_.image_height) {
                JSAMPROW rows[rowsPerCall];
                const JDIMENSION count = std::min(rowsPerCall, info_.image_height - info_.next_scanline);
                for (JDIMENSION i = 0; i < count; ++i)
                    rows[i] = const_cast<JSAMPROW>(samples + stride * (info_.next_scanline + i));
                jpeg_write_scanlines(&info_, rows, count);
            }
            jpeg_finish_compress(&info_);
        });
    }

    const std::vector<std::byte>& file() const { return file_; }

  private:
    template <typename Info>
    static Compressor& of(Info* info) {
        return *static_cast<Compressor*>(info->client_data);
    }

    template <typename Step>
    void guarded(Step step) {
        if (setjmp(jump_) == 0) {
            step();
            return;
        }
        if (pending_) std::rethrow_exception(std::exchange(pending_, nullptr));
        throw Error(ErrorKind::Resource, std::string("JPEG encoding failed: ") + message_ + ".",
                    "Free memory, or take a smaller image.");
    }

    [[noreturn]] void fail(j_common_ptr common) {
        errors_.format_message(common, message_);
        std::longjmp(jump_, 1);
    }

    /// Calls from within libjpeg: an exception may not travel through its frames, nor a jump leave a handler.
    template <typename Step>
    void deferring(Step step) {
        try {
            step();
        } catch (...) {
            pending_ = std::current_exception();
        }
        if (pending_) std::longjmp(jump_, 1);
    }

    void tick() {
        const double pass = static_cast<double>(progress_.pass_counter) /
                            static_cast<double>(std::max(1L, progress_.pass_limit));
        deferring([&] {
            context_.progress((progress_.completed_passes + pass) / std::max(1, progress_.total_passes));
        });
    }

    /// Offers the buffer from `used` on.
    void provide(std::size_t used) {
        destination_.next_output_byte = reinterpret_cast<JOCTET*>(file_.data()) + used;
        destination_.free_in_buffer = file_.size() - used;
    }
    void grow() {
        const std::size_t used = file_.size();
        deferring([&] { file_.resize(2 * used); });
        provide(used);
    }
    void trim() { file_.resize(file_.size() - destination_.free_in_buffer); }

    Context& context_;
    jpeg_compress_struct info_{};
    jpeg_error_mgr errors_{};
    jpeg_progress_mgr progress_{};
    std::jmp_buf jump_{};
    std::exception_ptr pending_;
    char message_[JMSG_LENGTH_MAX] = {};
    jpeg_destination_mgr destination_{};
    std::vector<std::byte> file_ = std::vector<std::byte>(firstBuffer);
};

class JpegCodec : public CodecNode {
  public:
    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const Image& image = inputs.image("image");
        requireEncodable(image);
        Compressor compressor(context);
        compressor.configure(image, parameters);
        compressor.write(image);
        sink.write(compressor.file(), jpegLedger(compressor.file()));
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        context.check();
        const auto file = source.read(source.left());
        if (imageFormatOf(file) != ImageFormat::Jpeg)
            refuse("The stream is not a JPEG file.", "Decode it with the codec that wrote it.");
        return {{"image", std::make_shared<const Image>(decodeImage(file, "The JPEG stream"))}};
    }
};

std::vector<graph::Parameter> jpegParameters() {
    return {
        {.id = "quality",
         .label = "Quality",
         .help =
             "Scales the quantisation tables of T.81 annex K as the Independent JPEG Group's software does: "
             "50 takes them as they are, 100 divides by as little as 1.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{75},
         .minimum = 1,
         .maximum = 100,
         .movesAlongCurve = true},
        {.id = "optimise",
         .label = "Optimised Huffman tables",
         .help = "Codes made for the picture in a second pass in place of the tables of T.81 annex K; equal "
                 "pixels.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false},
        {.id = "progressive",
         .label = "Progressive",
         .help = "Spectral selection and successive approximation, in libjpeg's default scans; its Huffman "
                 "tables "
                 "are always optimised; equal pixels.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false},
        {.id = "subsampling",
         .label = "Chroma subsampling",
         .help =
             "4:2:0 halves Cb and Cr both ways, 4:2:2 across only, 4:4:4 not at all. Grey images: no effect.",
         .type = graph::ParameterType::Choice,
         .defaultValue = std::string("4:2:0"),
         .choices = {"4:2:0", "4:2:2", "4:4:4"}},
    };
}

constexpr const char* jpegManual =
    R"(Baseline (or progressive) JPEG by libjpeg-turbo. The stored stream is the
standard file: any viewer opens it.

**Defaults** are those of `cjpeg -baseline -sample 2x2 -quality Q`, byte for byte: tables limited to 8 bits
(*force baseline*), integer DCT (ISLOW), the Huffman tables of T.81 annex K, one interleaved scan. Decoding is
that of `djpeg`: ISLOW, smooth ("fancy") chroma upsampling.

**Takes** 8-bit grey and RGB images up to 65,500 pixels a side. Alpha, 16 bits, YCbCr and CMYK are refused; put
`image.convert` before it. An ICC profile travels in APP2, an orientation other than upright in a minimal EXIF
segment; both come back when the stream is decoded, and both are counted.

**Bits** are read off the markers: `header` (SOI, APP0, SOF, SOS, EOI), `quantisation-tables`, `huffman-tables`,
`exif`, `icc`, `scan-data`. They sum to the file. At low rates the standard Huffman tables (about 420 bytes)
weigh on small pictures; they are counted all the same.

**Grey images**: `subsampling` has no effect.
)";

Manifest jpegManifest() {
    Manifest manifest;
    manifest.id = "image.jpeg";
    manifest.title = "JPEG";
    manifest.family = "image";
    manifest.summary = "JPEG by libjpeg-turbo, baseline or progressive";
    manifest.manual = jpegManual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.papers = {{"G. K. Wallace, The JPEG still picture compression standard, 1991",
                        "https://doi.org/10.1145/103085.103089"},
                       {"ITU-T T.81, Digital compression and coding of continuous-tone still images, 1992",
                        "https://www.itu.int/rec/T-REC-T.81"}};
    manifest.synonyms = {"jpg", "libjpeg-turbo", "cjpeg", "DCT", "T.81", "ISO/IEC 10918-1"};
    manifest.inputs = {{.id = "image",
                        .label = "Image",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Coded,
                        .help = "8-bit grey or RGB."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "As decoded."},
        {.id = "bitstream", .label = "File", .type = graph::PortType::Bitstream, .help = "The JPEG file."}};
    manifest.parameters = jpegParameters();
    manifest.extension = "jpg";
    manifest.magics = {"ffd8ff"};
    return manifest;
}

}  // namespace

NodeEntry jpegNode() {
    return {jpegManifest(),
            [] { return std::make_unique<JpegCodec>(); },
            {{"libjpeg-turbo", imageLibraries().at("libjpeg-turbo")}}};
}

}  // namespace ratescope::media::image
