#include "app/cli/job.h"

#include "app/cli/interrupts.h"
#include "app/cli/progress_line.h"
#include "core/error.h"
#include "core/run/approval.h"
#include "core/run/one_off.h"

#include <chrono>
#include <optional>

namespace ratescope::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double silentSeconds = 0.5;  // what is done by then needs no progress

std::pair<std::string, std::string> splitAt(const std::string& text, const char* form) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw Error(ErrorKind::Usage, "\"" + text + "\" has no value.", std::string("Give ") + form + ".");
    return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Shows how far the task that answers is: what comes before it, reading files, is short.
class AnswerProgress {
  public:
    explicit AnswerProgress(const Hash& answer) : answer_(answer) {}

    void operator()(const Hash& task, double fraction) {
        if (task != answer_) return;
        if (!start_) start_ = Clock::now();
        const double seconds = std::chrono::duration<double>(Clock::now() - *start_).count();
        if (seconds < silentSeconds) return;
        line_.show(fraction,
                   fraction > 0 ? std::optional(seconds * (1 - fraction) / fraction) : std::nullopt);
    }

  private:
    ProgressLine line_;
    Hash answer_;
    std::optional<Clock::time_point> start_;
};

}  // namespace

run::TaskReport runJob(const run::Job& job, const graph::Catalogue& catalogue, bool allowCommands) {
    run::requireApproval(run::commandsOf(job.chain.tasks, catalogue), {.all = allowCommands});
    run::WorkerCommand worker;
    worker.program = run::installedWorker();
    worker.arguments = {"--serve"};
    const Interrupts interrupts;
    AnswerProgress progress(job.answer);
    for (run::TaskReport& report : run::runChain(
             job.chain, worker, [&] { return interrupts.raised(); },
             [&](const Hash&task, double fraction) { progress(task, fraction); }))
        if (report.key == job.answer) return std::move(report);
    throw Error(ErrorKind::Internal, "The worker did not report the task.", "Report this with the command.");
}

run::Settings settingsOf(const std::vector<std::string>& texts) {
    run::Settings settings;
    for (const std::string& text : texts)
        settings.insert_or_assign(splitAt(text, "--set PARAM=VALUE").first,
                                  splitAt(text, "--set PARAM=VALUE").second);
    return settings;
}

run::InputFiles inputFilesOf(const std::vector<std::string>& texts) {
    run::InputFiles inputs;
    for (const std::string& text : texts)
        inputs.insert_or_assign(splitAt(text, "--input PORT=FILE").first,
                                splitAt(text, "--input PORT=FILE").second);
    return inputs;
}

}  // namespace ratescope::cli
