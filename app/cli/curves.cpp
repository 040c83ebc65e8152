#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/study_curves.h"
#include "core/curves/bootstrap.h"
#include "core/curves/csv.h"
#include "core/curves/json.h"
#include "core/curves/pgfplots.h"
#include "core/curves/points_table.h"
#include "core/curves/rd_plot.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

struct CurvesOptions {
    CurveChoice choice;  ///< its y: one of `y` at a time
    std::vector<std::string> y;
    std::string format = "csv", output;
};

/// The points of all quantities side by side.
std::string tableOf(CurvesOptions options) {
    std::vector<std::vector<curves::Curve>> found;
    for (const std::string& y : options.y) {
        options.choice.y = y;
        found.push_back(readCurves(options.choice));
        // A time has no rate of its own: all stand over the first one's.
        options.choice.x = found.front().front().x.id;
    }
    auto rows = curves::cellsOfPoints(found);
    TextTable table(std::move(rows.front()));
    for (std::size_t i = 1; i < rows.size(); ++i)
        table.add(std::move(rows[i]));
    return table.text();
}

std::string textOf(CurvesOptions options) {
    if (options.format == "text") return tableOf(std::move(options));
    if (options.y.size() > 1)
        throw Error(ErrorKind::Usage, "Only a table (--format text) shows several quantities side by side.",
                    "Give one --y, or --format text.");
    options.choice.y = options.y.front();
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
             "ratescope-cli curves --library photographs.rslib --y psnr-rgb --by scene --where split=test",
             "ratescope-cli curves --library photographs.rslib --y psnr-rgb --y time-encode --y time-decode "
             "--format text"},
            [](CLI::App& app) {
                auto options = std::make_shared<CurvesOptions>();
                app.add_option("--library", options->choice.library, "Library to read")->required();
                addCurveOptions(app, options->choice);
                app.add_option(
                       "--y", options->y,
                       "Metric, rate, parameter or time: \"psnr-rgb\" (text: may be given several times)")
                    ->required()
                    ->take_all()
                    ->allow_extra_args(false);
                app.add_option("--x", options->choice.x,
                               "The same for the other axis (default: the metric's rate)");
                app.add_option("--format", options->format, "csv, json, pgfplots, or text: a table to read")
                    ->check(CLI::IsMember({"csv", "json", "pgfplots", "text"}))
                    ->capture_default_str();
                app.add_option("-o,--output", options->output, "File (default: standard output)");
                return [options] {
                    writeResult(options->output, textOf(*options));
                    return int{exitDone};
                };
            }};
}

}  // namespace ratescope::cli
