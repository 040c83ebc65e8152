#include "tests/core/media/worker/spoken_worker.h"

#include "core/error.h"

#include <poll.h>

#include <QByteArray>
#include <chrono>

namespace ratescope::media {
namespace {

constexpr std::chrono::seconds patience(60);  // A busy machine gives a nice worker little time.

std::filesystem::path program() {
    return std::filesystem::path(qgetenv("RATESCOPE_BUILD").toStdString()) / "bin" / "ratescope-worker";
}

}  // namespace

SpokenWorker::SpokenWorker(const std::filesystem::path& folder)
    : process_({program(), {"--serve"}, folder / "worker.log"}) {}

std::optional<std::string> SpokenWorker::nextLine() {
    const auto limit = std::chrono::steady_clock::now() + patience;
    for (;;) {
        if (std::optional<std::string> line = process_.socket().line()) return line;
        if (!process_.socket().open() || std::chrono::steady_clock::now() > limit) return std::nullopt;
        pollfd waited{process_.socket().descriptor(), POLLIN, 0};
        ::poll(&waited, 1, 100);
        process_.socket().receive();
    }
}

std::optional<run::FromWorker> SpokenWorker::hear() {
    while (const std::optional<std::string> line = nextLine()) {
        run::FromWorker message = run::decodeFromWorker(*line);
        if (!std::holds_alternative<run::Alive>(message)) return message;
    }
    return std::nullopt;
}

std::vector<run::TaskReport> SpokenWorker::run(const run::Chain& chain) {
    say(chain);
    std::vector<run::TaskReport> reports;
    for (;;) {
        const std::optional<run::FromWorker> message = hear();
        if (!message) refuse();
        if (const auto* report = std::get_if<run::TaskReport>(&*message)) reports.push_back(*report);
        if (std::holds_alternative<run::Done>(*message)) return reports;
    }
}

void SpokenWorker::refuse() {
    throw Error(ErrorKind::Internal, "The worker said something else, or nothing.", "Look into its log.");
}

}  // namespace ratescope::media
