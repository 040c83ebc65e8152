#pragma once

// Progress on standard error: one line that is written over on a terminal, plain lines now and then otherwise.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ratescope::cli {

struct ProgressState {
    std::int64_t done = 0, failed = 0, total = 0;
    double itemsPerMinute = 0;
    std::optional<double> secondsLeft;
    std::string phase;
};

class ProgressLine {
  public:
    ProgressLine();
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const ProgressState& state);
    /// How far a single task is, 0 … 1, on a terminal only.
    void show(double fraction, std::optional<double> secondsLeft);
    /// Takes the line off the terminal, so that other text can follow.
    void clear();

  private:
    void write(const std::string& text);

    bool terminal_;
    bool shown_ = false;
    std::chrono::steady_clock::time_point last_{};
    std::string lastText_;
};

/// "██████░░░░ 96 of 160 items, 2 failed, about 20 s left, 240 items a minute".
std::string progressText(const ProgressState& state, bool bar);
/// "██████░░░░ 60 %, about 20 s left".
std::string progressText(double fraction, std::optional<double> secondsLeft);

}  // namespace ratescope::cli
