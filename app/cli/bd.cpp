#include "core/curves/bd.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/study_curves.h"
#include "core/curves/csv.h"
#include "core/curves/json.h"
#include "core/curves/text.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

struct BdOptions {
    std::string anchorCsv, testCsv;
    CurveChoice choice;
    std::string anchor;
    std::string method = "pchip", averaging = "per-item", format = "text";
    bool json = false, hull = false;
    curves::CompareOptions compare() const;
};

curves::CompareOptions BdOptions::compare() const {
    curves::CompareOptions options;
    options.method = *curves::bdMethodFromText(method);
    options.averaging = *curves::bdAveragingFromText(averaging);
    options.hull = hull;
    return options;
}

void printFiles(const curves::BdResult& result) {
    TextTable table({"", "value"});
    const auto number = [](const std::optional<double>& value, int digits) {
        return value ? curves::fixed(*value, digits) : std::string("—");
    };
    table.add({"BD-rate (%)", number(result.ratePercent, 4)});
    table.add({"BD-quality", number(result.quality, 4)});
    table.add({"overlap", curves::fixed(result.overlap, 3)});
    std::cout << table.text() << "Method " << titleOf(result.method) << ", anchor " << result.anchorPoints
              << " points, test " << result.testPoints << " points.\n";
    for (const std::string& warning : result.warnings)
        std::cout << warning << '\n';
}

int compareFiles(const BdOptions& options) {
    const curves::RdCurve anchor = curves::readRdCurve(options.anchorCsv);
    const curves::RdCurve test = curves::readRdCurve(options.testCsv);
    const curves::BdResult result =
        curves::bjontegaardDelta(anchor, test, *curves::bdMethodFromText(options.method));
    if (options.json)
        std::cout << curves::jsonOfPair(anchor, test, result).dump(2) << '\n';
    else
        printFiles(result);
    return exitDone;
}

}  // namespace

Command bdCommand() {
    return {
        "bd",
        "Bjøntegaard deltas against an anchor, of a library's series or of two CSV files",
        {"ratescope-cli bd --library photographs.rslib --anchor jpeg/optimise=false/subsampling=4:2:0 "
         "--y psnr-rgb",
         "ratescope-cli bd --library photographs.rslib --anchor jpeg/optimise=false/subsampling=4:2:0 "
         "--y psnr-rgb --by scene --format markdown",
         "ratescope-cli bd --anchor-csv a.csv --test-csv b.csv --json"},
        [](CLI::App& app) {
            auto options = std::make_shared<BdOptions>();
            auto* anchorCsv = app.add_option("--anchor-csv", options->anchorCsv,
                                             "Anchor: columns rate,quality with a header");
            auto* testCsv =
                app.add_option("--test-csv", options->testCsv, "Test: columns rate,quality with a header");
            auto* library = app.add_option("--library", options->choice.library, "Library to read");
            addCurveOptions(app, options->choice);
            app.add_option("--anchor", options->anchor, "Series that the others are compared with");
            app.add_option("--y", options->choice.y, "Metric, \"psnr-rgb\" or \"NODE:psnr-rgb\"");
            app.add_option("--x", options->choice.x, "Rate (default: that of the metric's measure, \"bpp\")");
            app.add_option("--method", options->method, "Interpolation")
                ->check(CLI::IsMember({"pchip", "akima", "cubic"}))
                ->capture_default_str();
            app.add_option("--average", options->averaging,
                           "BD of each item, then the mean, or of the mean curves")
                ->check(CLI::IsMember({"per-item", "mean-curve"}))
                ->capture_default_str();
            app.add_flag("--hull", options->hull, "Compare the convex hulls of the points");
            app.add_option("--format", options->format, "Form of the table")
                ->check(CLI::IsMember({"text", "markdown", "latex", "csv"}))
                ->capture_default_str();
            app.add_flag("--json", options->json, "JSON (docs/schemas/bd.json, bd-pair.json)");
            anchorCsv->needs(testCsv)->excludes(library);
            testCsv->needs(anchorCsv);
            return [options] {
                if (!options->anchorCsv.empty()) return compareFiles(*options);
                const CurveChoice& choice = options->choice;
                if (choice.library.empty() || options->anchor.empty() || choice.y.empty())
                    throw Error(ErrorKind::Usage, "bd needs two curves.",
                                "Give --library, --anchor and --y, or --anchor-csv and --test-csv.");
                return compareSeries(choice, options->anchor, options->compare(),
                                     options->json ? "json" : options->format);
            };
        }};
}

}  // namespace ratescope::cli
