#include "plugins/image/convert_steps.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

namespace ratescope::media::image {
namespace {

constexpr double lumaRed = 0.299, lumaGreen = 0.587, lumaBlue = 0.114;

int peakOf(const Image& image) {
    return (1 << image.bitDepth) - 1;
}

template <typename T>
T rounded(double value, int peak) {
    return static_cast<T>(std::floor(std::clamp(value, 0.0, static_cast<double>(peak)) + 0.5));
}

/// `frame`, as it is but with `channels` channels of zeroed samples of the type that its depth needs.
Image blank(Image frame, int channels) {
    const DType type = frame.bitDepth <= 8 ? DType::U8 : DType::U16;
    frame.samples = Array(type, {frame.height(), frame.width(), channels});
    return frame;
}

/// Calls pixel(from, to) for each pixel; samples of In and Out.
template <typename In, typename Out, typename Pixel>
void mapPixelsAs(Context& context, const Image& from, Image& to, Pixel pixel) {
    const In* source = from.samples.as<In>().data();
    Out* target = to.samples.writable<Out>().data();
    for (std::int64_t y = 0; y < from.height(); ++y) {
        if (y % 64 == 0) context.check();
        for (std::int64_t x = 0; x < from.width(); ++x) {
            pixel(source, target);
            source += from.channels();
            target += to.channels();
        }
    }
}

/// For the four combinations of 8 and 16 bits.
template <typename Pixel>
void mapPixels(Context& context, const Image& from, Image& to, Pixel pixel) {
    const bool wideIn = from.samples.type() == DType::U16, wideOut = to.samples.type() == DType::U16;
    using Narrow = std::uint8_t;
    using Wide = std::uint16_t;
    if (wideIn && wideOut)
        mapPixelsAs<Wide, Wide>(context, from, to, pixel);
    else if (wideIn)
        mapPixelsAs<Wide, Narrow>(context, from, to, pixel);
    else if (wideOut)
        mapPixelsAs<Narrow, Wide>(context, from, to, pixel);
    else
        mapPixelsAs<Narrow, Narrow>(context, from, to, pixel);
}

template <typename In, typename Out>
void lookUp(const Array& from, const std::vector<std::uint16_t>& table, Array& to) {
    const auto source = from.as<In>();
    const auto target = to.writable<Out>();
    for (std::size_t i = 0; i < source.size(); ++i)
        target[i] = static_cast<Out>(table[std::min<std::size_t>(source[i], table.size() - 1)]);
}

/// A chroma plane through a table, in samples of the type.
Array lookedUp(const Array& from, const std::vector<std::uint16_t>& table, DType type) {
    Array to(type, from.shape());
    using Narrow = std::uint8_t;
    using Wide = std::uint16_t;
    if (from.type() == DType::U8)
        type == DType::U8 ? lookUp<Narrow, Narrow>(from, table, to) : lookUp<Narrow, Wide>(from, table, to);
    else
        type == DType::U8 ? lookUp<Wide, Narrow>(from, table, to) : lookUp<Wide, Wide>(from, table, to);
    return to;
}

/// Every sample value of `from` bits in `to` bits. Chroma and range as withDepth says.
std::vector<std::uint16_t> depthTable(int from, int to, bool limited, bool chroma) {
    const int peak = (1 << to) - 1;
    const double ratio = limited ? std::ldexp(1.0, to - from) : static_cast<double>(peak) / ((1 << from) - 1);
    const double centreIn = chroma && !limited ? 1 << (from - 1) : 0;
    const double centreOut = chroma && !limited ? 1 << (to - 1) : 0;
    std::vector<std::uint16_t> table(std::size_t{1} << from);
    for (std::size_t v = 0; v < table.size(); ++v)
        table[v] = rounded<std::uint16_t>((static_cast<double>(v) - centreIn) * ratio + centreOut, peak);
    return table;
}

}  // namespace

Image withDepth(Context& context, const Image& image, int bits) {
    if (image.bitDepth == bits) return image;
    Image out = image;
    out.bitDepth = bits;
    out = blank(std::move(out), image.channels());
    const bool limited = image.range == Range::Limited;
    const auto plain = depthTable(image.bitDepth, bits, limited, false);
    const auto full = depthTable(image.bitDepth, bits, false, false);
    const auto chroma = depthTable(image.bitDepth, bits, limited, true);
    std::vector<const std::uint16_t*> tables(static_cast<std::size_t>(image.channels()), plain.data());
    if (image.model == ColourModel::YCbCr && !image.subsampled()) tables[1] = tables[2] = chroma.data();
    if (image.alpha) tables.back() = full.data();
    const std::size_t limit = plain.size() - 1;
    mapPixels(context, image, out, [&](const auto* from, auto* to) {
        using Out = std::remove_pointer_t<decltype(to)>;
        for (std::size_t c = 0; c < tables.size(); ++c)
            to[c] = static_cast<Out>(tables[c][std::min<std::size_t>(from[c], limit)]);
    });
    if (!image.subsampled()) return out;
    out.cb = lookedUp(image.cb, chroma, out.samples.type());
    out.cr = lookedUp(image.cr, chroma, out.samples.type());
    return out;
}

Image withFullRange(Context& context, const Image& image) {
    if (image.range == Range::Full) return image;
    Image out = image;
    out.range = Range::Full;
    out = blank(std::move(out), image.channels());
    const int peak = peakOf(image);
    const double step = std::ldexp(1.0, image.bitDepth - 8);
    std::vector<std::uint16_t> table(static_cast<std::size_t>(peak) + 1);
    for (std::size_t v = 0; v < table.size(); ++v)
        table[v] = rounded<std::uint16_t>((static_cast<double>(v) - 16 * step) * peak / (219 * step), peak);
    const int colours = image.channels() - (image.alpha ? 1 : 0);
    mapPixels(context, image, out, [&](const auto* from, auto* to) {
        using Out = std::remove_pointer_t<decltype(to)>;
        for (int c = 0; c < colours; ++c)
            to[c] = static_cast<Out>(table[std::min<std::size_t>(from[c], table.size() - 1)]);
        if (image.alpha) to[colours] = static_cast<Out>(from[colours]);
    });
    return out;
}

Image lumaAlone(Context& context, const Image& image) {
    Image out = image;
    out.model = ColourModel::Grey;
    out.matrix = Matrix::None;
    out.subsampling = Subsampling::C444;
    out.siting = Siting::Centre;
    out.cb = out.cr = Array();
    if (image.subsampled()) return out;
    out = blank(std::move(out), image.alpha ? 2 : 1);
    mapPixels(context, image, out, [&](const auto* from, auto* to) {
        using Out = std::remove_pointer_t<decltype(to)>;
        to[0] = static_cast<Out>(from[0]);
        if (image.alpha) to[1] = static_cast<Out>(from[3]);
    });
    return out;
}

Image overGround(Context& context, const Image& image, std::array<int, 3> ground) {
    if (image.model != ColourModel::Rgb && image.model != ColourModel::Grey)
        throw Error(ErrorKind::Input, "Only grey and RGB images can be laid over a ground.",
                    "Set the colour model of image.convert to RGB.");
    const int colours = image.channels() - 1;
    const std::int64_t peak = peakOf(image);
    std::array<std::int64_t, 3> samples{};
    const double luma = lumaRed * ground[0] + lumaGreen * ground[1] + lumaBlue * ground[2];
    for (std::size_t c = 0; c < 3; ++c) {
        const double value = colours == 1 ? luma : ground[c];
        samples[c] = rounded<std::uint16_t>(value * static_cast<double>(peak) / 255, static_cast<int>(peak));
    }
    Image out = image;
    out.alpha = false;
    out = blank(std::move(out), colours);
    mapPixels(context, image, out, [&](const auto* from, auto* to) {
        using Out = std::remove_pointer_t<decltype(to)>;
        const std::int64_t alpha = from[colours];
        for (int c = 0; c < colours; ++c) {
            const std::int64_t sum = alpha * from[c] + (peak - alpha) * samples[static_cast<std::size_t>(c)];
            to[c] = static_cast<Out>((2 * sum + peak) / (2 * peak));
        }
    });
    return out;
}

Image withoutAlpha(Context& context, const Image& image) {
    Image out = image;
    out.alpha = false;
    const int colours = image.channels() - 1;
    out = blank(std::move(out), colours);
    mapPixels(context, image, out, [&](const auto* from, auto* to) {
        using Out = std::remove_pointer_t<decltype(to)>;
        for (int c = 0; c < colours; ++c)
            to[c] = static_cast<Out>(from[c]);
    });
    return out;
}

Image rgbToGrey(Context& context, const Image& image) {
    Image out = image;
    out.model = ColourModel::Grey;
    out = blank(std::move(out), image.alpha ? 2 : 1);
    const int peak = peakOf(image);
    mapPixels(context, image, out, [&](const auto* from, auto* to) {
        using Out = std::remove_pointer_t<decltype(to)>;
        to[0] = rounded<Out>(lumaRed * from[0] + lumaGreen * from[1] + lumaBlue * from[2], peak);
        if (image.alpha) to[1] = static_cast<Out>(from[3]);
    });
    return out;
}

Image greyToRgb(Context& context, const Image& image) {
    Image out = image;
    out.model = ColourModel::Rgb;
    out = blank(std::move(out), image.alpha ? 4 : 3);
    mapPixels(context, image, out, [&](const auto* from, auto* to) {
        using Out = std::remove_pointer_t<decltype(to)>;
        to[0] = to[1] = to[2] = static_cast<Out>(from[0]);
        if (image.alpha) to[3] = static_cast<Out>(from[1]);
    });
    return out;
}

Image cmykToRgbWithoutProfile(Context& context, const Image& image) {
    Image out = image;
    out.model = ColourModel::Rgb;
    out = blank(std::move(out), image.alpha ? 4 : 3);
    const std::int64_t peak = peakOf(image);
    mapPixels(context, image, out, [&](const auto* from, auto* to) {
        using Out = std::remove_pointer_t<decltype(to)>;
        for (int c = 0; c < 3; ++c)
            to[c] = static_cast<Out>((2 * (peak - from[c]) * (peak - from[3]) + peak) / (2 * peak));
        if (image.alpha) to[3] = static_cast<Out>(from[4]);
    });
    return out;
}

Image upright(Context& context, const Image& image) {
    if (image.orientation == 1) return image;
    const std::int64_t height = image.height(), width = image.width();
    const bool turned = image.orientation >= 5;
    Image out = image;
    out.orientation = 1;
    out.samples =
        Array(image.samples.type(), {turned ? width : height, turned ? height : width, image.channels()});
    const std::size_t pixel = sizeOf(image.samples.type()) * static_cast<std::size_t>(image.channels());
    const std::byte* source = image.samples.bytes().data();
    std::byte* target = out.samples.writableBytes().data();
    // Stored row and column of the pixel shown at (y, x); EXIF 2.32, tag 0x0112.
    const bool fromBottom =
        image.orientation == 3 || image.orientation == 4 || image.orientation == 6 || image.orientation == 7;
    const bool fromRight =
        image.orientation == 2 || image.orientation == 3 || image.orientation == 7 || image.orientation == 8;
    for (std::int64_t y = 0; y < out.height(); ++y) {
        if (y % 64 == 0) context.check();
        for (std::int64_t x = 0; x < out.width(); ++x, target += pixel) {
            const std::int64_t down = turned ? x : y, across = turned ? y : x;
            const std::int64_t row = fromBottom ? height - 1 - down : down;
            const std::int64_t column = fromRight ? width - 1 - across : across;
            std::memcpy(target, source + pixel * static_cast<std::size_t>(row * width + column), pixel);
        }
    }
    return out;
}

}  // namespace ratescope::media::image
