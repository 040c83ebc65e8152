#include "plugins/image/convert_colour.h"

#include "core/error.h"
#include "plugins/image/ycbcr_rows.h"

#include <array>

namespace ratescope::media::image {
namespace {

/// Kr, Kg, Kb in whole numbers: sums of products with samples are exact.
struct Weights {
    double red, green, blue, unit;

    double cbUnit() const { return 2 * (unit - blue); }
    double crUnit() const { return 2 * (unit - red); }
};

Weights weightsOf(Matrix matrix) {
    if (matrix == Matrix::Bt709) return {2126, 7152, 722, 10000};
    return {299, 587, 114, 1000};
}

void requireDepths(const Image& image, int bitDepth) {
    if (image.bitDepth < 8 || bitDepth < 8)
        throw Error(ErrorKind::Internal, "Fewer than 8 bits were to be converted between RGB and YCbCr.", "");
}

double peakOf(int bitDepth) {
    return (1 << bitDepth) - 1;
}

using Samples = std::vector<double>;
struct RgbRow {
    Samples red, green, blue;

    explicit RgbRow(std::int64_t width) : red(static_cast<std::size_t>(width)), green(red), blue(red) {}
};

/// Y in units of 1/unit, Cb of 1/cbUnit, Cr of 1/crUnit.
void toLumaAndChroma(const RgbRow& rgb, const Weights& w, YCbCrRow& row) {
    for (std::size_t x = 0; x < row.y.size(); ++x) {
        const double r = rgb.red[x], g = rgb.green[x], b = rgb.blue[x];
        row.y[x] = w.red * r + w.green * g + w.blue * b;
        row.cb[x] = (w.unit - w.blue) * b - w.red * r - w.green * g;
        row.cr[x] = (w.unit - w.red) * r - w.green * g - w.blue * b;
    }
}

/// To R, G and B of 0 … peak. Grey comes out as three equal numbers.
void toRgb(const YCbCrRow& row, const Weights& w, const YCbCrLevels& levels, double peak, RgbRow& rgb) {
    const double chroma = levels.chromaSpan * w.unit;
    for (std::size_t x = 0; x < row.y.size(); ++x) {
        const double luma = row.y[x] * peak / levels.lumaSpan;
        const double blue = w.cbUnit() * row.cb[x] * peak, red = w.crUnit() * row.cr[x] * peak;
        rgb.red[x] = luma + red / chroma;
        rgb.green[x] = luma - (w.blue * blue + w.red * red) / (w.green * chroma);
        rgb.blue[x] = luma + blue / chroma;
    }
}

/// Alpha, where there is any, is the last channel of both.
void copyAlpha(const Image& from, Image& to, std::int64_t y, Samples& scratch) {
    if (!from.alpha) return;
    const auto channelsIn = static_cast<std::size_t>(from.channels()),
               channelsOut = static_cast<std::size_t>(to.channels());
    const std::size_t row = static_cast<std::size_t>(y) * scratch.size();
    loadSamples(from.samples, (row + 1) * channelsIn - 1, channelsIn, 0, scratch);
    const Rounding rounding{peakOf(to.bitDepth), peakOf(from.bitDepth), 0, peakOf(to.bitDepth)};
    storeSamples(scratch, rounding, to.samples, (row + 1) * channelsOut - 1, channelsOut);
}

/// `image` without its samples, in that form and depth.
Image frame(const Image& image, const YCbCrForm& form, int bitDepth) {
    Image out = image;
    out.model = ColourModel::YCbCr;
    out.matrix = form.matrix;
    out.range = form.range;
    out.subsampling = form.subsampling;
    out.siting = form.siting;
    out.bitDepth = bitDepth;
    return out;
}

template <typename Row>
void eachRow(Context& context, std::int64_t rows, Row row) {
    for (std::int64_t y = 0; y < rows; ++y) {
        if (y % 16 == 0) context.check();
        row(y);
    }
}

}  // namespace

YCbCrForm formOf(const Image& image) {
    return {image.matrix, image.range, image.subsampling, image.siting};
}

Image rgbToYCbCr(Context& context, const Image& image, const YCbCrForm& form, int bitDepth) {
    requireDepths(image, bitDepth);
    const Weights weights = weightsOf(form.matrix);
    const double peak = peakOf(image.bitDepth);
    const auto channels = static_cast<std::size_t>(image.channels());
    Image out = frame(image, form, bitDepth);
    YCbCrWriter writer(out, image.height(), image.width(), weights.unit * peak, weights.cbUnit() * peak,
                       weights.crUnit() * peak);
    YCbCrRow row(image.width());
    RgbRow rgb(image.width());
    eachRow(context, image.height(), [&](std::int64_t y) {
        const std::size_t first = static_cast<std::size_t>(y) * row.y.size() * channels;
        loadSamples(image.samples, first, channels, 0, rgb.red);
        loadSamples(image.samples, first + 1, channels, 0, rgb.green);
        loadSamples(image.samples, first + 2, channels, 0, rgb.blue);
        toLumaAndChroma(rgb, weights, row);
        writer.write(y, row);
        copyAlpha(image, out, y, rgb.red);
    });
    return out;
}

Image yCbCrToRgb(Context& context, const Image& image, int bitDepth) {
    requireDepths(image, bitDepth);
    const Weights weights = weightsOf(image.matrix);
    const YCbCrLevels levels = yCbCrLevels(image.bitDepth, image.range);
    const double peak = peakOf(bitDepth);
    Image out = frame(image, {Matrix::None, Range::Full, Subsampling::C444, Siting::Centre}, bitDepth);
    out.model = ColourModel::Rgb;
    out.cb = out.cr = Array();
    const std::size_t channels = image.alpha ? 4 : 3;
    out.samples = Array(bitDepth <= 8 ? DType::U8 : DType::U16,
                        {image.height(), image.width(), static_cast<std::int64_t>(channels)});
    YCbCrReader reader(image);
    YCbCrRow row(image.width());
    RgbRow rgb(image.width());
    const Rounding rounding{1, 1, 0, peak};
    eachRow(context, image.height(), [&](std::int64_t y) {
        reader.read(y, row);
        toRgb(row, weights, levels, peak, rgb);
        const std::size_t first = static_cast<std::size_t>(y) * row.y.size() * channels;
        storeSamples(rgb.red, rounding, out.samples, first, channels);
        storeSamples(rgb.green, rounding, out.samples, first + 1, channels);
        storeSamples(rgb.blue, rounding, out.samples, first + 2, channels);
        copyAlpha(image, out, y, row.y);
    });
    return out;
}

Image yCbCrToYCbCr(Context& context, const Image& image, const YCbCrForm& form, int bitDepth) {
    requireDepths(image, bitDepth);
    const bool sameMatrix = form.matrix == image.matrix;
    const bool sameChroma =
        image.subsampled() && form.subsampling == image.subsampling && form.siting == image.siting;
    const Weights from = weightsOf(image.matrix), to = weightsOf(form.matrix);
    const YCbCrLevels levels = yCbCrLevels(image.bitDepth, image.range);
    Image out = frame(image, form, bitDepth);
    YCbCrReader reader(image);
    YCbCrWriter writer(out, image.height(), image.width(), sameMatrix ? levels.lumaSpan : to.unit,
                       sameMatrix ? levels.chromaSpan : to.cbUnit(),
                       sameMatrix ? levels.chromaSpan : to.crUnit());
    RgbRow rgb(image.width());
    const auto changeMatrix = [&](YCbCrRow& row) {
        if (sameMatrix) return;
        toRgb(row, from, levels, 1, rgb);
        toLumaAndChroma(rgb, to, row);
    };
    YCbCrRow row(image.width());
    eachRow(context, image.height(), [&](std::int64_t y) {
        reader.read(y, row);
        changeMatrix(row);
        sameChroma ? writer.writeLuma(y, row) : writer.write(y, row);
        copyAlpha(image, out, y, row.y);
    });
    if (!sameChroma) return out;
    // New chroma is a matter of the old chroma alone, so it is not resampled.
    YCbCrRow chroma(image.chromaWidth());
    eachRow(context, image.chromaHeight(), [&](std::int64_t k) {
        reader.readChroma(k, chroma);
        changeMatrix(chroma);
        writer.writeChroma(k, chroma);
    });
    return out;
}

}  // namespace ratescope::media::image
