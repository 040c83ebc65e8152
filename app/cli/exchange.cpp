#include "app/cli/bundle.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/study_curves.h"
#include "core/run/client.h"
#include "core/store/export.h"
#include "core/store/imported_json.h"
#include "core/store/published.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

struct ImportChoice {
    std::string library, file;
    store::PublishedAs as;
};

int importCurve(const ImportChoice& choice) {
    const store::ImportedCurve curve = store::readPublished(choice.file, choice.as);
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
            app.add_option("--metric", choice->as.metric, "Metric id of the quality")->capture_default_str();
            app.add_option("--title", choice->as.title, "Name in legends (default: the file's)");
            app.add_option("--citation", choice->as.citation, "Where the points were published");
            app.add_option("--dataset", choice->as.dataSet, "Data set that they were measured on");
            app.add_option("--pooling", choice->as.pooling, "How the items were averaged")
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
