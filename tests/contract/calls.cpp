#include "tests/contract/calls.h"

#include "core/error.h"
#include "core/media/assets/table_file.h"
#include "core/media/worker/execute.h"
#include "core/media/worker/process_limits.h"

#include <algorithm>
#include <atomic>

namespace ratescope::contract {
namespace {

using namespace media;
using run::TaskKind;
using Clock = std::chrono::steady_clock;

/// A task's context that counts what is asked of it, and cancels.
class Interruption final : public Context {
  public:
    Interruption(Context& context, int cancelAt) : context_(context), cancelAt_(cancelAt) {}

    void check() override {
        count();
        context_.check();
    }
    void progress(double fraction) override {
        count();
        context_.progress(fraction);
    }
    std::mt19937_64 generator(std::uint64_t stream) const override { return context_.generator(stream); }
    std::string device() const override { return context_.device(); }
    int threads() const override { return context_.threads(); }
    std::filesystem::path scratch() override {
        count();
        return context_.scratch();
    }
    std::optional<std::vector<std::byte>> loadCheckpoint(const std::string& name) override {
        count();
        return context_.loadCheckpoint(name);
    }
    void saveCheckpoint(const std::string& name, std::span<const std::byte> state) override {
        count();
        context_.saveCheckpoint(name, state);
    }
    void table(const std::string& name, Table table) override {
        count();
        context_.table(name, std::move(table));
    }
    void log(const std::string& line) override {
        count();
        context_.log(line);
    }

    int checks() const { return checks_; }
    /// Between two questions; before the first and behind the last one, too.
    std::chrono::nanoseconds longestSilence() {
        noteSilence();
        return std::chrono::nanoseconds(longest_);
    }

  private:
    /// Nodes ask from several threads.
    void noteSilence() {
        const std::int64_t now = Clock::now().time_since_epoch().count();
        const std::int64_t silence = now - last_.exchange(now);
        for (std::int64_t longest = longest_; silence > longest;)
            if (longest_.compare_exchange_weak(longest, silence)) break;
    }
    void count() {
        noteSilence();
        const int now = ++checks_;
        if (cancelAt_ > 0 && now >= cancelAt_) throw Error(ErrorKind::Cancelled, "Cancelled.", "Go on.");
    }

    Context& context_;
    const int cancelAt_;
    std::atomic<int> checks_{0};
    std::atomic<std::int64_t> last_ = Clock::now().time_since_epoch().count(), longest_ = 0;
};

std::vector<std::size_t> flipPositions(std::size_t size) {
    constexpr std::size_t dense = 100, spread = 60;
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < std::min(dense, size); ++i)
        positions.push_back(i);
    const std::size_t rest = size - positions.size();
    for (std::size_t i = 0; i < std::min(spread, rest); ++i)
        positions.push_back(size - 1 - i * rest / std::min(spread, rest));
    return positions;
}

}  // namespace

Calls::Calls(const graph::Manifest& manifest, const Sample& sample)
    : bench_(manifest, sample), sample_(sample) {
    for (const run::Task& task : bench_.chain().tasks) {
        calls_.push_back({task, argumentsOf(task)});
        Ending ending = repeat(calls_.back());
        if (ending.failure)
            throw Error(ErrorKind::Internal, "The node refuses the sample: " + ending.failure->what, "");
        if (ending.outcome.stream)
            streams_[task.key] = std::make_shared<const ByteSink>(std::move(*ending.outcome.stream));
        if (task.kind != TaskKind::Prepare) continue;
        ending.outcome.values.erase(preparedPort);
        prepared_ = {std::move(ending.outcome.values), std::move(ending.outcome.counts)};
    }
}

Arguments Calls::argumentsOf(const run::Task& task) {
    Arguments arguments;
    for (const auto& [port, outputs] : task.inputs)
        for (const run::TaskOutput& output : outputs)
            if (const auto stream = streams_.find(output.task); stream != streams_.end())
                arguments.stream.emplace(stream->second->bytes(), stream->second);
            else if (task.kind != TaskKind::Score)
                arguments.inputs.add(port, bench_.input(output));
            else if (port == preparedPort)
                arguments.prepared = prepared_;
            else
                arguments.candidate = bench_.input(output);
    if (task.kind == TaskKind::Analyse) arguments.rows = readTable(sample_.file);
    return arguments;
}

Ending Calls::repeat(const Call& call, int cancelAt, std::uint64_t memory) {
    const std::atomic<bool> cancelled{false};
    const Send send = [](const run::FromWorker&) {};
    TaskContext context(bench_.chain(), call.task, cancelled, send);
    context.removeCheckpoints();  // Each call begins at the beginning.
    Interruption interruption(context, cancelAt);
    const NodeEntry& entry = bench_.plugins().node(call.task.library, call.task.type);
    Ending ending;
    try {
        const AddressSpaceLimit limit(memory);
        ending.outcome = callNode(entry, call.task, call.arguments, interruption);
    } catch (...) {
        ending.failure = failureOf(call.task, memory);
    }
    ending.checks = interruption.checks();
    ending.longestSilence = interruption.longestSilence();
    return ending;
}

std::vector<DamagedStream> damagedStreamsOf(std::span<const std::byte> stream) {
    std::vector<DamagedStream> damaged;
    const std::size_t size = stream.size();
    for (const std::size_t kept :
         {std::size_t{0}, std::size_t{1}, std::size_t{7}, size / 4, size / 2, size / 4 * 3, size - 1})
        if (kept < size)
            damaged.push_back({"cut to " + std::to_string(kept) + " bytes",
                               {stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(kept)}});
    DamagedStream& garbage = damaged.emplace_back();
    garbage.name = "garbage";
    for (std::size_t i = 0; i < size; ++i)
        garbage.bytes.push_back(static_cast<std::byte>(i * 2654435761u >> 13));
    for (const std::size_t position : flipPositions(size))
        for (const unsigned char bits : {0xff, 0x01}) {
            DamagedStream& flipped = damaged.emplace_back();
            flipped.name = "bits " + std::to_string(bits) + " flipped at byte " + std::to_string(position);
            flipped.bytes.assign(stream.begin(), stream.end());
            flipped.bytes[position] ^= std::byte{bits};
            flipped.flipped = true;
        }
    return damaged;
}

}  // namespace ratescope::contract
