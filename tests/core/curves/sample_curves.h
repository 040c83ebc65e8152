#pragma once

#include "core/curves/compare.h"

#include <cmath>
#include <string>
#include <vector>

// A made study: `assets` pictures through two JPEG series and WebP at five qualities, PSNR over bits per
// pixel. The second series needs 8 % less rate than the first on every picture, WebP between 20 and 40 %,
// picture by picture.
namespace sample {

using namespace ratescope;
using namespace ratescope::curves;

inline Quantity bpp() {
    return rateQuantity(*findRate("bpp")->rate);
}

inline Quantity psnr(graph::Pool pooling = graph::Pool::MeanOfValues) {
    graph::Metric metric;
    metric.id = "psnr-rgb";
    metric.title = "PSNR, RGB";
    metric.unit = "dB";
    metric.finish = graph::Finish::MinusDbRatio;
    metric.pool = pooling;
    return metricQuantity(metric);
}

inline std::vector<SeriesInfo> series() {
    return {
        {.slug = "jpeg/optimise=false", .title = "JPEG", .branch = "jpeg", .branchTitle = "JPEG"},
        {.slug = "jpeg/optimise=true", .title = "JPEG · optimise", .branch = "jpeg", .branchTitle = "JPEG"},
        {.slug = "webp", .title = "WebP", .branch = "webp", .branchTitle = "WebP"}};
}

inline double webpFactor(int asset, int assets) {
    return 0.6 + 0.2 * asset / (assets - 1);
}

inline std::vector<ItemPoint> items(int assets, int seeds = 1) {
    std::vector<ItemPoint> points;
    for (int asset = 0; asset < assets; ++asset)
        for (int seed = 0; seed < seeds; ++seed)
            for (int quality = 0; quality < 5; ++quality) {
                const double bits = 0.2 * std::pow(1.8, quality) * (1 + 0.05 * asset + 0.01 * seed);
                const double psnrValue = 28 + 2.5 * quality - 0.2 * asset;
                const double mse = std::pow(10.0, -psnrValue / 10);
                const auto add = [&](const char* slug, const char* name, double factor) {
                    points.push_back({.series = slug,
                                      .asset = "kodim" + std::to_string(10 + asset),
                                      .seed = static_cast<std::uint64_t>(seed),
                                      .values = {{name, std::to_string(10 + 20 * quality)}},
                                      .x = {bits * factor * 1000, 1000},
                                      .y = {mse, 1}});
                };
                add("jpeg/optimise=false", "jpeg.quality", 1);
                add("jpeg/optimise=true", "jpeg.quality", 0.92);
                add("webp", "webp.quality", webpFactor(asset, assets));
            }
    return points;
}

inline std::vector<Curve> curves(int assets = 6, int seeds = 1) {
    return makeCurves(bpp(), psnr(), series(), items(assets, seeds));
}

inline Curve published(std::vector<RatePoint> points) {
    Curve curve;
    curve.series = curve.title = "VTM";
    curve.evidence = Evidence::Imported;
    curve.citation = "CompressAI";
    curve.x = bpp();
    curve.y = psnr();
    for (const RatePoint& p : points) {
        Point point;
        point.x = p.rate;
        point.y = p.quality;
        curve.points.push_back(point);
    }
    return curve;
}

}  // namespace sample
