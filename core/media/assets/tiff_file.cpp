#include "core/media/assets/image_formats.h"
#include "core/media/assets/tiff_pages.h"

#include <tiffio.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

namespace ratescope::media {
namespace {

/// What the samples of a page are and how they lie.
struct Layout {
    std::uint32_t width = 0, height = 0;
    std::uint16_t bits = 1, channels = 1, photometric = 0, compression = COMPRESSION_NONE;
    bool planar = false;  ///< a plane a channel
    bool tiled = false;
    std::uint32_t blockWidth = 0, blockHeight = 0;  ///< of a tile or strip
    bool alpha = false;

    bool paletted() const { return photometric == PHOTOMETRIC_PALETTE; }
    std::size_t channelsInBlock() const { return planar ? 1 : channels; }
    /// Packed rows of that many pixels.
    std::size_t rowBytes(std::uint32_t pixels) const {
        return (std::size_t{pixels} * channelsInBlock() * bits + 7) / 8;
    }
};

constexpr std::size_t largestSmallBlock = std::size_t{1} << 26;

/// How far a byte of the file can expand, before memory is asked for. A line of fax takes a bit at least.
std::uint64_t maxExpansion(const Layout& layout) {
    switch (layout.compression) {
        case COMPRESSION_NONE:
            return 1;
        case COMPRESSION_PACKBITS:
            return 64;
        case COMPRESSION_LZW:
            return 4096;
        case COMPRESSION_ADOBE_DEFLATE:
        case COMPRESSION_DEFLATE:
            return 1100;
        case COMPRESSION_JPEG:
            return 2048;
        case COMPRESSION_ZSTD:
            return std::uint64_t{1} << 16;
        default:
            return layout.width;
    }
}

bool isTaken(std::uint16_t compression) {
    static constexpr std::uint16_t taken[] = {
        COMPRESSION_NONE,      COMPRESSION_PACKBITS, COMPRESSION_LZW,  COMPRESSION_ADOBE_DEFLATE,
        COMPRESSION_DEFLATE,   COMPRESSION_JPEG,     COMPRESSION_ZSTD, COMPRESSION_CCITTRLE,
        COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4};
    return std::ranges::count(taken, compression) != 0 && TIFFIsCODECConfigured(compression);
}

class Page {
  public:
    Page(TiffPages& pages, std::size_t fileSize, const std::string& name)
        : pages_(pages), tiff_(pages.tiff()), name_(name) {
        readLayout();
        checkKind();
        readAlpha();
        if (layout_.photometric == PHOTOMETRIC_YCBCR) becomeRgb();
        readBlocks(fileSize);
    }

    Image image() {
        Image image = frame();
        samplesInto(image);
        if (layout_.photometric == PHOTOMETRIC_MINISWHITE) invert(image);
        if (layout_.paletted()) image = expanded(image);
        image.orientation = orientation();
        image.icc = profile();
        return image;
    }

  private:
    std::uint16_t field(std::uint32_t tag) const {
        std::uint16_t value = 0;
        TIFFGetFieldDefaulted(tiff_, tag, &value);
        return value;
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw Error(ErrorKind::Input, name_ + " is a TIFF file " + what + ", which is not read.",
                    "Export it as 8- or 16-bit grey, RGB or CMYK, with LZW, Deflate or no compression.");
    }

