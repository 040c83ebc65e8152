#pragma once

// What Compare reads of a library, in the reader's thread: the reconstructions of one picture that belong together,
// and how all pictures fare at the same point.

#include "core/store/compared.h"
#include "views/session/results.h"

#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

/// The picture and the point of a curve that are looked at.
struct PictureChoice {
    std::string asset;
    std::string series;        ///< slug; "" for the first
    curves::RowValues values;  ///< of the point; empty for the middle one
    std::string metric;        ///< "" for the first

    bool operator==(const PictureChoice&) const = default;
};

/// A number under a picture.
struct Quality {
    std::string title, unit;  ///< "PSNR", "dB"
    double value = 0;
};

/// A series' picture: of the chosen series that at the point, of the others that nearest in rate to it.
struct Rendition {
    curves::SeriesInfo series;
    store::ComparedItem compared;
    std::vector<Quality> qualities;  ///< that of the metric first, then one of each other measure
};

struct Comparison {
    PictureChoice choice;  ///< with nothing left open; its asset is "" where nothing can be shown
    std::vector<Rendition> renditions;  ///< in the order of the document
    std::string library;
    store::StudyRecord study;
};

struct WorstRow {
    std::string asset;
    std::vector<std::optional<double>> values;  ///< by series
};

/// All pictures at the point of the chosen series, and at the nearest rate of the others.
struct WorstTable {
    PictureChoice choice;                     ///< with nothing left open but the asset
    std::vector<store::StudyMetric> metrics;  ///< that finished items have
    graph::Metric metric;
    std::vector<curves::SeriesInfo> series;
    std::vector<WorstRow> rows;  ///< by asset
};

/// The choice that this item stands for; `metric` as it is.
PictureChoice choiceOf(const OpenLibrary& open, store::ItemId item, const std::string& metric);

Comparison comparisonOf(const OpenLibrary& open, const PictureChoice& choice);
WorstTable worstOf(const OpenLibrary& open, const PictureChoice& choice);

/// The metric's title up to its first comma: "PSNR" of "PSNR, RGB".
std::string shortTitle(const graph::Metric& metric);

}  // namespace ratescope::views
