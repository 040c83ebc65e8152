#pragma once

// The curves that commands print and compare.

#include "core/curves/compare.h"
#include "core/curves/curve.h"

#include <string>
#include <vector>

namespace ratescope::cli {

struct CurveChoice {
    std::string library, study;  ///< study: "" for the only one
    std::string x, y;            ///< x: "" for the rate of y's measure
};

/// Opens the library for reading. Throws as store::Library and store::studyCurves.
std::vector<curves::Curve> readCurves(const CurveChoice& choice);

/// Prints the BD table of a library's series, as text or JSON; the exit code.
int compareSeries(const CurveChoice& choice, const std::string& anchor, const curves::CompareOptions& options,
                  const std::string& format);

}  // namespace ratescope::cli
