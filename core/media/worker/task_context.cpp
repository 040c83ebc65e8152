#include "core/media/worker/task_context.h"

#include "core/buffer/aside_file.h"
#include "core/error.h"
#include "core/media/worker/stream_file.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace ratescope::media {
namespace {

constexpr std::int64_t millisecondsBetweenSigns = 100;
constexpr std::size_t keptLogBytes = 4096;

std::int64_t now() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::uint32_t bigEndianWord(const std::uint8_t* bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
           bytes[3];
}

void makeFolder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw Error(ErrorKind::Resource,
                    "The folder " + folder.string() + " can't be made: " + error.message() + ".",
                    "Make room on that disk and its folder writable, then run again.");
}

}  // namespace

TaskContext::TaskContext(const run::Chain& chain, const run::Task& task, const std::atomic<bool>& cancelled,
                         const Send& send)
    : chain_(chain), task_(task), cancelled_(cancelled), send_(send), lastSign_(now()) {
    send_(run::Alive{chain_.id, task_.key, 0});
}

TaskContext::~TaskContext() {
    std::error_code ignored;
    if (!scratch_.empty()) std::filesystem::remove_all(scratch_, ignored);
}

void TaskContext::signOfLife() {
    const std::int64_t time = now();
    std::int64_t last = lastSign_.load();
    if (time - last < millisecondsBetweenSigns || !lastSign_.compare_exchange_strong(last, time)) return;
    send_(run::Alive{chain_.id, task_.key, fraction_.load()});
}

void TaskContext::check() {
    if (cancelled_)
        throw Error(ErrorKind::Cancelled, "The task " + task_.node + " was cancelled.",
                    "Resume the study to run it again.");
    signOfLife();
}

void TaskContext::progress(double fraction) {
    if (std::isfinite(fraction)) fraction_ = std::clamp(fraction, 0.0, 1.0);
    check();
}

std::mt19937_64 TaskContext::generator(std::uint64_t stream) const {
    if (!task_.seed)
        throw Error(ErrorKind::Internal,
                    "The node " + task_.type + " draws random numbers, but its manifest names no seed.",
                    "Set usesSeed in the manifest of " + task_.type + ".");
    const Hash hash = sha256(std::to_string(*task_.seed) + "\n" + task_.type + "\n" + std::to_string(stream));
    std::array<std::uint32_t, 8> words{};
    for (std::size_t i = 0; i < words.size(); ++i)
        words[i] = bigEndianWord(&hash.bytes[4 * i]);
    std::seed_seq seed(words.begin(), words.end());
    return std::mt19937_64(seed);
}

std::filesystem::path TaskContext::scratch() {
    check();
    const std::lock_guard lock(mutex_);
    if (scratch_.empty()) {
        const std::filesystem::path folder = chain_.scratch / task_.key.hex();
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);  // A killed run of the same task may have left one.
        makeFolder(folder);
        scratch_ = folder;
    }
    return scratch_;
}

std::filesystem::path TaskContext::checkpointFolder() const {
    return chain_.checkpoints / task_.key.hex();
}

std::filesystem::path TaskContext::checkpointFile(const std::string& name) const {
    if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos)
        throw Error(ErrorKind::Internal,
                    "The node " + task_.type + " names a checkpoint \"" + name + "\", which is no file name.",
                    "Report this fault of the node.");
    return checkpointFolder() / name;
}

std::optional<std::vector<std::byte>> TaskContext::loadCheckpoint(const std::string& name) {
    check();
    const std::filesystem::path file = checkpointFile(name);
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return std::nullopt;
    const MappedFile state = mapStream(file);
    return std::vector<std::byte>(state.bytes.begin(), state.bytes.end());
}

void TaskContext::saveCheckpoint(const std::string& name, std::span<const std::byte> state) {
    check();
    const std::filesystem::path file = checkpointFile(name);
    makeFolder(file.parent_path());
    AsideFile aside(file);
    aside.write(state);
    aside.flush();
    aside.commit();
}

void TaskContext::removeCheckpoints() {
    std::error_code ignored;
    std::filesystem::remove_all(checkpointFolder(), ignored);
}

void TaskContext::table(const std::string& name, Table table) {
    check();
    const std::lock_guard lock(mutex_);
    tables_[name] = std::move(table);
}

void TaskContext::log(const std::string& line) {
    std::fprintf(stderr, "%s: %s\n", task_.node.c_str(), line.c_str());
    {
        const std::lock_guard lock(mutex_);
        lines_.push_back(line.substr(0, keptLogBytes - 1));
        lineBytes_ += lines_.back().size() + 1;
        while (lineBytes_ > keptLogBytes) {
            lineBytes_ -= lines_.front().size() + 1;
            lines_.pop_front();
        }
    }
    check();
}

std::string TaskContext::lastLines() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const std::string& line : lines_)
        text += line + "\n";
    return text;
}

}  // namespace ratescope::media
