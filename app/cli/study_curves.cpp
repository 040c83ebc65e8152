#include "app/cli/study_curves.h"

#include "app/cli/command.h"
#include "core/curves/bd_table.h"
#include "core/curves/json.h"
#include "core/store/study_curves.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace ratescope::cli {

std::vector<curves::Curve> readCurves(const CurveChoice& choice) {
    const store::Library library(choice.library, store::Access::Read);
    const store::StudyRecord study = library.study(choice.study);
    return store::studyCurves(library, study, choice.y, choice.x);
}

int compareSeries(const CurveChoice& choice, const std::string& anchor, const curves::CompareOptions& options,
                  const std::string& format) {
    const std::vector<curves::Curve> curves = readCurves(choice);
    const auto comparisons = curves::compareWithAnchor(curves, anchor, options);
    if (comparisons.empty())
        throw Error(ErrorKind::Input, "The study has no other series to compare with " + anchor + ".",
                    "Sweep a parameter that makes one curve each, or import a curve.");
    if (format == "json") {
        std::cout << curves::jsonOfComparisons(comparisons).dump(2) << '\n';
        return exitDone;
    }
    const curves::BdTable table = curves::makeBdTable(comparisons);
    if (format == "markdown")
        std::cout << curves::markdownOf(table);
    else if (format == "latex")
        std::cout << curves::latexOf(table);
    else if (format == "csv")
        std::cout << curves::csvOf(table);
    else
        std::cout << curves::textOf(table);
    return exitDone;
}

}  // namespace ratescope::cli
