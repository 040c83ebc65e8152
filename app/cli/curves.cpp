#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/study_curves.h"
#include "core/curves/bootstrap.h"
#include "core/curves/csv.h"
#include "core/curves/json.h"
#include "core/curves/pgfplots.h"
#include "core/curves/rd_plot.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

struct CurvesOptions {
    CurveChoice choice;
    std::string format = "csv", output;
};

std::string textOf(const CurvesOptions& options) {
    std::vector<curves::Curve> found = readCurves(options.choice);
    const curves::BootstrapOptions bootstrap;
    for (curves::Curve& curve : found)
        curve = curves::withBands(std::move(curve), bootstrap);
    if (options.format == "pgfplots" && !options.choice.by.empty())
        throw Error(ErrorKind::Usage, "A plot shows no groups beside their totals.",
                    "Choose one group with --where " + options.choice.by + "=VALUE, or csv or json.");
    if (options.format == "json") return curves::jsonOfCurves(found).dump(2) + "\n";
    if (options.format == "pgfplots") return curves::pgfplotsOf(curves::makeRdPlot(found, {}));
    return curves::csvOfPoints(found);
}

}  // namespace

Command curvesCommand() {
    return {"curves",
            "Print the points of a study's curves, with their 95 % intervals",
            {"ratescope-cli curves --library photographs.rslib --y psnr-rgb",
             "ratescope-cli curves --library photographs.rslib --y psnr-rgb --x bytes --format pgfplots -o "
             "rd.tex",
             "ratescope-cli curves --library photographs.rslib --y psnr-rgb --by scene --where split=test"},
            [](CLI::App& app) {
                auto options = std::make_shared<CurvesOptions>();
                app.add_option("--library", options->choice.library, "Library to read")->required();
                addCurveOptions(app, options->choice);
                app.add_option("--y", options->choice.y, "Metric, rate, parameter or time: \"psnr-rgb\"")
                    ->required();
                app.add_option("--x", options->choice.x,
                               "The same for the other axis (default: the metric's rate)");
                app.add_option("--format", options->format, "csv, json or pgfplots")
                    ->check(CLI::IsMember({"csv", "json", "pgfplots"}))
                    ->capture_default_str();
                app.add_option("-o,--output", options->output, "File (default: standard output)");
                return [options] {
                    writeResult(options->output, textOf(*options));
                    return int{exitDone};
                };
            }};
}

}  // namespace ratescope::cli
