#include "tests/contract/trial.h"

#include "core/buffer/value_file.h"
#include "core/error.h"
#include "core/media/assets/table_file.h"
#include "core/media/node/canonical_hash.h"
#include "core/media/worker/call.h"
#include "core/media/worker/execute.h"
#include "tests/core/media/worker/chain_builder.h"

#include <algorithm>
#include <cstdio>

namespace ratescope::contract {
namespace {

using namespace media;
using graph::NodeKind;
using run::TaskKind;

/// The tasks of one node on one sample. Inputs stand in for values of tasks that are not in the chain.
class Bench {
  public:
    Bench(const graph::Manifest& manifest, const Sample& sample) : manifest_(manifest), sample_(sample) {
        addTasks();
        for (const run::Task& task : builder_.chain.tasks) {
            builder_.chain.wanted.push_back(task.key);
            builder_.chain.publish.push_back(task.key);
        }
    }

    run::Chain& chain() { return builder_.chain; }
    Plugins& plugins() { return builder_.plugins; }

    void holdInputs(ValueCache& cache) const {
        forEachInput([&](const run::TaskOutput& output, const Value& value) { cache.insert(output, value); });
    }
    void publishInputs() const {
        forEachInput([&](const run::TaskOutput& output, const Value& value) {
            writeValueFile(builder_.chain.cache / (output.task.hex() + "." + output.port), toParts(value));
        });
    }
    bool inputsChanged() const {
        bool changed = false;
        forEachInput([&](const run::TaskOutput& output, const Value& value) {
            changed = changed || canonicalHash(value) != output.task;
        });
        return changed;
    }

    /// Takes the reports down; values are read from where they were published.
    void note(const std::vector<run::TaskReport>& reports, Trial& trial) const {
        for (const run::TaskReport& report : reports) {
            if (report.failure) {
                trial.failure = report.failure;
                return;
            }
            const run::Task& task = builder_.task(report.key);
            trial.exact[(task.file.empty() ? "key " : "key by file ") + std::string(run::toText(task.kind))] =
                report.key.hex();
            if (report.stream) trial.exact[streamName(task.kind)] = report.stream->hash.hex();
            for (const auto& [name, count] : report.counts)
                trial.exact["count " + name] = std::to_string(count);
            for (const auto& [name, csv] : report.tables)
                trial.exact["table " + name] = sha256(csv).hex();
            for (const run::MetricScore& score : report.scores)
                noteScore(score, trial);
            noteOutputs(task, trial);
        }
    }

  private:
    template <typename Action>
    void forEachInput(Action action) const {
        for (const auto& [output, value] : values_)
            action(output, value);
    }

    std::vector<run::TaskOutput> wire(const std::string& port) {
        std::vector<run::TaskOutput> outputs;
        for (const Value& value : sample_.inputs.at(port)) {
            outputs.push_back({canonicalHash(value), "value"});
            values_.emplace(outputs.back(), value);
        }
        return outputs;
    }

    Wires wires(const std::vector<graph::PortRole>& roles) {
        Wires found;
        for (const graph::Port& port : manifest_.inputs)
            if (port.required && std::find(roles.begin(), roles.end(), port.role) != roles.end())
                found[port.id] = wire(port.id);
        return found;
    }

    void addTasks() {
        using enum graph::PortRole;
        const std::string& id = manifest_.id;
        const std::optional<std::uint64_t> seed =
            manifest_.usesSeed ? std::optional<std::uint64_t>(7) : std::nullopt;
        switch (manifest_.kind) {
            case NodeKind::Codec:
                builder_.code(id, sample_.settings, wires({Coded, Encoder, Shared}), wires({Shared}));
                break;
            case NodeKind::Measure:
                addMeasure();
                break;
            case NodeKind::Source:
                builder_.add(TaskKind::Source, id, {}, {}, seed, sample_.index);
                nameFile();
                break;
            case NodeKind::Analysis:
                builder_.add(TaskKind::Analyse, id, {}, {}, seed);
                nameFile();
                break;
            default:
                builder_.add(TaskKind::Transform, id, sample_.settings, wires({Value}), seed);
        }
    }

    void addMeasure() {
        const Hash prepare = builder_.add(TaskKind::Prepare, manifest_.id, sample_.settings,
                                          wires({graph::PortRole::Reference}));
        Wires inputs = wires({graph::PortRole::Candidate});
        inputs["prepared"] = {{prepare, preparedPort}};
        builder_.add(TaskKind::Score, manifest_.id, sample_.settings, inputs);
    }

    void nameFile() {
        if (sample_.file.empty()) return;
        run::Task& task = builder_.chain.tasks.back();
        task.file = sample_.file;
        std::error_code missing;
        if (std::filesystem::exists(task.file, missing)) task.fileHash = sha256OfFile(task.file);
        task.key = run::keyOf(task, manifest_);
    }

    static std::string streamName(TaskKind kind) {
        return kind == TaskKind::Extract ? "extracted bitstream" : "bitstream";
    }

    static void noteScore(const run::MetricScore& score, Trial& trial) {
        char text[80];
        std::snprintf(text, sizeof text, "%a %a", score.s0, score.s1);
        trial.exact["score " + score.metric] = text;
        trial.scores[score.metric + " s0"] = score.s0;
        trial.scores[score.metric + " s1"] = score.s1;
    }

    void noteOutputs(const run::Task& task, Trial& trial) const {
        if (task.kind != TaskKind::Source && task.kind != TaskKind::Transform &&
            task.kind != TaskKind::Decode)
            return;
        for (const graph::Port& port : manifest_.outputs) {
            if (port.type == graph::PortType::Bitstream) continue;
            const auto file = builder_.chain.cache / (task.key.hex() + "." + port.id);
            trial.exact["output " + port.id] = canonicalHash(fromParts(mapValueFile(file))).hex();
        }
    }

    ChainBuilder builder_;
    const graph::Manifest& manifest_;
    const Sample& sample_;
    std::map<run::TaskOutput, Value> values_;
};

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

std::string tryCancelled(const graph::Manifest& manifest, const Sample& sample) {
    Bench bench(manifest, sample);
    const run::Task& task = bench.chain().tasks.front();
    Arguments arguments;
    for (const graph::Port& port : manifest.inputs) {
        if (!port.required || port.role == graph::PortRole::Candidate) continue;
        for (const Value& value : sample.inputs.at(port.id))
            arguments.inputs.add(port.id, value);
    }
    if (task.kind == TaskKind::Analyse) arguments.rows = readTable(sample.file);
    const std::atomic<bool> cancelled{true};
    const Send send = [](const run::FromWorker&) {};
    TaskContext context(bench.chain(), task, cancelled, send);
    try {
        callNode(bench.plugins().node(task.library, task.type), task, arguments, context);
    } catch (const Error& error) {
        return toText(error.kind());
    }
    return "";
}

}  // namespace ratescope::contract
