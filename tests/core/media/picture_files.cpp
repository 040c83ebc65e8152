#include "tests/core/media/picture_files.h"

#include <jpeglib.h>
#include <lcms2.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ratescope::media {
namespace {

void append(ByteVector& out, std::span<const std::byte> bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void appendChunk(ByteVector& out, const PngChunk& chunk) {
    append(out, bigEndian({static_cast<std::uint32_t>(chunk.data.size())}));
    ByteVector body = bytesOf(chunk.type);
    append(body, chunk.data);
    append(out, body);
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    append(out, bigEndian({static_cast<std::uint32_t>(crc)}));
}

ByteVector deflated(const ByteVector& bytes) {
    uLongf size = compressBound(bytes.size());
    ByteVector out(size);
    compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
             bytes.size());
    out.resize(size);
    return out;
}

int channelsOf(int colourType) {
    switch (colourType) {
        case 2:
            return 3;
        case 4:
            return 2;
        case 6:
            return 4;
        default:
            return 1;
    }
}

J_COLOR_SPACE inputSpace(JpegKind kind) {
    if (kind == JpegKind::Grey) return JCS_GRAYSCALE;
    return kind == JpegKind::YCbCr || kind == JpegKind::Rgb ? JCS_RGB : JCS_CMYK;
}

J_COLOR_SPACE fileSpace(JpegKind kind) {
    switch (kind) {
        case JpegKind::Grey:
            return JCS_GRAYSCALE;
        case JpegKind::YCbCr:
            return JCS_YCbCr;
        case JpegKind::Rgb:
            return JCS_RGB;
        case JpegKind::AdobeYcck:
            return JCS_YCCK;
        default:
            return JCS_CMYK;
    }
}

}  // namespace

ByteVector bytesOf(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

ByteVector bigEndian(std::initializer_list<std::uint32_t> values) {
    ByteVector out;
    for (const std::uint32_t value : values)
        for (const int shift : {24, 16, 8, 0})
            out.push_back(static_cast<std::byte>(value >> shift));
    return out;
}

ByteVector makePng(const PngPlan& plan) {
    ByteVector out = bytesOf("\x89PNG\r\n\x1a\n");
    ByteVector header = bigEndian({plan.width, plan.height});
    for (const int value : {plan.depth, plan.colourType, 0, 0, plan.interlaced ? 1 : 0})
        header.push_back(static_cast<std::byte>(value));
    appendChunk(out, {"IHDR", header});
    for (const PngChunk& chunk : plan.chunks)
        appendChunk(out, chunk);
    const std::size_t rowBytes =
        (std::size_t{plan.width} * static_cast<unsigned>(channelsOf(plan.colourType) * plan.depth) + 7) / 8;
    ByteVector filtered = plan.filtered;
    for (std::size_t begin = 0; begin < plan.rows.size(); begin += rowBytes) {
        filtered.push_back(std::byte{0});
        append(filtered, std::span(plan.rows).subspan(begin, std::min(rowBytes, plan.rows.size() - begin)));
    }
    appendChunk(out, {"IDAT", deflated(filtered)});
    for (const PngChunk& chunk : plan.chunksAfter)
        appendChunk(out, chunk);
    appendChunk(out, {"IEND", {}});
    return out;
}

PngChunk profileChunk(const ByteVector& profile) {
    ByteVector data = bytesOf("icc");
    data.push_back(std::byte{0});
    data.push_back(std::byte{0});
    append(data, deflated(profile));
    return {"iCCP", data};
}

ByteVector makeJpeg(const JpegPlan& plan) {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &buffer, &size);
    info.image_width = static_cast<JDIMENSION>(plan.width);
    info.image_height = static_cast<JDIMENSION>(plan.height);
    info.in_color_space = inputSpace(plan.kind);
    info.input_components = info.in_color_space == JCS_GRAYSCALE ? 1 : info.in_color_space == JCS_RGB ? 3 : 4;
    jpeg_set_defaults(&info);
    jpeg_set_colorspace(&info, fileSpace(plan.kind));
    info.write_Adobe_marker = plan.kind != JpegKind::Cmyk && plan.kind != JpegKind::YCbCr;
    jpeg_set_quality(&info, plan.quality, TRUE);
    if (plan.progressive) jpeg_simple_progression(&info);
    jpeg_start_compress(&info, TRUE);
    if (!plan.exif.empty()) {
        ByteVector marker = bytesOf(std::string_view("Exif\0\0", 6));
        append(marker, plan.exif);
        jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(marker.data()),
                          static_cast<unsigned>(marker.size()));
    }
    if (!plan.profile.empty())
        jpeg_write_icc_profile(&info, reinterpret_cast<const JOCTET*>(plan.profile.data()),
                               static_cast<unsigned>(plan.profile.size()));
    const std::size_t rowBytes =
        static_cast<std::size_t>(plan.width) * static_cast<unsigned>(info.input_components);
    while (info.next_scanline < info.image_height) {
        auto* row = reinterpret_cast<JSAMPROW>(
            const_cast<std::byte*>(plan.samples.data() + info.next_scanline * rowBytes));
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    const auto* first = reinterpret_cast<const std::byte*>(buffer);
    ByteVector out(first, first + size);
    jpeg_destroy_compress(&info);
    std::free(buffer);
    return out;
}

ByteVector makeProfile(bool grey, std::size_t size) {
    const cmsCIExyY white{0.3127, 0.3290, 1};
    const cmsCIExyYTRIPLE primaries{{0.64, 0.33, 1}, {0.21, 0.71, 1}, {0.15, 0.06, 1}};
    cmsToneCurve* curve = cmsBuildGamma(nullptr, 2.2);
    cmsToneCurve* curves[] = {curve, curve, curve};
    const cmsHPROFILE profile =
        grey ? cmsCreateGrayProfile(&white, curve) : cmsCreateRGBProfile(&white, &primaries, curves);
    cmsUInt32Number needed = 0;
    cmsSaveProfileToMem(profile, nullptr, &needed);
    ByteVector out(needed);
    cmsSaveProfileToMem(profile, out.data(), &needed);
    cmsCloseProfile(profile);
    cmsFreeToneCurve(curve);
    if (out.size() < size) {
        out.resize((size + 3) / 4 * 4);
        const ByteVector length = bigEndian({static_cast<std::uint32_t>(out.size())});
        std::memcpy(out.data(), length.data(), 4);
    }
    return out;
}

}  // namespace ratescope::media
