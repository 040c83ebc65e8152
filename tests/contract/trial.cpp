#include "tests/contract/trial.h"

#include "core/media/worker/execute.h"
#include "tests/contract/bench.h"

namespace ratescope::contract {
namespace {

using namespace media;
using graph::NodeKind;

/// Of the task at the position; those before it run to their ends.
std::string faultWhenStopped(Bench& bench, std::size_t position) {
    const run::Task& task = bench.chain().tasks[position];
    ValueCache cache;
    bench.holdInputs(cache);
    std::atomic<bool> cancelled{false};
    std::vector<run::TaskReport> reports;
    runChain(bench.chain(), bench.plugins(), cache, cancelled, [&](const run::FromWorker& message) {
        if (const auto* sign = std::get_if<run::Alive>(&message); sign && sign->task == task.key)
            cancelled = true;
        if (const auto* report = std::get_if<run::TaskReport>(&message)) reports.push_back(*report);
    });
    if (reports.size() != position + 1) return "other tasks were reported";
    const std::optional<run::TaskFailure>& failure = reports.back().failure;
    if (!failure || failure->kind != ErrorKind::Cancelled) return "it was not reported as cancelled";
    if (reports.back().stream) return "a stream was reported";
    const std::string left = bench.leftBy(task.key);
    return left.empty() ? "" : "it left " + left;
}

std::filesystem::path madeFolder(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    return folder;
}

}  // namespace

Trial tryHere(const graph::Manifest& manifest, const Sample& sample) {
    Bench bench(manifest, sample);
    ValueCache cache;
    bench.holdInputs(cache);
    std::vector<run::TaskReport> reports;
    const std::atomic<bool> cancelled{false};
    runChain(bench.chain(), bench.plugins(), cache, cancelled, [&](const run::FromWorker& message) {
        if (const auto* report = std::get_if<run::TaskReport>(&message)) reports.push_back(*report);
    });
    Trial trial;
    bench.note(reports, trial);
    trial.inputsChanged = bench.inputsChanged();
    return trial;
}

Workers::Workers(const std::filesystem::path& folder)
    : first(madeFolder(folder / "first")), second(madeFolder(folder / "second")) {
    first.expect<run::Ready>();
    second.expect<run::Ready>();
}

Trial tryThere(const graph::Manifest& manifest, const Sample& sample, Workers& workers) {
    Bench bench(manifest, sample);
    bench.publishInputs();
    Trial trial;
    if (manifest.kind != NodeKind::Codec) {
        bench.note(workers.first.run(bench.chain()), trial);
        return trial;
    }
    const Hash decode = bench.chain().tasks.back().key;
    std::erase(bench.chain().wanted, decode);
    std::erase(bench.chain().publish, decode);
    bench.note(workers.first.run(bench.chain()), trial);
    if (trial.failure) return trial;
    for (const Hash& task : bench.chain().wanted)
        bench.chain().streams[task] = bench.chain().staging / task.hex();
    bench.chain().wanted = bench.chain().publish = {decode};
    bench.note(workers.second.run(bench.chain()), trial);
    return trial;
}

std::string faultWhenStopped(const graph::Manifest& manifest, const Sample& sample) {
    Bench bench(manifest, sample);
    for (std::size_t position = 0; position < bench.chain().tasks.size(); ++position) {
        const std::string fault = faultWhenStopped(bench, position);
        if (!fault.empty()) return toText(bench.chain().tasks[position].kind) + (": " + fault);
    }
    return "";
}

}  // namespace ratescope::contract
