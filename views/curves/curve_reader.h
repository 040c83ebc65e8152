#pragma once

// What Curves shows, read and worked out in the reader's thread (views/session/results.h): mean curves at once, bands
// and BD numbers step by step, so that questions of other panels come in between.

#include "core/curves/bd_table.h"
#include "core/curves/compare.h"
#include "core/curves/plot_spec.h"
#include "core/error.h"
#include "core/store/query.h"
#include "views/curves/curve_choice.h"
#include "views/session/results.h"
#include "views/session/selection.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace ratescope::views {

/// A quantity that an axis may show.
struct AxisOption {
    std::string id, title;
    curves::Quantity::Kind kind = curves::Quantity::Kind::Metric;

    bool operator==(const AxisOption&) const = default;
};

/// What there is to choose from.
struct CurveOffer {
    std::vector<AxisOption> axes;      ///< metrics, rates, times, then swept parameters that are numbers
    std::vector<std::string> columns;  ///< of joined tables
    std::vector<std::string> tables;   ///< titles of those that declare a view

    bool operator==(const CurveOffer&) const = default;
};

struct CurveQuestion {
    CurveChoice choice;
    std::string anchor;  ///< slug of a series; "" or an unknown one for the first
};

/// Which point of the curve a marker of the plot is: by series of the spec, then by point.
using PlottedPoints = std::vector<std::vector<std::size_t>>;

struct CurveAnswer {
    CurveQuestion question;
    CurveOffer offer;
    /// Of the question; nothing to show where it is set.
    std::optional<Error> failure;
    std::vector<curves::Curve> curves;  ///< all series, without samples; intervals where they are made
    std::size_t anchor = 0;             ///< index into `curves`
    std::optional<curves::PlotSpec> spec;
    std::string plotFailure;  ///< why there is no spec: the reason with what to do
    PlottedPoints plotted;    ///< empty lists for relative curves and tables
    /// By curve; nothing for the anchor, and for what is not worked out yet.
    std::vector<std::optional<curves::BdComparison>> comparisons;
    std::vector<bool> banded;              ///< by curve: its intervals are made
    std::optional<curves::BdTable> table;  ///< once all comparisons are there
    bool complete = false;
};

/// The item that stands for a point, and how it was made.
struct PointItem {
    store::ItemId item = 0;  ///< the one of worst quality; 0 for imported points
    std::string asset;
    std::string command;  ///< command line
};

/// Of one library; used in the reader's thread only.
class CurveReader {
  public:
    /// What is known without work beyond reading; all of it where it was worked out before.
    std::shared_ptr<const CurveAnswer> read(const OpenLibrary& open, const CurveQuestion& question);
    /// Works on for about `budget`.
    std::shared_ptr<const CurveAnswer> advance(const OpenLibrary& open, const CurveQuestion& question,
                                               std::chrono::milliseconds budget);
    PointItem itemOf(const OpenLibrary& open, const CurveQuestion& question, const PointRef& point);

  private:
    using BdKey = std::tuple<std::string, curves::BdMethod, curves::BdAveraging, bool, std::string>;

    void refresh(const OpenLibrary& open, const CurveQuestion& question);
    void readOffer(const OpenLibrary& open);
    std::size_t anchorOf(const std::string& series) const;
    bool step(const OpenLibrary& open, const CurveQuestion& question);
    void compare(const OpenLibrary& open, const CurveQuestion& question, std::size_t index);
    std::shared_ptr<const CurveAnswer> answer(const CurveQuestion& question);
    void answerTable(const OpenLibrary& open, CurveAnswer& answer) const;

    std::int64_t version_ = -1;
    store::StudyId study_ = 0;
    std::string y_, x_;  ///< as asked for
    CurveOffer offer_;
    std::vector<curves::Curve> full_;   ///< with samples
    std::vector<curves::Curve> light_;  ///< without, with bands
    std::vector<bool> banded_;
    BdKey bdKey_;
    std::vector<std::optional<curves::BdComparison>> comparisons_;
};

}  // namespace ratescope::views
