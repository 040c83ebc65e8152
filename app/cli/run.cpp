#include "app/cli/command.h"
#include "app/cli/failures.h"
#include "app/cli/output.h"
#include "app/cli/progress_line.h"
#include "app/cli/session.h"
#include "app/cli/study_options.h"
#include "app/cli/watch.h"
#include "core/curves/text.h"
#include "core/graph/document_json.h"
#include "core/run/client.h"
#include "core/run/requests.h"
#include "core/store/status_json.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

/// What a run came to, for print and JSON.
struct RunResult {
    std::filesystem::path library;
    std::string study;
    run::Ran ran;
    double seconds = 0;
};

void printCommands(const std::string& commands) {
    std::fprintf(stderr, "External commands, approved from now on:\n%s", commands.c_str());
}

void printPlan(const run::PlanSummary& plan) {
    const store::Reconciliation& changes = plan.changes;
    std::fprintf(
        stderr,
        "%s: %lld items, %lld new, %lld reused, %lld to run, %lld orphaned; %lld measurements, %lld new\n",
        plan.study.c_str(), static_cast<long long>(plan.items), static_cast<long long>(changes.itemsNew),
        static_cast<long long>(changes.itemsReused), static_cast<long long>(changes.itemsToRun),
        static_cast<long long>(changes.itemsOrphaned), static_cast<long long>(plan.measurements),
        static_cast<long long>(changes.measurementsNew));
    for (const std::string& note : plan.notes)
        std::fprintf(stderr, "%s\n", note.c_str());
}

int printResult(const RunResult& result, bool json) {
    const store::Library library(result.library, store::Access::Read);
    const store::StudyRecord study = library.study(result.study);
    const store::StateCounts items = library.itemCounts(study.id),
                             measurements = library.measurementCounts(study.id);
    const std::int64_t reused = items[store::State::Done] + items[store::State::Failed] - result.ran.items;
    const bool failed = items[store::State::Failed] + measurements[store::State::Failed] > 0;
    if (json) {
        nlohmann::json status = store::statusJson(library, study);
        status["library"] = result.library.string();
        status["ranItems"] = result.ran.items;
        status["ranMeasurements"] = result.ran.measurements;
        status["reusedItems"] = reused;
        status["seconds"] = result.seconds;
        std::cout << status.dump(2) << '\n';
    } else {
        std::cout << study.name << ": " << items[store::State::Done] << " of " << items.total()
                  << " items done";
        if (items[store::State::Failed] > 0) std::cout << ", " << items[store::State::Failed] << " failed";
        std::cout << " (" << result.ran.items << " run now, " << reused << " from before), "
                  << measurements[store::State::Done] << " measurements, " << curves::fixed(result.seconds, 1)
                  << " s\nlibrary: " << result.library.string() << '\n'
                  << failureLines(library, study.id);
    }
    return failed ? exitItemsFailed : exitDone;
}

RunResult runHere(const ChosenStudy& study, const graph::Catalogue& catalogue,
                  const std::string& commandLine) {
    ProgressLine line;
    Session session(study.library.string(), catalogue, supervisorOptions(study.jobs, commandLine),
                    observerOf(line));
    const auto planned = [&](const run::PlanSummary& plan) {
        printPlan(plan);
        if (study.options.approval.all && plan.commands) printCommands(run::toText(*plan.commands));
    };
    const run::Submitted submitted = session.runStudy(study, planned);
    return {study.library, submitted.plan.study, session.supervisor().ran(submitted.study), 0};
}

/// Hands the document to the supervisor that holds the library, and waits for its end.
RunResult runThere(run::Client& client, const ChosenStudy& study) {
    nlohmann::json options = nlohmann::json::object();
    if (!study.options.seeds.empty()) options["seeds"] = study.options.seeds;
    if (study.options.repeats > 0) options["time"] = study.options.repeats;
    client.request("subscribe", nlohmann::json::object());
    nlohmann::json arguments{{"document", graph::toJson(study.document)},
                             {"directory", study.directory.string()},
                             {"options", options}};
    if (study.options.approval.all) {
        const nlohmann::json commands = client.request("plan", arguments).at("commands");
        if (!commands.is_null()) arguments["options"]["commands"] = commands.at("hash");
    }
    const nlohmann::json submitted = client.request("submit", arguments);
    std::fprintf(
        stderr,
        "The supervisor that holds the library runs this study; an interrupt here leaves it running.\n");
    RunResult result{study.library, submitted.at("study").get<std::string>(), {}, 0};
    const nlohmann::json& items = submitted.at("plan").at("items");
    for (const nlohmann::json& note : submitted.at("plan").at("notes"))
        std::fprintf(stderr, "%s\n", note.get<std::string>().c_str());
    result.ran.items = items.at("new").get<std::int64_t>();
    result.ran.measurements = submitted.at("plan").at("measurements").at("new").get<std::int64_t>();
    waitUntilIdle(client, result.study);
    return result;
}

