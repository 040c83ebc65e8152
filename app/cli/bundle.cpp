#include "app/cli/bundle.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/progress_line.h"
#include "app/cli/session.h"
#include "app/cli/study_options.h"
#include "app/cli/watch.h"
#include "core/run/bundle.h"
#include "core/run/installation.h"
#include "core/store/query.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

/// Runs a program beside this one and waits; whether it ended well.
bool runBeside(const std::string& program, std::vector<std::string> arguments) {
    const std::string file = (run::programFolder() / program).string();
    arguments.insert(arguments.begin(), file);
    std::vector<char*> argv;
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t child = 0;
    if (::posix_spawn(&child, file.c_str(), nullptr, nullptr, argv.data(), environ) != 0) return false;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// A study without a metric has no figure to draw.
void drawFigure(const store::Library& library, const store::StudyRecord& study, std::string metric,
                const std::filesystem::path& folder) {
    const auto metrics = store::metricsOf(library, study.id);
    if (metric.empty() && metrics.empty()) return;
    if (metric.empty()) metric = metrics.front().id;
    if (runBeside("ratescope", {"figure", "--library", library.file().string(), "--study", study.name, "--y",
                                metric, "--preset", "ieee-column", "-o", (folder / "figure.pdf").string(),
                                "-o", (folder / "figure.svg").string()}))
        return;
    throw Error(ErrorKind::Input, "The figure of " + metric + " could not be drawn.",
                "The message above says why; --y names another metric.");
}

nlohmann::json toJson(const run::Reproduction& result) {
    const auto pair = [](std::int64_t all, std::int64_t equal) {
        return nlohmann::json{{"bundled", all}, {"equal", equal}};
    };
    return {{"equal", result.equal()},
            {"items", pair(result.items, result.itemsEqual)},
            {"bitstreams", pair(result.bitstreams, result.bitstreamsEqual)},
            {"points", pair(result.points, result.pointsEqual)},
            {"differences", result.differences},
            {"libraries", result.libraries}};
}

void print(const run::Reproduction& result) {
    TextTable table({"", "in the bundle", "equal"});
    table.add({"items", std::to_string(result.items), std::to_string(result.itemsEqual)});
    table.add({"bitstreams", std::to_string(result.bitstreams), std::to_string(result.bitstreamsEqual)});
    table.add({"points", std::to_string(result.points), std::to_string(result.pointsEqual)});
    std::cout << table.text();
    for (const std::string& difference : result.differences)
        std::cout << difference << '\n';
    for (const std::string& library : result.libraries)
        std::cout << "made with " << library << '\n';
    std::cout << (result.equal() ? "Reproduced: every number and every bitstream is equal.\n"
                                 : "Not reproduced.\n");
}

struct ReproduceChoice {
    std::string folder, library;
    int jobs = 0;
    bool json = false, allowCommands = false;
};

int reproduce(const ReproduceChoice& choice, const std::string& commandLine) {
    const std::filesystem::path folder = choice.folder;
    run::checkBundle(folder);
    const graph::Catalogue catalogue = installedCatalogue();
    StudyChoice document;
    document.documentFile = (folder / "study.ratescope").string();
    document.library =
        choice.library.empty()
            ? (std::filesystem::absolute(folder).lexically_normal().string() + ".reproduced.rslib")
            : choice.library;
    document.jobs = choice.jobs;
    document.allowCommands = choice.allowCommands;
    const ChosenStudy study = readStudy(document, catalogue);
    {
        ProgressLine line;
        Session session(study.library.string(), catalogue, supervisorOptions(study.jobs, commandLine),
                        observerOf(line));
        session.runStudy(study, [](const run::PlanSummary&) {});
    }
    const store::Library library(study.library, store::Access::Read);
    const run::Reproduction result =
        run::compareWithBundle(library, library.study(study.document.name), folder);
    if (choice.json)
        std::cout << toJson(result).dump(2) << '\n';
    else
        print(result);
    return result.equal() ? exitDone : exitItemsFailed;
}

}  // namespace

int exportBundle(const store::Library& library, const store::StudyRecord& study, const BundleChoice& choice) {
    if (choice.folder.empty())
        throw Error(ErrorKind::Usage, "A bundle needs a folder.", "Name a new one with -o.");
    const run::BundleContents contents = run::writeBundle(
        library, study, installedCatalogue(), run::installedRoots(), choice.folder, choice.withSources,
        [&](const std::filesystem::path& folder) { drawFigure(library, study, choice.metric, folder); });
    std::cout << choice.folder << ": " << contents.items << " items, " << contents.bitstreams
              << " bitstreams, " << contents.sourceFiles
              << (choice.withSources ? " source files, " : " source files named, ")
              << bytesText(static_cast<double>(contents.bytes)) << "\nto check it: ratescope-cli reproduce "
              << choice.folder << '\n';
    return exitDone;
}

Command reproduceCommand() {
    return {"reproduce",
            "Check a bundle, run its study again and compare every number and bitstream",
            {"ratescope-cli reproduce photographs-bundle"},
            [](CLI::App& app) {
                auto choice = std::make_shared<ReproduceChoice>();
                app.add_option("BUNDLE", choice->folder, "Folder that `export bundle` wrote")->required();
                app.add_option("--library", choice->library,
                               "Library for the second run (default: BUNDLE.reproduced.rslib)");
                app.add_option("--jobs", choice->jobs, "Tasks at a time (default: one for each processor)")
                    ->check(CLI::Range(1, 1024));
                app.add_flag("--allow-commands", choice->allowCommands,
                             "Run the bundle's external commands, and remember that they may");
                app.add_flag("--json", choice->json, "JSON (docs/schemas/reproduce.json)");
                return [choice] { return reproduce(*choice, commandLineText()); };
            }};
}

}  // namespace ratescope::cli
