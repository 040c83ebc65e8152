// JPEG, baseline and progressive DCT, through libjpeg-turbo (ITU-T T.81; Wallace 1991).

#include "core/error.h"
#include "plugins/image/jpeg_exif.h"
#include "plugins/image/jpeg_ledger.h"
#include "plugins/image/jpeg_library.h"
#include "plugins/image/nodes.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

namespace ratescope::media::image {
namespace {

using graph::Manifest;

constexpr std::int64_t largestExtent = JPEG_MAX_DIMENSION;
constexpr JDIMENSION rowsPerCall = 16;

void refuse(const std::string& what, const std::string& remedy) {
    throw Error(ErrorKind::Input, what, remedy);
}

void requireEncodable(const Image& image) {
    if (image.alpha) refuse("JPEG has no alpha channel.", "Put image.convert before it, with alpha over a ground.");
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

std::span<const std::byte> bytesOf(const unsigned char* data, std::size_t size) {
    return {reinterpret_cast<const std::byte*>(data), size};
}

class Compressor {
  public:
    explicit Compressor(Context& context) {
        guard_.attach(info_);
        run([&] { jpeg_create_compress(&info_); });
        guard_.watch(info_, context);
    }
    ~Compressor() {
        jpeg_destroy_compress(&info_);
        std::free(file_);
    }
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    void configure(const Image& image, const Parameters& parameters) {
        const int quality = static_cast<int>(parameters.integer("quality"));
        const bool optimise = parameters.flag("optimise");
        const bool progressive = parameters.flag("progressive");
        const auto [horizontal, vertical] = lumaSampling(parameters.text("subsampling"));
        info_.image_width = static_cast<JDIMENSION>(image.width());
        info_.image_height = static_cast<JDIMENSION>(image.height());
        info_.input_components = image.channels();
        info_.in_color_space = image.channels() == 1 ? JCS_GRAYSCALE : JCS_RGB;
        run([&] {
            jpeg_set_defaults(&info_);
            jpeg_set_quality(&info_, quality, TRUE);
            info_.dct_method = JDCT_ISLOW;
            info_.optimize_coding = optimise ? TRUE : FALSE;
            if (info_.num_components == 3) {
                info_.comp_info[0].h_samp_factor = horizontal;
                info_.comp_info[0].v_samp_factor = vertical;
            }
            if (progressive) jpeg_simple_progression(&info_);
            jpeg_mem_dest(&info_, &file_, &size_);
        });
    }

    void write(const Image& image) {
        const auto exif = image.orientation == 1 ? std::vector<unsigned char>{} : orientationExif(image.orientation);
        const auto* icc = reinterpret_cast<const JOCTET*>(image.icc.data());
        const auto* samples = image.samples.as<std::uint8_t>().data();
        const std::size_t stride = static_cast<std::size_t>(image.width() * image.channels());
        run([&] {
            jpeg_start_compress(&info_, TRUE);
            if (!exif.empty())
                jpeg_write_marker(&info_, JPEG_APP0 + 1, exif.data(), static_cast<unsigned>(exif.size()));
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

    std::span<const std::byte> file() const { return bytesOf(file_, size_); }

  private:
    template <typename Step>
    void run(Step step) {
        guard_.run("JPEG encoding failed", step);
    }

    jpeg_compress_struct info_{};
    JpegGuard guard_;
    unsigned char* file_ = nullptr;
    unsigned long size_ = 0;
};

class Decompressor {
  public:
    explicit Decompressor(Context& context) {
        guard_.attach(info_);
        run([&] { jpeg_create_decompress(&info_); });
        guard_.watch(info_, context);
    }
    ~Decompressor() { jpeg_destroy_decompress(&info_); }
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    Image read(std::span<const std::byte> file) {
        run([&] {
            jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file.data()), file.size());
            jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
            jpeg_save_markers(&info_, JPEG_APP0 + 2, 0xFFFF);
            jpeg_read_header(&info_, TRUE);
        });
        Image image = described();
        readSamples(image.samples);
        return image;
    }

  private:
    /// Everything but the pixels.
    Image described() {
        if (info_.num_components != 1 && info_.num_components != 3)
            refuse("image.jpeg decodes grey and YCbCr streams, this one has " +
                       std::to_string(info_.num_components) + " components.",
                   "Read it as a photograph with source.images.");
        Image image;
        image.model = info_.num_components == 1 ? ColourModel::Grey : ColourModel::Rgb;
        image.icc = iccProfile();
        for (const jpeg_marker_struct* marker = info_.marker_list; marker != nullptr; marker = marker->next)
            if (marker->marker == JPEG_APP0 + 1)
                if (const auto orientation = orientationOf(bytesOf(marker->data, marker->data_length)))
                    image.orientation = *orientation;
        image.samples = Array(DType::U8, {static_cast<std::int64_t>(info_.image_height),
                                          static_cast<std::int64_t>(info_.image_width), info_.num_components});
        return image;
    }

    std::vector<std::byte> iccProfile() {
        JOCTET* data = nullptr;
        unsigned size = 0;
        run([&] { jpeg_read_icc_profile(&info_, &data, &size); });
        const std::unique_ptr<JOCTET, decltype(&std::free)> owner(data, &std::free);
        if (data == nullptr) return {};
        const auto bytes = bytesOf(data, size);
        return {bytes.begin(), bytes.end()};
    }

    void readSamples(Array& samples) {
        const std::size_t stride = static_cast<std::size_t>(samples.shape()[1] * samples.shape()[2]);
        std::uint8_t* target = samples.writable<std::uint8_t>().data();
        run([&] {
            info_.out_color_space = info_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
            info_.dct_method = JDCT_ISLOW;
            info_.do_fancy_upsampling = TRUE;
            jpeg_start_decompress(&info_);
            while (info_.output_scanline < info_.output_height) {
                JSAMPROW rows[rowsPerCall];
                const JDIMENSION count = std::min(rowsPerCall, info_.output_height - info_.output_scanline);
                for (JDIMENSION i = 0; i < count; ++i)
                    rows[i] = target + stride * (info_.output_scanline + i);
                jpeg_read_scanlines(&info_, rows, count);
            }
            jpeg_finish_decompress(&info_);
        });
    }

    template <typename Step>
    void run(Step step) {
        guard_.run("The JPEG stream does not decode", step);
    }

    jpeg_decompress_struct info_{};
    JpegGuard guard_;
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
        const auto file = source.read(source.left());
        return {{"image", std::make_shared<const Image>(Decompressor(context).read(file))}};
    }
};

std::vector<graph::Parameter> jpegParameters() {
    return {
        {.id = "quality",
         .label = "Quality",
         .help = "Scales the quantisation tables of T.81 annex K as the Independent JPEG Group's software does: "
                 "50 takes them as they are, 100 divides by as little as 1.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{75},
         .minimum = 1,
         .maximum = 100,
         .movesAlongCurve = true},
        {.id = "optimise",
         .label = "Optimised Huffman tables",
         .help = "Codes made for the picture in a second pass in place of the tables of T.81 annex K; equal pixels.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false},
        {.id = "progressive",
         .label = "Progressive",
         .help = "Spectral selection and successive approximation, in libjpeg's default scans; its Huffman tables "
                 "are always optimised; equal pixels.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false},
        {.id = "subsampling",
         .label = "Chroma subsampling",
         .help = "4:2:0 halves Cb and Cr both ways, 4:2:2 across only, 4:4:4 not at all. Grey images: no effect.",
         .type = graph::ParameterType::Choice,
         .defaultValue = std::string("4:2:0"),
         .choices = {"4:2:0", "4:2:2", "4:4:4"}},
    };
}

constexpr const char* jpegManual = R"(Baseline (or progressive) JPEG by libjpeg-turbo. The stored stream is the
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
    manifest.papers = {
        {"G. K. Wallace, The JPEG still picture compression standard, 1991", "https://doi.org/10.1145/103085.103089"},
        {"ITU-T T.81, Digital compression and coding of continuous-tone still images, 1992",
         "https://www.itu.int/rec/T-REC-T.81"}};
    manifest.synonyms = {"jpg", "libjpeg-turbo", "cjpeg", "DCT", "T.81", "ISO/IEC 10918-1"};
    manifest.inputs = {{.id = "image",
                        .label = "Image",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Coded,
                        .help = "8-bit grey or RGB."}};
    manifest.outputs = {{.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "As decoded."}};
    manifest.parameters = jpegParameters();
    manifest.extension = "jpg";
    manifest.magics = {"ffd8ff"};
    return manifest;
}

}  // namespace

NodeEntry jpegNode() {
    return {jpegManifest(), [] { return std::make_unique<JpegCodec>(); }};
}

}  // namespace ratescope::media::image
