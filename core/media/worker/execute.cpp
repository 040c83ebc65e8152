#include "core/media/worker/execute.h"

#include "core/buffer/aside_file.h"
#include "core/buffer/value_file.h"
#include "core/error.h"
#include "core/media/assets/asset.h"
#include "core/media/assets/map_file.h"
#include "core/media/worker/call.h"
#include "core/media/worker/kept_value.h"
#include "core/media/worker/process_limits.h"
#include "core/media/worker/stream_file.h"
#include "core/media/worker/table_csv.h"

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>
#include <vector>

namespace ratescope::media {
namespace {

/// A task's input failed; that one has been reported, its dependents are not.
struct InputFailed {};
/// The chain was cancelled.
struct Stopped {};

bool makesStream(run::TaskKind kind) {
    return kind == run::TaskKind::Encode || kind == run::TaskKind::Extract;
}

bool isTimed(run::TaskKind kind) {
    return makesStream(kind) || kind == run::TaskKind::Decode;
}

bool readsStream(run::TaskKind kind) {
    return kind == run::TaskKind::Extract || kind == run::TaskKind::Decode;
}

ByteSource sourceOf(const MappedFile& stream) {
    return ByteSource(stream.bytes, stream.owner);
}

Table rowsOf(const std::filesystem::path& file) {
    const MappedFile rows = mapFile(file);
    return tableFromCsv({reinterpret_cast<const char*>(rows.bytes.data()), rows.bytes.size()}, file.string());
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

class ChainRun {
  public:
    ChainRun(const run::Chain& chain, Plugins& plugins, ValueCache& cache, const std::atomic<bool>& cancelled,
             const Send& send)
        : chain_(chain),
          plugins_(plugins),
          cache_(cache),
          cancelled_(cancelled),
          send_(send),
          wanted_(chain.wanted.begin(), chain.wanted.end()),
          published_(chain.publish.begin(), chain.publish.end()),
          mapped_(chain.maps.begin(), chain.maps.end()),
          kept_(chain.keep.begin(), chain.keep.end()) {
        for (const run::Task& task : chain.tasks)
            tasks_.emplace(task.key, &task);
    }

    void run() {
        for (const run::Task& task : chain_.tasks)
            if (wanted_.count(task.key) || published_.count(task.key) || mapped_.count(task.key) ||
                keeps(task.key))
                attempt(task, [&] { have(task); });
        for (const run::WriteRequest& request : chain_.writes) {
            const run::Task& task = taskOf(request.value.task);
            attempt(task, [&] { write(task, request); });
        }
    }

  private:
    /// Does what the chain asks of the task; a failure that is not the task's own (of its values' publication
    /// or writing) is reported as the task's.
    template <typename Action>
    void attempt(const run::Task& task, Action action) {
        stopIfCancelled();
        try {
            action();
        } catch (const InputFailed&) {
        } catch (const Stopped&) {
            throw;
        } catch (...) {
            reportFailure(task);
        }
    }

    void reportFailure(const run::Task& task) {
        run::TaskReport report;
        report.chain = chain_.id;
        report.key = task.key;
        report.failure = failureOf(task, chain_.memoryLimit);
        failed_.insert(task.key);
        send_(report);
    }

    void stopIfCancelled() const {
        if (cancelled_) throw Stopped();
    }

    const run::Task& taskOf(const Hash& key) const {
        const auto found = tasks_.find(key);
        if (found == tasks_.end())
            throw Error(ErrorKind::Internal, "The chain lacks the task " + key.hex() + ".",
                        "Report this fault of Ratescope.");
        return *found->second;
    }

    const NodeEntry& entryOf(const run::Task& task) { return plugins_.node(task.library, task.type); }

    // --- resolving
    // --------------------------------------------------------------------------------------------

    /// Makes sure that the task has run, or that all it gives is there.
    void have(const run::Task& task) {
        if (failed_.count(task.key)) throw InputFailed();
        if (task.kind == run::TaskKind::Score || task.kind == run::TaskKind::Analyse ||
            (isTimed(task.kind) && chain_.repeats > 0) || keeps(task.key)) {
            ensureRun(task);
        } else if (makesStream(task.kind)) {
            stream(task.key);
        } else if (task.kind == run::TaskKind::Prepare) {
            prepared(task);
        } else {
            for (const graph::Port& port : entryOf(task).manifest.outputs)
                if (port.type != graph::PortType::Bitstream)
                    publish({task.key, port.id}, value({task.key, port.id}));
        }
    }

    bool keeps(const Hash& task) const {
        const auto first = kept_.lower_bound({task, ""});
        return first != kept_.end() && first->task == task;
    }

    void ensureRun(const run::Task& task) {
        if (!ran_.count(task.key)) runTask(task);
    }

    Value value(const run::TaskOutput& output) {
        if (const auto held = held_.find(output); held != held_.end()) return held->second;
        if (failed_.count(output.task)) throw InputFailed();
        if (std::optional<Value> found = existing(output)) return held_[output] = std::move(*found);
        ensureRun(taskOf(output.task));
        const auto made = held_.find(output);
        if (made == held_.end())
            throw Error(ErrorKind::Internal,
                        "The task " + taskOf(output.task).node + " has no output \"" + output.port + "\".",
                        "Report this fault of Ratescope.");
        return made->second;
    }

    /// From the memory cache, a kept or a published file; nothing if it is in none, or the published one is damaged.
    std::optional<Value> existing(const run::TaskOutput& output) {
        if (std::optional<Value> found = cache_.find(output)) return found;
        if (const auto given = chain_.values.find(output); given != chain_.values.end()) {
            Value found = fromParts(mapValueFile(given->second));
            cache_.insert(output, found);
            return found;
        }
        const std::filesystem::path file = valueFile(output);
        std::error_code ignored;
        if (!std::filesystem::exists(file, ignored)) return std::nullopt;
        try {
            Value found = fromParts(mapValueFile(file));
            cache_.insert(output, found);
            return found;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Input) throw;
            std::filesystem::remove(file, ignored);
            return std::nullopt;
        }
    }

    MappedFile stream(const Hash& key) {
        if (const auto held = streams_.find(key); held != streams_.end()) return held->second;
        if (failed_.count(key)) throw InputFailed();
        const auto given = chain_.streams.find(key);
        if (given != chain_.streams.end()) return streams_[key] = mapStream(given->second);
        ensureRun(taskOf(key));
        return streams_.at(key);
    }

    Prepared prepared(const run::Task& task) {
        const Value index = value({task.key, preparedPort});
        Prepared prepared;
        prepared.counts = countsOf(index);
        for (const std::string& name : valueNames(index))
            prepared.values[name] = value({task.key, name});
        for (const auto& [name, part] : prepared.values)
            publish({task.key, name}, part);
        publish({task.key, preparedPort}, index);
        // Its counts are needed with each measurement, also when another run of the study prepared it.
        if (ran_.insert(task.key).second) {
            run::TaskReport report;
            report.chain = chain_.id;
            report.key = task.key;
            for (const Count& count : prepared.counts)
                report.counts[count.name] = count.value;
            send_(report);
        }
        return prepared;
    }

    bool isPrepare(const Hash& key) const {
        const auto found = tasks_.find(key);
        return found != tasks_.end() && found->second->kind == run::TaskKind::Prepare;
    }

    Arguments argumentsOf(const run::Task& task) {
        Arguments arguments;
        for (const auto& [port, outputs] : task.inputs)
            for (const run::TaskOutput& output : outputs)
                if (readsStream(task.kind) && port == "bitstream")
                    arguments.stream = sourceOf(stream(output.task));
                else if (task.kind != run::TaskKind::Score)
                    arguments.inputs.add(port, value(output));
                else if (isPrepare(output.task))
                    arguments.prepared = prepared(taskOf(output.task));
                else
                    arguments.candidate = value(output);
        if (readsStream(task.kind) && !arguments.stream)
            throw Error(ErrorKind::Internal, "The task " + task.node + " names no bitstream.",
                        "Report this fault of Ratescope.");
        if (task.kind == run::TaskKind::Analyse) arguments.rows = rowsOf(task.file);
        return arguments;
    }

    // --- running -------------------------------------------------------------------------------------------

    /// Runs the task and reports it. Throws InputFailed when it or one of its inputs failed.
    void runTask(const run::Task& task) {
        stopIfCancelled();
        if (failed_.count(task.key)) throw InputFailed();
        reporting(task, [&](run::TaskReport& report) {
            const Arguments arguments = argumentsOf(task);
            if (runTogether(task, arguments)) return;
            call(task, report, [&](const NodeEntry& entry, TaskContext& context) {
                Outcome outcome = timedCall(entry, task, arguments, context, report.seconds);
                report.peakMemory = peakMemory();
                keep(entry, task, arguments, context, std::move(outcome), report);
            });
        });
        if (!failed_.count(task.key)) return;
        stopIfCancelled();
        throw InputFailed();
    }

    /// Reports what the action makes of the task, unless it has been reported in the meantime.
    template <typename Action>
    void reporting(const run::Task& task, Action action) {
        run::TaskReport report;
        report.chain = chain_.id;
        report.key = task.key;
        try {
            action(report);
        } catch (const InputFailed&) {
            failed_.insert(task.key);
            throw;
        } catch (const Stopped&) {
            throw;
        } catch (...) {
            report.failure = failureOf(task, chain_.memoryLimit);
        }
        if (!ran_.insert(task.key).second) return;
        if (report.failure) failed_.insert(task.key);
        send_(report);
    }

    template <typename Action>
    void call(const run::Task& task, run::TaskReport& report, Action action) {
        TaskContext context(chain_, task, cancelled_, send_);
        resetPeakMemory();
        try {
            action(entryOf(task), context);
            context.removeCheckpoints();
        } catch (...) {
            report.log = context.lastLines();
            throw;
        }
        report.log = context.lastLines();
    }

    /// Runs and reports the task with others of the chain that its node takes in the same call. False when there is
    /// none, or the call failed: then each is called alone.
    bool runTogether(const run::Task& task, const Arguments& arguments) {
        const NodeEntry& entry = entryOf(task);
        if (alone_.count(task.key) || chain_.repeats > 0) return false;
        std::vector<Call> calls{{&task, arguments}};
        for (const run::Task* const other : othersInCall(entry, task, chain_.tasks))
            if (isOpen(*other)) addCall(*other, calls);
        if (calls.size() == 1) return false;
        std::vector<Outcome> outcomes;
        double seconds = 0;
        try {
            TaskContext context(chain_, task, cancelled_, send_);
            resetPeakMemory();
            const auto start = std::chrono::steady_clock::now();
            outcomes = callTogether(entry, calls, context);
            seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        } catch (...) {
            if (cancelled_) throw;
            for (const Call& one : calls)
                alone_.insert(one.task->key);
            return false;
        }
        const std::uint64_t peak = peakMemory();
        for (std::size_t i = 0; i < calls.size(); ++i)
            reporting(*calls[i].task, [&](run::TaskReport& report) {
                report.seconds = seconds / static_cast<double>(calls.size());
                report.peakMemory = peak;
                call(*calls[i].task, report, [&](const NodeEntry&, TaskContext& context) {
                    keep(entry, *calls[i].task, calls[i].arguments, context, std::move(outcomes[i]), report);
                });
            });
        return true;
    }

    /// Neither run nor at hand.
    bool isOpen(const run::Task& task) {
        if (ran_.count(task.key) || failed_.count(task.key) || alone_.count(task.key)) return false;
        if (makesStream(task.kind)) return !streams_.count(task.key) && !chain_.streams.count(task.key);
        if (task.kind == run::TaskKind::Score) return wanted_.count(task.key) != 0;
        const auto& outputs = entryOf(task).manifest.outputs;
        return std::none_of(outputs.begin(), outputs.end(), [&](const graph::Port& port) {
            return port.type != graph::PortType::Bitstream && existing({task.key, port.id}).has_value();
        });
    }

    /// A task whose inputs can't be had is left for its own turn, which reports it. Getting them may run it.
    void addCall(const run::Task& task, std::vector<Call>& calls) {
        try {
            Arguments arguments = argumentsOf(task);
            if (isOpen(task)) calls.push_back({&task, std::move(arguments)});
        } catch (const Stopped&) {
            throw;
        } catch (...) {
            alone_.insert(task.key);
        }
    }

    /// The outcome of the first call; the time of its repeats if there are any, else its own.
    Outcome timedCall(const NodeEntry& entry, const run::Task& task, const Arguments& arguments,
                      TaskContext& context, double& seconds) {
        if (task.kind == run::TaskKind::Score && !wanted_.count(task.key)) return {};  // Only its map is.
        const auto once = [&](double& duration) {
            const auto start = std::chrono::steady_clock::now();
            Outcome outcome = callNode(entry, task, arguments, context);
            duration = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            return outcome;
        };
        Outcome outcome = once(seconds);
        if (!isTimed(task.kind) || chain_.repeats <= 0) return outcome;
        std::vector<double> times(static_cast<std::size_t>(chain_.repeats));
        for (double& time : times) {
            context.removeCheckpoints();
            once(time);
        }
        seconds = median(std::move(times));
        return outcome;
    }

    /// Stores what the call gave, and completes the report.
    void keep(const NodeEntry& entry, const run::Task& task, const Arguments& arguments, TaskContext& context,
              Outcome outcome, run::TaskReport& report) {
        if (outcome.stream) {
            run::StreamResult result =
                writeStream(chain_.staging / task.key.hex(), *outcome.stream, task.node);
            streams_[task.key] = mapStream(result.file);
            report.stream = std::move(result);
        }
        for (auto& [port, made] : outcome.values) {
            const run::TaskOutput output{task.key, port};
            publish(output, made);
            if (run::keepsValues(entry.manifest.kind))
                report.values.push_back(storeValue(chain_.staging, output, made));
            if (kept_.count(output)) report.kept.push_back(keepValue(chain_.staging, output, made));
            cache_.insert(output, made);
            held_[output] = std::move(made);
        }
        if (mapped_.count(task.key)) {
            const Value map = callMap(entry, task, arguments, context);
            writeValueFile(valueFile({task.key, "map"}), toParts(map));
            if (const auto range = mapRange(map)) report.mapRange = {range->low, range->high};
        }
        for (const Count& count : outcome.counts)
            report.counts[count.name] = count.value;
        for (const Score& score : outcome.scores)
            report.scores.push_back({score.metric, score.s0, score.s1});
        for (const auto& [name, table] : context.tables())
            report.tables[name] = toCsv(table);
        for (const auto& [name, table] : outcome.tables)
            report.tables[name] = toCsv(table);
    }

    // --- giving away ---------------------------------------------------------------------------------------

    std::filesystem::path valueFile(const run::TaskOutput& output) const {
        return chain_.cache / (output.task.hex() + "." + output.port);
    }

    void publish(const run::TaskOutput& output, const Value& made) const {
        std::error_code ignored;
        const std::filesystem::path file = valueFile(output);
        if (published_.count(output.task) && !std::filesystem::exists(file, ignored))
            writeValueFile(file, toParts(made));
    }

    void write(const run::Task& task, const run::WriteRequest& request) {
        if (task.kind == run::TaskKind::Score) return writeMap(value(request.value), request.file);
        if (!makesStream(task.kind)) return writeAsset(value(request.value), request.file);
        AsideFile file(request.file);
        file.write(stream(task.key).bytes);
        file.commit();
    }

    const run::Chain& chain_;
    Plugins& plugins_;
    ValueCache& cache_;
    const std::atomic<bool>& cancelled_;
    const Send& send_;
    const std::set<Hash> wanted_, published_, mapped_;
    const std::set<run::TaskOutput> kept_;
    std::map<Hash, const run::Task*> tasks_;
    std::map<run::TaskOutput, Value> held_;  ///< all that the chain has used: nothing is made twice
    std::map<Hash, MappedFile> streams_;
    std::set<Hash> ran_, failed_;
    std::set<Hash> alone_;  ///< tasks that are not taken into a call with others any more
};

}  // namespace

void runChain(const run::Chain& chain, Plugins& plugins, ValueCache& cache,
              const std::atomic<bool>& cancelled, const Send& send) {
    cache.setCapacity(chain.cacheMemory);
    cv::setNumThreads(chain.threads);
    const AddressSpaceLimit limit(chain.memoryLimit);
    try {
        ChainRun(chain, plugins, cache, cancelled, send).run();
    } catch (const Stopped&) {
    }
}

}  // namespace ratescope::media
