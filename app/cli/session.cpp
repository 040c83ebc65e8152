#include "app/cli/session.h"

#include "core/error.h"
#include "core/run/installation.h"

#include <poll.h>
#include <sched.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace ratescope::cli {

int defaultJobs() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

run::SupervisorOptions supervisorOptions(int jobs, const std::string& commandLine) {
    run::SupervisorOptions options;
    options.workerArguments = {"--serve"};
    options.jobs = jobs;
    options.workerArguments = {"--serve"};
    options.commandLine = commandLine;
    options.roots = run::installedRoots();
    return options;
}

Session::Session(const std::string& library, const graph::Catalogue& catalogue,
                 run::SupervisorOptions options, const run::Observer& observer)
    : library_(library, store::Access::Write), supervisor_(library_, catalogue, std::move(options)) {
    supervisor_.observer = observer;
    service_.emplace(supervisor_, library_, catalogue);
    supervisor_.watch(interrupts_.descriptor(), POLLIN, [this](short) { interrupted_ = true; });
}

Session::~Session() {
    supervisor_.unwatch(interrupts_.descriptor());
}

run::Submitted Session::runStudy(const ChosenStudy& study,
                                 const std::function<void(const run::PlanSummary&)>& planned) {
    std::optional<run::Submitted> submitted;
    std::optional<Error> failure;
    supervisor_.prepare(study.document, study.directory, [&](const std::optional<Error>& stopped) {
        try {
            if (stopped) throw Error(*stopped);
            submitted = supervisor_.submit(study.document, study.directory, study.options);
            planned(submitted->plan);
        } catch (const Error& error) {
            failure = error;
        }
    });
    if (!failure) loop();
    if (failure) throw Error(*failure);
    return *submitted;
}

bool Session::stopAsked() const {
    return interrupted_ || service_->shutdownAsked();
}

void Session::loop() {
    // Clients may submit more while the last study ends: the end of a run is when none is left to serve either.
    supervisor_.runUntilIdle([this] { return stopAsked(); });
    end();
}

void Session::serve(bool untilLeft) {
    bool hadClients = false;
    const auto left = [&] {
        hadClients = hadClients || service_->clients() > 0;
        return untilLeft && hadClients && service_->clients() == 0 && supervisor_.idle();
    };
    while (!stopAsked() && !left())
        supervisor_.step(-1);
    end();
}

void Session::end() {
    if (!stopAsked()) return;
    supervisor_.shutdown(interrupted_ || service_->shutdownNow());
    if (interrupted_)
        throw Error(ErrorKind::Cancelled, "The run was stopped.",
                    "Finished items are kept: run the same document again to go on.");
}

}  // namespace ratescope::cli
