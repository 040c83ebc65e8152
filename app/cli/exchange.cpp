#include "app/cli/bundle.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/study_curves.h"
#include "core/curves/compressai.h"
#include "core/curves/csv.h"
#include "core/curves/statistic.h"
#include "core/run/client.h"
#include "core/store/export.h"
#include "core/store/imported_json.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string_view>

namespace ratescope::cli {
namespace {

struct ImportChoice {
    std::string library, file, metric = "psnr-rgb", title, citation, dataset,
                               pooling = "mean of the items' values";
};

constexpr std::string_view decibelsOfMean = "-db-of-mean";

/// The column of a CompressAI file that has the metric: "psnr" is the RGB one, and what is published as a mean of
/// values is had in dB too: "ms-ssim-rgb-db-of-mean" of "ms-ssim-rgb".
std::string columnIn(const curves::ImportedTable& table, const std::string& metric) {
    if (table.column(metric)) return metric;
    if (metric == "psnr-rgb" && table.column("psnr")) return "psnr";
    if (metric.ends_with(decibelsOfMean)) {
        std::string plain = metric.substr(0, metric.size() - decibelsOfMean.size());
        if (table.column(plain)) return plain;
    }
    return metric;
}

void toDecibels(std::vector<curves::RatePoint>& points, const std::string& column) {
    for (curves::RatePoint& point : points) {
        if (!(point.quality < 1))
            throw Error(ErrorKind::Input, column + " has a value that is not below 1: it is none in dB.",
                        "Import it as it is, with --metric " + column + ".");
        point.quality = curves::finish(graph::Finish::MinusDbRatio, 1 - point.quality, 1);
    }
}

store::ImportedCurve curveOf(const ImportChoice& choice) {
    store::ImportedCurve imported;
    const std::filesystem::path file = choice.file;
    imported.source = file.filename().string();
    imported.title = choice.title;
    imported.rate = "bpp";
    if (file.extension() == ".csv") {
        const curves::RdCurve curve = curves::readRdCurve(file);
        if (imported.title.empty()) imported.title = curve.name;
        imported.points = curve.points;
    } else {
        const curves::ImportedTable table = curves::readCompressAi(file);
        if (imported.title.empty()) imported.title = table.name + ", published";
        const std::string column = columnIn(table, choice.metric);
        const curves::Curve curve = curves::importedCurve(table, curves::importedQuantity("bpp"),
                                                          curves::importedQuantity(column), choice.citation);
        imported.points = curves::meanPoints(curve);
        if (column + std::string(decibelsOfMean) == choice.metric) toDecibels(imported.points, column);
    }
    const curves::Quantity quality = curves::importedQuantity(choice.metric);
    imported.metric.id = choice.metric;
    imported.metric.title = quality.title;
    imported.metric.unit = quality.unit;
    imported.metric.better = quality.better.value_or(graph::Better::Higher);
    imported.citation = choice.citation;
    imported.dataSet = choice.dataset;
    imported.pooling = choice.pooling;
    return imported;
}

int importCurve(const ImportChoice& choice) {
    const store::ImportedCurve curve = curveOf(choice);
    if (auto client = run::Client::attach(choice.library)) {
        client->request("import", {{"curve", store::toJson(curve)}});
    } else {
        store::Library library(choice.library, store::Access::Write);
        store::insertImported(library, curve);
    }
    std::cout << curve.title << ": " << curve.points.size() << " points imported as imported/" << curve.title
              << '\n';
    return exitDone;
}

struct ExportChoice {
    std::string what = "rows", library, study, format = "csv", view = "points", output, metric;
    bool withoutSources = false;
};

void exportTables(const store::Library& library, store::StudyId study, const std::filesystem::path& folder) {
    const auto tables = library.tables(study);
    if (tables.empty())
        throw Error(ErrorKind::Input, "The study has no tables.", "Add an analysis node, and run it.");
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw Error(ErrorKind::Resource, folder.string() + " can't be made: " + error.message() + ".",
                    "Choose a folder that you may write to with -o.");
    for (const store::TableRecord& table : tables) {
        // Node and table names are slugs: they hold no path.
        const std::filesystem::path file = folder / (table.node + "." + table.name + ".csv");
        writeResult(file.string(), table.csv);
        std::cout << file.string() << '\n';
    }
}

int exportRows(const ExportChoice& choice) {
    const store::Library library(choice.library, store::Access::Read);
    const store::StudyRecord study = library.study(choice.study);
    if (choice.what == "bundle")
        return exportBundle(library, study, {choice.output, choice.metric, !choice.withoutSources});
    if (choice.format == "tables") {
        exportTables(library, study.id, choice.output.empty() ? "." : choice.output);
        return exitDone;
    }
    const store::View view = choice.view == "items" ? store::View::Items : store::View::Points;
    writeResult(choice.output, choice.format == "json" ? store::jsonOfView(library, view, study.id)
                                                       : store::csvOfView(library, view, study.id));
    return exitDone;
}

}  // namespace

Command importCommand() {
    return {
        "import",
        "Take in a published curve: CSV (rate,quality) or CompressAI's result JSON",
        {"ratescope-cli import --library photographs.rslib --metric psnr-rgb --citation \"Bégaint et al., "
         "arXiv:2011.03029\" --dataset Kodak vtm.json"},
        [](CLI::App& app) {
            auto choice = std::make_shared<ImportChoice>();
            app.add_option("--library", choice->library, "Library; made if it is not there")->required();
            app.add_option("FILE", choice->file, "File to read")->required();
            app.add_option("--metric", choice->metric, "Metric id of the quality")->capture_default_str();
            app.add_option("--title", choice->title, "Name in legends (default: the file's)");
            app.add_option("--citation", choice->citation, "Where the points were published");
            app.add_option("--dataset", choice->dataset, "Data set that they were measured on");
            app.add_option("--pooling", choice->pooling, "How the items were averaged")
                ->capture_default_str();
            return [choice] { return importCurve(*choice); };
        }};
}

Command exportCommand() {
    return {
        "export",
        "Write a study's rows (views v_points, v_items), its tables, or all of it as a bundle for reviewers",
        {"ratescope-cli export --library photographs.rslib --format csv -o points.csv",
         "ratescope-cli export --library photographs.rslib --format tables -o tables",
         "ratescope-cli export bundle --library photographs.rslib -o photographs-bundle"},
        [](CLI::App& app) {
            auto choice = std::make_shared<ExportChoice>();
            app.add_option("WHAT", choice->what, "rows or bundle")
                ->check(CLI::IsMember({"rows", "bundle"}))
                ->capture_default_str();
            app.add_option("--library", choice->library, "Library to read")->required();
            app.add_option("--study", choice->study, "Study, when the library holds several");
            app.add_option("--format", choice->format,
                           "Of rows: csv, json, or tables (CSV files in the folder of -o)")
                ->check(CLI::IsMember({"csv", "json", "tables"}))
                ->capture_default_str();
            app.add_option("--view", choice->view, "Rows of csv and json: points or items")
                ->check(CLI::IsMember({"points", "items"}))
                ->capture_default_str();
            app.add_option("--y", choice->metric, "Metric of a bundle's figure (default: the study's first)");
            app.add_flag("--without-sources", choice->withoutSources,
                         "Name the source files in a bundle with their hashes, and leave them out");
            app.add_option("-o,--output", choice->output,
                           "File or folder (default: standard output, or here); of a bundle: a new folder");
            return [choice] { return exportRows(*choice); };
        }};
}

}  // namespace ratescope::cli
