#pragma once

// The curves that commands print and compare.

#include "core/curves/compare.h"
#include "core/curves/curve.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ratescope::cli {

struct CurveChoice {
    std::string library, study;      ///< study: "" for the only one
    std::string x, y;                ///< x: "" for the rate of y's measure
    std::vector<std::string> where;  ///< "COLUMN=VALUE" of joined tables: what assets must have
    std::string by;                  ///< column of joined tables that makes groups; "" for none
};

/// Adds --study, --by and --where.
void addCurveOptions(CLI::App& app, CurveChoice& choice);

/// Opens the library for reading; with `by`, each curve and then its groups. Throws as store::Library,
/// store::studyCurves and store::groupedCurves.
std::vector<curves::Curve> readCurves(const CurveChoice& choice);

/// Prints the BD table of a library's series, as text or JSON; the exit code.
int compareSeries(const CurveChoice& choice, const std::string& anchor, curves::CompareOptions options,
                  const std::string& format);

}  // namespace ratescope::cli
