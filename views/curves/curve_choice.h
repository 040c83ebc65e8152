#pragma once

// What the user has chosen to see in Curves, and how it is remembered.

#include "core/curves/compare.h"
#include "core/curves/plot_spec.h"
#include "core/graph/figure_spec.h"

#include <QByteArray>
#include <set>
#include <string>

namespace ratescope::views {

struct CurveChoice {
    std::string y, x;   ///< ids of quantities; "" for the first there is
    std::string table;  ///< title of a table that is shown instead of curves; "" for curves
    bool logarithmic = true, relative = false, hull = false, bands = true;
    curves::BdMethod method = curves::BdMethod::Pchip;
    curves::BdAveraging averaging = curves::BdAveraging::PerItem;
    std::string groupedBy;         ///< column of joined tables; "" for none
    std::set<std::string> hidden;  ///< slugs of series

    bool operator==(const CurveChoice&) const = default;
};

/// The figure of what is shown: its series are those of the plot, in its order.
/// `axes`: the quantities of the plot, which stand for what the choice leaves open.
graph::FigureSpec figureOf(const CurveChoice& choice, const curves::PlotSpec& shown,
                           const std::pair<std::string, std::string>& axes, const std::string& anchor);

/// For Settings::viewState.
QByteArray stateOf(const CurveChoice& choice);
/// Inverse of stateOf; what is missing or not understood is as in a new choice.
CurveChoice choiceOf(const QByteArray& state);

}  // namespace ratescope::views
