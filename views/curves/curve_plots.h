#pragma once

// The PlotSpecs of the panel, made of curves in the reader's thread.

#include "core/curves/plot_spec.h"
#include "views/curves/curve_reader.h"

#include <span>

namespace ratescope::views {

/// The curve without the samples of its items.
curves::Curve withoutSamples(const curves::Curve& curve);

/// Sets spec and plotted, or plotFailure, of an answer whose question, curves and anchor are set.
void makePlot(CurveAnswer& answer);

}  // namespace ratescope::views
