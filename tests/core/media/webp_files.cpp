#include "tests/core/media/webp_files.h"

#include <webp/encode.h>

#include <span>

namespace ratescope::media {
namespace {

void append(ByteVector& out, std::span<const std::byte> bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void appendNumber(ByteVector& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::byte>(value >> 8 * i));
}

void appendChunk(ByteVector& out, std::string_view fourcc, std::span<const std::byte> content) {
    append(out, bytesOf(fourcc));
    appendNumber(out, static_cast<std::uint32_t>(content.size()), 4);
    append(out, content);
    if (content.size() % 2) out.push_back(std::byte{0});
}

ByteVector riff(const ByteVector& chunks) {
    ByteVector content = bytesOf("WEBP");
    append(content, chunks);
    ByteVector out;
    appendChunk(out, "RIFF", content);
    return out;
}

}  // namespace

ByteVector makeWebp(const Image& image, float quality) {
    const auto* samples = image.samples.as<std::uint8_t>().data();
    const int width = static_cast<int>(image.width()), height = static_cast<int>(image.height());
    const int stride = width * image.channels();
    std::uint8_t* file = nullptr;
    std::size_t size = 0;
    if (quality < 0)
        size = image.alpha ? WebPEncodeLosslessRGBA(samples, width, height, stride, &file)
                           : WebPEncodeLosslessRGB(samples, width, height, stride, &file);
    else
        size = image.alpha ? WebPEncodeRGBA(samples, width, height, stride, quality, &file)
                           : WebPEncodeRGB(samples, width, height, stride, quality, &file);
    const auto* first = reinterpret_cast<const std::byte*>(file);
    ByteVector out(first, first + size);
    WebPFree(file);
    return out;
}

ByteVector makeExtendedWebp(const WebpPlan& plan) {
    ByteVector chunks;
    ByteVector head{static_cast<std::byte>(plan.flags), std::byte{0}, std::byte{0}, std::byte{0}};
    appendNumber(head, plan.width - 1, 3);
    appendNumber(head, plan.height - 1, 3);
    appendChunk(chunks, "VP8X", head);
    if (!plan.profile.empty()) appendChunk(chunks, "ICCP", plan.profile);
    const std::span<const std::byte> picture = std::span(plan.simple).subspan(12);
    if (plan.animated) {
        appendChunk(chunks, "ANIM", ByteVector(6));
        ByteVector frame;
        appendNumber(frame, 0, 3);
        appendNumber(frame, 0, 3);
        appendNumber(frame, plan.width - 1, 3);
        appendNumber(frame, plan.height - 1, 3);
        appendNumber(frame, 100, 3);
        appendNumber(frame, 0, 1);
        append(frame, picture);
        appendChunk(chunks, "ANMF", frame);
    } else {
        append(chunks, picture);
    }
    if (!plan.exif.empty()) appendChunk(chunks, "EXIF", plan.exif);
    return riff(chunks);
}

}  // namespace ratescope::media
