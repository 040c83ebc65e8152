#pragma once

// A context that keeps checkpoints in memory, and stops the task behind one of them.

#include "tests/families/test_context.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::media::test {

class KeepingContext : public TestContext {
  public:
    using States = std::map<std::string, std::vector<std::byte>>;

    /// Throws Error(Cancelled) once so many have been saved; 0 never does. `kept`: what an earlier run has left.
    explicit KeepingContext(int stop = 0, States kept = {}) : states(std::move(kept)), stopAt(stop) {}

    std::optional<std::vector<std::byte>> loadCheckpoint(const std::string& name) override {
        const auto found = states.find(name);
        if (found == states.end()) return std::nullopt;
        ++loads;
        return found->second;
    }
    void saveCheckpoint(const std::string& name, std::span<const std::byte> state) override {
        states[name].assign(state.begin(), state.end());
        if (++saves == stopAt) throw Error(ErrorKind::Cancelled, "Stopped.", "");
    }
    /// Whether a line of the log holds the words.
    bool said(const std::string& words) const {
        return std::any_of(lines.begin(), lines.end(),
                           [&](const std::string& line) { return line.find(words) != std::string::npos; });
    }

    States states;
    int saves = 0, loads = 0, stopAt = 0;
};

}  // namespace ratescope::media::test