    void readLayout() {
        if (!TIFFGetField(tiff_, TIFFTAG_IMAGEWIDTH, &layout_.width) ||
            !TIFFGetField(tiff_, TIFFTAG_IMAGELENGTH, &layout_.height))
            pages_.throwDamaged();
        checkImageSize(layout_.width, layout_.height, name_);
        if (!TIFFGetField(tiff_, TIFFTAG_PHOTOMETRIC, &layout_.photometric))
            refuse("without a statement of its colours");
        layout_.bits = field(TIFFTAG_BITSPERSAMPLE);
        layout_.channels = field(TIFFTAG_SAMPLESPERPIXEL);
        layout_.compression = field(TIFFTAG_COMPRESSION);
        layout_.planar = field(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE && layout_.channels > 1;
    }

    int colours() const {
        switch (layout_.photometric) {
            case PHOTOMETRIC_MINISWHITE:
            case PHOTOMETRIC_MINISBLACK:
            case PHOTOMETRIC_PALETTE:
                return 1;
            case PHOTOMETRIC_RGB:
            case PHOTOMETRIC_YCBCR:
                return 3;
            case PHOTOMETRIC_SEPARATED:
                return 4;
            default:
                refuse("of a colour space other than grey, RGB, YCbCr or CMYK");
        }
    }

    void checkKind() const {
        const int bits = layout_.bits;
        const std::uint16_t format = field(TIFFTAG_SAMPLEFORMAT);
        if (format == SAMPLEFORMAT_IEEEFP) refuse("of floating-point samples");
        if (format != SAMPLEFORMAT_UINT) refuse("of signed or complex samples");
        const bool packed = layout_.channels == 1 && (bits == 1 || bits == 2 || bits == 4);
        if (bits != 8 && !packed && (bits != 16 || layout_.paletted()))
            refuse("of " + std::to_string(bits) + " bits a sample");
        if (!isTaken(layout_.compression))
            refuse("in the compression " + std::to_string(layout_.compression));
        if (colours() == 4 && field(TIFFTAG_INKSET) != INKSET_CMYK) refuse("of inks other than CMYK");
    }

    void readAlpha() {
        std::uint16_t count = 0;
        std::uint16_t* kinds = nullptr;
        TIFFGetFieldDefaulted(tiff_, TIFFTAG_EXTRASAMPLES, &count, &kinds);
        if (layout_.channels != colours() + count)
            refuse("of " + std::to_string(layout_.channels) + " channels");
        if (count > 1) refuse("of " + std::to_string(count) + " channels beside its colours");
        if (count == 0) return;
        if (kinds[0] == EXTRASAMPLE_ASSOCALPHA) refuse("with premultiplied alpha");
        if (kinds[0] != EXTRASAMPLE_UNASSALPHA || layout_.paletted())
            refuse("with a channel of unknown meaning");
        layout_.alpha = true;
    }

    /// libjpeg's conversion, as of JPEG files. Other YCbCr would need one here.
    void becomeRgb() {
        if (layout_.compression != COMPRESSION_JPEG || layout_.planar || layout_.alpha)
            refuse("of YCbCr samples without JPEG compression");
        TIFFSetField(tiff_, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    }

    void readBlocks(std::size_t fileSize) {
        layout_.tiled = TIFFIsTiled(tiff_) != 0;
        layout_.blockWidth = layout_.width;
        if (layout_.tiled) {
            TIFFGetField(tiff_, TIFFTAG_TILEWIDTH, &layout_.blockWidth);
            TIFFGetField(tiff_, TIFFTAG_TILELENGTH, &layout_.blockHeight);
            checkImageSize(layout_.blockWidth, layout_.blockHeight, name_);
        } else {
            TIFFGetFieldDefaulted(tiff_, TIFFTAG_ROWSPERSTRIP, &layout_.blockHeight);
            layout_.blockHeight = std::min(layout_.blockHeight, layout_.height);
            if (layout_.blockHeight == 0) pages_.throwDamaged();
        }
        const std::uint64_t packed = std::uint64_t{layout_.height} * layout_.rowBytes(layout_.width) *
                                     (layout_.planar ? layout_.channels : 1);
        const std::uint64_t block = blockBytes(layout_.blockHeight);
        if (block > std::max<std::uint64_t>(packed, largestSmallBlock))
            refuse("of tiles much larger than itself");
        if (packed / maxExpansion(layout_) > fileSize)
            throw damagedImage(name_, "is a truncated TIFF: it is too short for its size");
        const auto size = static_cast<std::uint64_t>(
            layout_.tiled ? TIFFTileSize64(tiff_) : TIFFVStripSize64(tiff_, layout_.blockHeight));
        if (size != block) pages_.throwDamaged();
    }

    std::size_t blockBytes(std::uint32_t rows) const { return rows * layout_.rowBytes(layout_.blockWidth); }

    Image frame() const {
        Image image;
        const int count = colours();
        image.model = count == 1 ? ColourModel::Grey : count == 3 ? ColourModel::Rgb : ColourModel::Cmyk;
        image.alpha = layout_.alpha;
        image.bitDepth = layout_.bits;
        image.samples = Array(layout_.bits <= 8 ? DType::U8 : DType::U16,
                              {layout_.height, layout_.width, layout_.channels});
        return image;
    }

    void samplesInto(Image& image) {
        const std::size_t largest = blockBytes(layout_.blockHeight);
        const std::unique_ptr<std::byte[]> block(new std::byte[largest]);
        const std::uint16_t planes = layout_.planar ? layout_.channels : 1;
        pages_.forbidWarnings();
        for (std::uint16_t plane = 0; plane < planes; ++plane)
            for (std::uint32_t y = 0; y < layout_.height; y += layout_.blockHeight) {
                const std::uint32_t rows = std::min(layout_.blockHeight, layout_.height - y);
                for (std::uint32_t x = 0; x < layout_.width; x += layout_.blockWidth) {
                    readBlock(x, y, plane, {block.get(), layout_.tiled ? largest : blockBytes(rows)});
                    copyBlock(block.get(), x, y, rows, plane, image);
                }
                if (layout_.height - y <= layout_.blockHeight) break;  // y would overflow
            }
    }

    void readBlock(std::uint32_t x, std::uint32_t y, std::uint16_t plane, std::span<std::byte> block) {
        const auto size = static_cast<tmsize_t>(block.size());
        const tmsize_t read =
            layout_.tiled
                ? TIFFReadEncodedTile(tiff_, TIFFComputeTile(tiff_, x, y, 0, plane), block.data(), size)
                : TIFFReadEncodedStrip(tiff_, TIFFComputeStrip(tiff_, y, plane), block.data(), size);
        if (read != size || pages_.complained()) pages_.throwDamaged();
    }

    void copyBlock(const std::byte* block, std::uint32_t x, std::uint32_t y, std::uint32_t rows,
                   std::uint16_t plane, Image& image) const {
        const std::uint32_t columns = std::min(layout_.blockWidth, layout_.width - x);
        const std::size_t rowBytes = layout_.rowBytes(layout_.blockWidth);
        for (std::uint32_t row = 0; row < rows; ++row, block += rowBytes) {
            const std::size_t pixel = std::size_t{y + row} * layout_.width + x;
            if (layout_.bits < 8)
                unpack(block, columns, image.samples.writable<std::uint8_t>().data() + pixel);
            else if (!layout_.planar)
                copyRow(block, columns, pixel, image.samples);
            else if (layout_.bits == 8)
                spread<std::uint8_t>(block, columns, pixel * layout_.channels + plane, image.samples);
            else
                spread<std::uint16_t>(block, columns, pixel * layout_.channels + plane, image.samples);
        }
    }

    void copyRow(const std::byte* block, std::uint32_t columns, std::size_t pixel, Array& samples) const {
        const std::size_t size = std::size_t{layout_.channels} * sizeOf(samples.type());
        std::memcpy(samples.writableBytes().data() + pixel * size, block, columns * size);
    }

    template <typename T>
    void spread(const std::byte* block, std::uint32_t columns, std::size_t first, Array& samples) const {
        T* to = samples.writable<T>().data() + first;
        for (std::uint32_t i = 0; i < columns; ++i)
            std::memcpy(to + std::size_t{i} * layout_.channels, block + i * sizeof(T), sizeof(T));
    }

    void unpack(const std::byte* block, std::uint32_t columns, std::uint8_t* to) const {
        const unsigned bits = layout_.bits, mask = (1u << bits) - 1;
        for (std::uint32_t i = 0; i < columns; ++i) {
            const std::size_t position = std::size_t{i} * bits;
            const unsigned shift = 8 - bits - static_cast<unsigned>(position % 8);
            to[i] = static_cast<std::uint8_t>(static_cast<unsigned>(block[position / 8]) >> shift & mask);
        }
    }

    /// Stored is the complement of grey, not of alpha.
    void invert(Image& image) const {
        const auto apply = [&](auto samples) {
            for (std::size_t i = 0; i < samples.size(); i += layout_.channels)
                samples[i] =
                    static_cast<std::decay_t<decltype(samples[i])>>((1u << layout_.bits) - 1 - samples[i]);
        };
        if (layout_.bits <= 8)
            apply(image.samples.writable<std::uint8_t>());
        else
            apply(image.samples.writable<std::uint16_t>());
    }

    /// Colour maps are of 16 bits, and mostly hold values of 8, times 257 or 256 or, of old writers, as they are.
    Image expanded(const Image& indices) const {
        std::uint16_t* map[3] = {};
        if (!TIFFGetField(tiff_, TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]) || !map[0] || !map[1] ||
            !map[2])
            pages_.throwDamaged();
        const std::size_t entries = std::size_t{1} << layout_.bits;
        const auto all = [&](auto fits) {
            return std::ranges::all_of(
                map, [&](const std::uint16_t* one) { return std::all_of(one, one + entries, fits); });
        };
        const bool small = all([](unsigned v) { return v < 256; });
        const bool narrow = small || all([](unsigned v) { return v % 257 == 0; }) ||
                            all([](unsigned v) { return v % 256 == 0; });
        Image image = indices;
        image.model = ColourModel::Rgb;
        image.bitDepth = narrow ? 8 : 16;
        image.samples = Array(narrow ? DType::U8 : DType::U16, {layout_.height, layout_.width, 3});
        const auto from = indices.samples.as<std::uint8_t>();
        const auto fill = [&](auto to) {
            for (std::size_t i = 0; i < from.size(); ++i)
                for (std::size_t c = 0; c < 3; ++c) {
                    const unsigned value = map[c][from[i]];
                    to[3 * i + c] =
                        static_cast<std::decay_t<decltype(to[0])>>(narrow && !small ? value >> 8 : value);
                }
        };
        if (narrow)
            fill(image.samples.writable<std::uint8_t>());
        else
            fill(image.samples.writable<std::uint16_t>());
        return image;
    }

    int orientation() const {
        const std::uint16_t value = field(TIFFTAG_ORIENTATION);
        return value >= 1 && value <= 8 ? value : 1;
    }

    std::vector<std::byte> profile() const {
        std::uint32_t size = 0;
        void* data = nullptr;
        if (!TIFFGetField(tiff_, TIFFTAG_ICCPROFILE, &size, &data)) return {};
        const auto* first = static_cast<const std::byte*>(data);
        return {first, first + size};
    }

    TiffPages& pages_;
    TIFF* tiff_;
    const std::string& name_;
    Layout layout_;
};

}  // namespace

ImageSize tiffSize(std::span<const std::byte> bytes, const std::string& name) {
    TiffPages pages(bytes, name);
    pages.choosePicture();
    std::uint32_t width = 0, height = 0;
    TIFFGetField(pages.tiff(), TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(pages.tiff(), TIFFTAG_IMAGELENGTH, &height);
    return {width, height};
}

Image decodeTiff(std::span<const std::byte> bytes, const std::string& name) {
    TiffPages pages(bytes, name);
    pages.choosePicture();
    return Page(pages, bytes.size(), name).image();
}

std::string tiffLibraryVersion() {
    // "LIBTIFF, Version 4.5.0", then lines on its authors.
    const std::string text = TIFFGetVersion();
    const std::string line = text.substr(0, text.find('\n'));
    return line.substr(line.rfind(' ') + 1);
}

}  // namespace ratescope::media
