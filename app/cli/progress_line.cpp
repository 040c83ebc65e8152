#include "app/cli/progress_line.h"

#include "app/cli/output.h"
#include "core/curves/text.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace ratescope::cli {
namespace {

constexpr auto plainInterval = std::chrono::seconds(5);
constexpr int barCells = 24;

std::string barOf(double part) {
    const int full = std::clamp(static_cast<int>(part * barCells), 0, barCells);
    std::string bar;
    for (int cell = 0; cell < barCells; ++cell)
        bar += cell < full ? "█" : "░";
    return bar;
}

}  // namespace

std::string progressText(const ProgressState& state, bool bar) {
    std::string text;
    if (bar && state.total > 0)
        text = barOf(static_cast<double>(state.done) / static_cast<double>(state.total)) + " ";
    text += std::to_string(state.done) + " of " + std::to_string(state.total) + " items";
    if (state.failed > 0) text += ", " + std::to_string(state.failed) + " failed";
    if (state.phase == "timing") text += ", timing alone";
    if (state.phase == "analysis") text += ", analysis";
    if (state.secondsLeft) text += ", " + durationText(*state.secondsLeft) + " left";
    if (state.itemsPerMinute > 0)
        text +=
            ", " + curves::fixed(state.itemsPerMinute, state.itemsPerMinute < 10 ? 1 : 0) + " items a minute";
    return text;
}

std::string progressText(double fraction, std::optional<double> secondsLeft) {
    std::string text = barOf(fraction) + " " + curves::fixed(100 * fraction, 0) + " %";
    if (secondsLeft) text += ", " + durationText(*secondsLeft) + " left";
    return text;
}

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
    clear();
}

void ProgressLine::show(const ProgressState& state) {
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ && now - last_ < plainInterval && state.done < state.total) return;
    const std::string text = progressText(state, terminal_);
    if (text == lastText_) return;
    last_ = now;
    write(text);
}

void ProgressLine::show(double fraction, std::optional<double> secondsLeft) {
    const std::string text = progressText(fraction, secondsLeft);
    if (terminal_ && text != lastText_) write(text);
}

void ProgressLine::write(const std::string& text) {
    lastText_ = text;
    std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", text.c_str());
    std::fflush(stderr);
    shown_ = terminal_;
}

void ProgressLine::clear() {
    if (shown_) std::fputs("\r\033[K", stderr);
    shown_ = false;
}

}  // namespace ratescope::cli