int runStudy(const StudyChoice& choice, const std::string& commandLine) {
    const auto start = std::chrono::steady_clock::now();
    const graph::Catalogue catalogue = installedCatalogue();
    const ChosenStudy study = readStudy(choice, catalogue);
    auto client = run::Client::attach(study.library);
    RunResult result = client ? runThere(*client, study) : runHere(study, catalogue, commandLine);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return printResult(result, choice.json);
}

void printPlanText(const run::PlanSummary& plan) {
    const auto row = [](std::int64_t total, std::int64_t fresh, std::int64_t reused, std::int64_t orphaned) {
        return std::vector{std::to_string(total), std::to_string(fresh), std::to_string(reused),
                           std::to_string(orphaned)};
    };
    const store::Reconciliation& changes = plan.changes;
    TextTable counts({plan.study, "asked for", "new", "reused", "orphaned"});
    auto items = row(plan.items, changes.itemsNew, changes.itemsReused, changes.itemsOrphaned);
    items.insert(items.begin(), "items");
    auto measurements = row(plan.measurements, changes.measurementsNew, changes.measurementsReused,
                            changes.measurementsOrphaned);
    measurements.insert(measurements.begin(), "measurements");
    counts.add(items);
    counts.add(measurements);
    std::cout << counts.text() << "\nto run: " << changes.itemsToRun << " items"
              << "\ntime:   "
              << (plan.estimate.seconds ? durationText(*plan.estimate.seconds) : std::string("unknown"))
              << "\nmemory: "
              << (plan.estimate.memory ? bytesText(static_cast<double>(*plan.estimate.memory)) : "unknown")
              << "\ndisk:   "
              << (plan.estimate.bytes ? bytesText(static_cast<double>(*plan.estimate.bytes)) : "unknown")
              << "\n\n";
    TextTable nodes({"node", "type", "title"});
    for (const auto& node : plan.nodes)
        nodes.add({node.slug, node.type, node.title});
    const bool reaches = std::any_of(plan.series.begin(), plan.series.end(),
                                     [](const run::PlannedSeries& one) { return one.mostRuns > 0; });
    TextTable series(reaches ? std::vector<std::string>{"series", "title", "rows", "runs of an item"}
                             : std::vector<std::string>{"series", "title", "rows"});
    for (const run::PlannedSeries& one : plan.series) {
        std::vector<std::string> cells{one.slug, one.title, std::to_string(one.rows)};
        if (reaches) cells.push_back(one.mostRuns > 0 ? "at most " + std::to_string(one.mostRuns) : "1");
        series.add(cells);
    }
    std::cout << nodes.text() << '\n' << series.text();
    for (const std::string& note : plan.notes)
        std::cout << note << '\n';
    if (plan.commands)
        std::cout << "\nExternal commands, " << (plan.commands->approved ? "approved" : "not approved yet")
                  << ":\n"
                  << run::toText(*plan.commands);
}

int planStudy(const StudyChoice& choice) {
    const graph::Catalogue catalogue = installedCatalogue();
    const ChosenStudy study = readStudy(choice, catalogue);
    std::optional<store::Library> library;
    if (std::filesystem::exists(study.library)) library.emplace(study.library, store::Access::Read);
    const run::PlanSummary plan =
        run::summarise(study.document, study.directory, catalogue, library ? &*library : nullptr,
                       supervisorOptions(study.jobs, ""), study.options);
    if (choice.json)
        std::cout << run::toJson(plan).dump(2) << '\n';
    else
        printPlanText(plan);
    return exitDone;
}

}  // namespace

Command runCommand() {
    return {
        "run",
        "Run what a document asks for and its library does not hold yet",
        {"ratescope-cli run resources/examples/photographs.ratescope --library photographs.rslib --jobs 2",
         "ratescope-cli run study.ratescope --set jpeg.quality=75 --seeds 0..4"},
        [](CLI::App& app) {
            auto choice = std::make_shared<StudyChoice>();
            addStudyOptions(app, *choice, "run.json");
            app.add_flag("--allow-commands", choice->allowCommands,
                         "Run the document's external commands, and remember that they may");
            return [choice] { return runStudy(*choice, commandLineText()); };
        }};
}

Command planCommand() {
    return {"plan",
            "Say what `run` would do; runs nothing",
            {"ratescope-cli plan resources/examples/photographs.ratescope"},
            [](CLI::App& app) {
                auto choice = std::make_shared<StudyChoice>();
                addStudyOptions(app, *choice, "plan.json");
                return [choice] { return planStudy(*choice); };
            }};
}

}  // namespace ratescope::cli
