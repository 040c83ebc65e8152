#include "app/cli/command.h"
#include "app/cli/failures.h"
#include "app/cli/output.h"
#include "app/cli/progress_line.h"
#include "app/cli/session.h"
#include "app/cli/watch.h"
#include "core/run/client.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

struct ControlChoice {
    std::string library, study;
    int jobs = 0;
    bool untilLeft = false;
};

void addControlOptions(CLI::App& app, ControlChoice& choice) {
    app.add_option("--library", choice.library, "Library of the run")->required();
    app.add_option("--study", choice.study, "Study, when the library holds several");
}

nlohmann::json studyArgument(const ControlChoice& choice) {
    nlohmann::json arguments = nlohmann::json::object();
    if (!choice.study.empty()) arguments["study"] = choice.study;
    return arguments;
}

void requireLibrary(const std::string& file) {
    if (!std::filesystem::exists(file))
        throw Error(ErrorKind::Library, file + " does not exist.", "Give the .rslib file of a run.");
}

int pauseRun(const ControlChoice& choice) {
    requireLibrary(choice.library);
    auto client = run::Client::attach(choice.library);
    if (!client)
        throw Error(ErrorKind::Usage, "Nothing runs on " + choice.library + ".",
                    "There is nothing to pause.");
    client->request("pause", nlohmann::json::object());
    std::cout << "Paused: running tasks finish, no new one is admitted.\n";
    return exitDone;
}

int cancelRun(const ControlChoice& choice) {
    requireLibrary(choice.library);
    std::int64_t items = 0;
    if (auto client = run::Client::attach(choice.library)) {
        items = client->request("cancel", studyArgument(choice)).at("items").get<std::int64_t>();
    } else {
        store::Library library(choice.library, store::Access::Write);
        items = library.cancel(library.study(choice.study).id);
    }
    std::cout << items << " items cancelled; finished ones are kept.\n";
    return exitDone;
}

/// Becomes the supervisor and runs what became pending.
int runPending(const ControlChoice& choice,
               const std::function<std::int64_t(Session&, store::StudyId)>& wake) {
    const graph::Catalogue catalogue = installedCatalogue();
    ProgressLine line;
    const int jobs = choice.jobs > 0 ? choice.jobs : defaultJobs();
    Session session(choice.library, catalogue, supervisorOptions(jobs, commandLineText()), observerOf(line));
    const store::StudyRecord study = session.library().study(choice.study);
    const std::int64_t items = wake(session, study.id);
    session.loop();
    line.clear();
    const store::StateCounts counts = session.library().itemCounts(study.id);
    std::cout << items << " items ran again; " << counts[store::State::Done] << " of " << counts.total()
              << " are done.\n"
              << failureLines(session.library(), study.id);
    return counts[store::State::Failed] > 0 ? exitItemsFailed : exitDone;
}

int wakeItems(const ControlChoice& choice, const char* request,
              const std::function<std::int64_t(Session&, store::StudyId)>& wake) {
    requireLibrary(choice.library);
    auto client = run::Client::attach(choice.library);
    if (!client) return runPending(choice, wake);
    const auto items = client->request(request, studyArgument(choice)).at("items").get<std::int64_t>();
    std::cout << items << " items are pending again; the supervisor that holds the library runs them.\n";
    return exitDone;
}

}  // namespace

Command pauseCommand() {
    return {"pause",
            "Let running tasks finish and admit no new one",
            {"ratescope-cli pause --library photographs.rslib"},
            [](CLI::App& app) {
                auto choice = std::make_shared<ControlChoice>();
                app.add_option("--library", choice->library, "Library of the run")->required();
                return [choice] { return pauseRun(*choice); };
            }};
}

Command resumeCommand() {
    return {"resume",
            "Go on after a pause, with cancelled and interrupted items too",
            {"ratescope-cli resume --library photographs.rslib"},
            [](CLI::App& app) {
                auto choice = std::make_shared<ControlChoice>();
                addControlOptions(app, *choice);
                app.add_option("--jobs", choice->jobs, "Tasks at a time, when nothing holds the library")
                    ->check(CLI::Range(1, 1024));
                return [choice] {
                    return wakeItems(*choice, "resume", [](Session& session, store::StudyId study) {
                        return session.supervisor().resume(study);
                    });
                };
            }};
}

Command cancelCommand() {
    return {"cancel",
            "Stop a study within a second; what is finished is kept",
            {"ratescope-cli cancel --library photographs.rslib"},
            [](CLI::App& app) {
                auto choice = std::make_shared<ControlChoice>();
                addControlOptions(app, *choice);
                return [choice] { return cancelRun(*choice); };
            }};
}

Command retryCommand() {
    return {"retry",
            "Run failed items and measurements again",
            {"ratescope-cli retry --library photographs.rslib"},
            [](CLI::App& app) {
                auto choice = std::make_shared<ControlChoice>();
                addControlOptions(app, *choice);
                app.add_option("--jobs", choice->jobs, "Tasks at a time, when nothing holds the library")
                    ->check(CLI::Range(1, 1024));
                return [choice] {
                    return wakeItems(*choice, "retry", [](Session& session, store::StudyId study) {
                        session.supervisor().resume(study);
                        return session.supervisor().retry(study);
                    });
                };
            }};
}

Command serveCommand() {
    return {
        "serve",
        "Hold a library and answer requests on its socket (docs/protocol.md)",
        {"ratescope-cli serve --library photographs.rslib --jobs 2"},
        [](CLI::App& app) {
            auto choice = std::make_shared<ControlChoice>();
            app.add_option("--library", choice->library, "Library file; made if it is not there")->required();
            app.add_option("--jobs", choice->jobs, "Tasks at a time (default: one for each processor)")
                ->check(CLI::Range(1, 1024));
            app.add_flag("--until-left", choice->untilLeft,
                         "End once nothing is left to run and the last client has gone");
            return [choice] {
                const graph::Catalogue catalogue = installedCatalogue();
                const int jobs = choice->jobs > 0 ? choice->jobs : defaultJobs();
                Session session(choice->library, catalogue, supervisorOptions(jobs, commandLineText()), {});
                std::fprintf(stderr, "serving %s\n", choice->library.c_str());
                session.serve(choice->untilLeft);
                return int{exitDone};
            };
        }};
}

}  // namespace ratescope::cli
