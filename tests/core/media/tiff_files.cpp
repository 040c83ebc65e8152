#include "tests/core/media/tiff_files.h"

#include <tiffio.h>

#include <algorithm>
#include <cstring>

namespace ratescope::media {
namespace {

struct Memory {
    ByteVector bytes;
    std::uint64_t position = 0;
};

Memory& of(thandle_t handle) {
    return *static_cast<Memory*>(handle);
}

tmsize_t readFrom(thandle_t handle, void* out, tmsize_t count) {
    Memory& memory = of(handle);
    const auto size =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(count), memory.bytes.size() - memory.position);
    std::memcpy(out, memory.bytes.data() + memory.position, size);
    memory.position += size;
    return static_cast<tmsize_t>(size);
}

tmsize_t writeTo(thandle_t handle, void* in, tmsize_t count) {
    Memory& memory = of(handle);
    const auto size = static_cast<std::size_t>(count);
    memory.bytes.resize(std::max<std::size_t>(memory.bytes.size(), memory.position + size));
    std::memcpy(memory.bytes.data() + memory.position, in, size);
    memory.position += size;
    return count;
}

toff_t seekIn(thandle_t handle, toff_t offset, int from) {
    Memory& memory = of(handle);
    if (from == SEEK_CUR) offset += memory.position;
    if (from == SEEK_END) offset += memory.bytes.size();
    return memory.position = offset;
}

int closeIt(thandle_t) {
    return 0;
}

toff_t sizeOfIt(thandle_t handle) {
    return of(handle).bytes.size();
}

void writeFields(TIFF* tiff, const TiffPlan& plan) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, plan.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, plan.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, plan.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, plan.channels);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, plan.photometric);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, plan.compression);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, plan.sampleFormat);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, plan.planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    if (plan.predictor != 1) TIFFSetField(tiff, TIFFTAG_PREDICTOR, plan.predictor);
    if (plan.compression == COMPRESSION_JPEG) {
        TIFFSetField(tiff, TIFFTAG_JPEGQUALITY, 95);
        if (plan.photometric == PHOTOMETRIC_YCBCR)
            TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    }
    if (!plan.extra.empty())
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, static_cast<std::uint16_t>(plan.extra.size()),
                     plan.extra.data());
    if (!plan.map[0].empty())
        TIFFSetField(tiff, TIFFTAG_COLORMAP, plan.map[0].data(), plan.map[1].data(), plan.map[2].data());
    if (plan.orientation) TIFFSetField(tiff, TIFFTAG_ORIENTATION, plan.orientation);
    if (plan.inkSet) TIFFSetField(tiff, TIFFTAG_INKSET, plan.inkSet);
    if (plan.kind) TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, plan.kind);
    if (!plan.profile.empty())
        TIFFSetField(tiff, TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(plan.profile.size()),
                     plan.profile.data());
    if (plan.tile) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, plan.tile);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, plan.tile);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, plan.rowsPerStrip);
    }
}

/// The rectangle at x, y of a plane (or of all channels), rows padded to whole bytes, what lies outside 0.
ByteVector block(const TiffPlan& plan, std::uint32_t x, std::uint32_t y, std::uint32_t columns,
                 std::uint32_t rows, std::uint16_t plane) {
    const std::size_t sample = plan.bits / 8;
    const std::size_t sourceRow = (std::size_t{plan.width} * plan.channels * plan.bits + 7) / 8;
    const std::size_t channels = plan.planar ? 1 : plan.channels;
    const std::size_t targetRow = (std::size_t{columns} * channels * plan.bits + 7) / 8;
    ByteVector out(targetRow * rows);
    for (std::uint32_t row = 0; row < rows && y + row < plan.height; ++row) {
        const std::byte* from = plan.samples.data() + sourceRow * (y + row);
        if (sample == 0) {
            std::memcpy(out.data() + targetRow * row, from + x * plan.bits / 8,
                        std::min(targetRow, sourceRow - x * plan.bits / 8));
            continue;
        }
        for (std::uint32_t i = 0; i < columns && x + i < plan.width; ++i)
            for (std::size_t c = 0; c < channels; ++c)
                std::memcpy(out.data() + targetRow * row + (i * channels + c) * sample,
                            from + ((x + i) * plan.channels + c + plane) * sample, sample);
    }
    return out;
}

void writePage(TIFF* tiff, const TiffPlan& plan) {
    writeFields(tiff, plan);
    const std::uint32_t columns = plan.tile ? plan.tile : plan.width;
    const std::uint32_t step = plan.tile ? plan.tile : plan.rowsPerStrip;
    for (std::uint16_t plane = 0; plane < (plan.planar ? plan.channels : 1); ++plane)
        for (std::uint32_t y = 0; y < plan.height; y += step)
            for (std::uint32_t x = 0; x < plan.width; x += columns) {
                const std::uint32_t rows = plan.tile ? step : std::min(step, plan.height - y);
                ByteVector part = block(plan, x, y, columns, rows, plane);
                const auto size = static_cast<tmsize_t>(part.size());
                if (plan.tile)
                    TIFFWriteEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, plane), part.data(), size);
                else
                    TIFFWriteEncodedStrip(tiff, TIFFComputeStrip(tiff, y, plane), part.data(), size);
            }
    TIFFWriteDirectory(tiff);
}

}  // namespace

TiffPlan tiffPlanOf(const Image& image) {
    TiffPlan plan;
    plan.width = static_cast<std::uint32_t>(image.width());
    plan.height = static_cast<std::uint32_t>(image.height());
    plan.bits = static_cast<std::uint16_t>(image.bitDepth);
    plan.channels = static_cast<std::uint16_t>(image.channels());
    plan.photometric = image.model == ColourModel::Grey ? 1 : image.model == ColourModel::Rgb ? 2 : 5;
    if (image.alpha) plan.extra = {2};
    plan.samples.assign(image.samples.bytes().begin(), image.samples.bytes().end());
    return plan;
}

ByteVector makeTiff(const std::vector<TiffPlan>& pages, const char* mode) {
    TIFFSetWarningHandler(nullptr);
    Memory memory;
    TIFF* tiff =
        TIFFClientOpen("test", mode, &memory, readFrom, writeTo, seekIn, closeIt, sizeOfIt, nullptr, nullptr);
    for (const TiffPlan& page : pages)
        writePage(tiff, page);
    TIFFClose(tiff);
    return memory.bytes;
}

}  // namespace ratescope::media
