#include "core/store/published.h"

#include "core/curves/compressai.h"
#include "core/curves/csv.h"
#include "core/curves/statistic.h"
#include "core/error.h"

#include <string_view>

namespace ratescope::store {
namespace {

constexpr std::string_view decibelsOfMean = "-db-of-mean";

/// The column of a CompressAI file that has the metric: "psnr" is the RGB one, and what is published as a mean of
/// values is had in dB too: "ms-ssim-rgb-db-of-mean" of "ms-ssim-rgb".
std::string columnIn(const curves::ImportedTable& table, const std::string& metric) {
    if (table.column(metric)) return metric;
    if (metric == "psnr-rgb" && table.column("psnr")) return "psnr";
    if (metric.ends_with(decibelsOfMean)) {
        std::string plain = metric.substr(0, metric.size() - decibelsOfMean.size());
        if (table.column(plain)) return plain;
    }
    return metric;
}

void toDecibels(std::vector<curves::RatePoint>& points, const std::string& column) {
    for (curves::RatePoint& point : points) {
        if (!(point.quality < 1))
            throw Error(ErrorKind::Input, column + " has a value that is not below 1: it is none in dB.",
                        "Import it as it is, with --metric " + column + ".");
        point.quality = curves::finish(graph::Finish::MinusDbRatio, 1 - point.quality, 1);
    }
}

void readCsvCurve(const std::filesystem::path& file, ImportedCurve& imported) {
    const curves::RdCurve curve = curves::readRdCurve(file);
    if (imported.title.empty()) imported.title = curve.name;
    imported.points = curve.points;
}

void readResultFile(const std::filesystem::path& file, const PublishedAs& as, ImportedCurve& imported) {
    const curves::ImportedTable table = curves::readCompressAi(file);
    if (imported.title.empty()) imported.title = table.name + ", published";
    const std::string column = columnIn(table, as.metric);
    const curves::Curve curve = curves::importedCurve(table, curves::importedQuantity("bpp"),
                                                      curves::importedQuantity(column), as.citation);
    imported.points = curves::meanPoints(curve);
    if (column + std::string(decibelsOfMean) == as.metric) toDecibels(imported.points, column);
}

}  // namespace

ImportedCurve readPublished(const std::filesystem::path& file, const PublishedAs& as) {
    ImportedCurve imported;
    imported.source = file.filename().string();
    imported.title = as.title;
    imported.rate = "bpp";
    if (file.extension() == ".csv")
        readCsvCurve(file, imported);
    else
        readResultFile(file, as, imported);
    const curves::Quantity quality = curves::importedQuantity(as.metric);
    imported.metric.id = as.metric;
    imported.metric.title = quality.title;
    imported.metric.unit = quality.unit;
    imported.metric.better = quality.better.value_or(graph::Better::Higher);
    imported.citation = as.citation;
    imported.dataSet = as.dataSet;
    imported.pooling = as.pooling;
    return imported;
}

}  // namespace ratescope::store
