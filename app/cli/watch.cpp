#include "app/cli/watch.h"

#include "core/error.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

namespace ratescope::cli {
namespace {

ProgressState stateOf(const nlohmann::json& event) {
    ProgressState state;
    state.done = event.value("done", std::int64_t{0});
    state.failed = event.value("failed", std::int64_t{0});
    state.total = event.value("total", std::int64_t{0});
    state.itemsPerMinute = event.value("itemsPerMinute", 0.0);
    if (event.contains("secondsLeft") && event["secondsLeft"].is_number())
        state.secondsLeft = event["secondsLeft"].get<double>();
    state.phase = event.value("phase", "");
    return state;
}

}  // namespace

run::Observer observerOf(ProgressLine& line) {
    run::Observer observer;
    observer.progress = [&line](const run::Progress& progress) {
        line.show({progress.done, progress.failed, progress.total, progress.itemsPerMinute,
                   progress.secondsLeft, progress.phase});
    };
    return observer;
}

void waitUntilIdle(run::Client& client, const std::string& study) {
    ProgressLine line;
    for (;;) {
        const auto event = client.nextEvent(-1);
        const std::string name = event->value("event", "");
        if (name == "trouble") {
            const nlohmann::json& error = event->at("error");
            throw Error(errorKindFromText(error.value("kind", "")), error.value("what", ""),
                        error.value("remedy", ""));
        }
        if (name == "ended")
            throw Error(ErrorKind::Library, "The supervisor ended before the study did.",
                        "Finished items are kept: run the document again to go on.");
        if (event->value("study", "") != study) continue;
        if (name == "idle") return;
        if (name == "progress") line.show(stateOf(*event));
    }
}

std::string commandLineText() {
    std::ifstream stream("/proc/self/cmdline", std::ios::binary);
    std::string raw((std::istreambuf_iterator<char>(stream)), {}), text;
    for (std::size_t start = 0; start < raw.size();) {
        const std::size_t end = std::min(raw.find('\0', start), raw.size());
        std::string word = raw.substr(start, end - start);
        if (word.empty() || word.find_first_of(" \t\n\"'\\$*?;&|<>()") != std::string::npos) {
            std::string quoted = "'";
            for (const char c : word)
                quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
            word = quoted + "'";
        }
        text += (text.empty() ? "" : " ") + word;
        start = end + 1;
    }
    return text;
}

}  // namespace ratescope::cli
