#include "app/cli/study_curves.h"

#include "app/cli/command.h"
#include "core/curves/bd_table.h"
#include "core/curves/json.h"
#include "core/graph/wording.h"
#include "core/store/attributes.h"
#include "core/store/study_curves.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

namespace ratescope::cli {

namespace {

store::AssetFilter filterOf(const std::vector<std::string>& where) {
    store::AssetFilter filter;
    for (const std::string& text : where) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            throw Error(ErrorKind::Usage, "--where " + text + " names no column and value.",
                        "Give COLUMN=VALUE, for example split=test.");
        filter.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return filter;
}

}  // namespace

void addCurveOptions(CLI::App& app, CurveChoice& choice) {
    app.add_option("--study", choice.study, "Study, when the library holds several");
    app.add_option("--by", choice.by,
                   "Column of the tables joined to the sources: each group beside the total");
    app.add_option("--where", choice.where,
                   "Only assets with COLUMN=VALUE in these tables (several: all of them)")
        ->take_all()
        ->allow_extra_args(false);
}

std::vector<curves::Curve> readCurves(const CurveChoice& choice) {
    const store::Library library(choice.library, store::Access::Read);
    const store::StudyRecord study = library.study(choice.study);
    const auto curves = store::studyCurves(library, study, choice.y, choice.x, filterOf(choice.where));
    return choice.by.empty() ? curves : store::groupedCurves(library, study, curves, choice.by);
}

int compareSeries(const CurveChoice& choice, const std::string& anchor, curves::CompareOptions options,
                  const std::string& format) {
    const store::Library library(choice.library, store::Access::Read);
    const store::StudyRecord study = library.study(choice.study);
    const auto curves = store::studyCurves(library, study, choice.y, choice.x, filterOf(choice.where));
    if (!choice.by.empty()) {
        options.groups = store::attributeOfAssets(library, study.id, choice.by);
        options.groupedBy = choice.by;
    }
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
