#pragma once

// A library held for writing: supervisor, socket and signals together, as `run`, `serve`, `resume` and `retry`
// use them.

#include "app/cli/interrupts.h"
#include "app/cli/study_options.h"
#include "core/run/service.h"
#include "core/run/supervisor.h"

#include <functional>
#include <optional>
#include <string>

namespace ratescope::cli {

/// With the roots and the worker of this installation.
run::SupervisorOptions supervisorOptions(int jobs, const std::string& commandLine);

/// The number of processors that this process may use.
int defaultJobs();

class Session {
  public:
    /// Opens the library, making it where there is none, and listens on its socket.
    Session(const std::string& library, const graph::Catalogue& catalogue, run::SupervisorOptions options,
            const run::Observer& observer);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    store::Library& library() { return library_; }
    run::Supervisor& supervisor() { return supervisor_; }

    /// Prepares and submits the study, tells what it asks for, and loops until it is finished. Throws as the
    /// supervisor and loop() do; Error(Cancelled) also when somebody cancelled it before its files were read.
    run::Submitted runStudy(const ChosenStudy& study,
                            const std::function<void(const run::PlanSummary&)>& planned);
    /// Until nothing is left to do. An interrupt stops at once: running items become interrupted. Throws what
    /// paused the run by itself (disk full), and Error(Cancelled) after an interrupt.
    void loop();
    /// Until a client or a signal asks for the end; `untilLeft`: also once a client has come, none is there any
    /// more, and nothing is left to do. Throws as loop().
    void serve(bool untilLeft);

  private:
    bool stopAsked() const;
    void end();

    store::Library library_;
    run::Supervisor supervisor_;
    std::optional<run::Service> service_;
    Interrupts interrupts_;
    bool interrupted_ = false;
};

}  // namespace ratescope::cli
