#pragma once

// What supervisor and worker say to each other: one JSON object a line, each with "v":1, over a socket that
// the worker inherits as file descriptor 3. The worker's standard output and error go to its log file, so a
// plugin that prints does no harm. A line that is not such an object is garbage: the worker is killed and its
// chain fails.
//
// supervisor → worker   run (Chain), cancel {id}, resources (ResourceQuery), quit
// worker → supervisor   ready {pid, buildId}, alive {id, task, fraction}, task (TaskReport), done {id},
//                       resources
//
// A worker runs one chain at a time. It resolves each wanted task from what it has: its memory cache, the
// published value file, the given stream or value, else by running the task's inputs and then the task. Each
// task that it runs or that fails is reported once; tasks that depend on a failed one are not reported.
// `done` closes the chain.
//
// In detail:
// - Chains may be sent while another runs; they wait. Cancelling one that waits is answered by its `done`; in
//   the one that runs, the task at hand is reported as failed (cancelled), the rest not at all, then `done`.
//   Quit cancels the chain at hand and drops those that wait. Resources are answered at any time.
// - `alive` comes when a task begins, always, so that a dead worker's task is known; then at most ten times
//   a second while the task makes calls of its context.
// - A score task has two inputs: its candidate, and the output "prepared" of a prepare task. That output, a
//   Table, names the prepare task's other outputs and holds its counts; it is cached and published like them.
//   A prepare task that the chain uses but need not run is reported too (0 seconds), for its counts.
// - Tasks in `publish` and `maps` count as wanted; of a score task that is in `maps` only, just the map is made.
//   A score, its map and the publication of values belong to the task: it is reported when they are done.
// - All values of learners and experiments are written into `staging` when they run, as streams are.
// - Tasks of values in `keep` count as wanted too, and run even when these values exist: their reports name the files.
// - A write that fails is reported as a failure of the task whose value it is, after that task's own report.
// - A chain may carry the tasks of several items. A node that takes several tasks in one call (TaskResources::batch)
//   gets those of the chain together; each is reported by itself, with its share of the time. Where the call fails,
//   each task is called alone.
// - With `repeats`, wanted encode, extract and decode tasks run also when their results exist; the first run is
//   not among those that the median is taken of. `seconds` is the node's own call: without reading inputs,
//   writing, hashing.
// - Each message's file names are absolute. The folders staging, cache, checkpoints and scratch exist.

#include "core/error.h"
#include "core/run/task.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ratescope::run {

inline constexpr int protocolVersion = 1;
inline constexpr int workerSocket = 3;

/// A value at an output of a task that is to be written as a file of a user's format, decided by the
/// file's extension ("png", "ppm", "safetensors"); a map as core/media/assets/map_file.h says; a Bitstream as it
/// is.
struct WriteRequest {
    TaskOutput value;
    std::filesystem::path file;
};

struct Chain {
    std::uint64_t id = 0;
    std::vector<Task> tasks;   ///< topological: inputs before users
    std::vector<Hash> wanted;  ///< tasks that must have run, or be reported failed, when the chain is done
    std::map<Hash, std::filesystem::path> streams;       ///< encode and extract results that exist already
    std::map<TaskOutput, std::filesystem::path> values;  ///< kept ones of learners and experiments
    std::vector<Hash>
        publish;  ///< tasks whose values other workers need: written as value files into `cache`
    std::vector<TaskOutput> keep;  ///< values written as files into `staging`, and reported with their tasks
    std::vector<WriteRequest> writes;   ///< carried out at the end
    std::vector<Hash> maps;             ///< score tasks whose map is published under its own key, port "map"
    std::filesystem::path staging;      ///< where streams are written: <staging>/<task key hex>
    std::filesystem::path cache;        ///< published values: <cache>/<task key hex>.<port>
    std::filesystem::path checkpoints;  ///< <checkpoints>/<task key hex>/<name>
    std::filesystem::path scratch;      ///< each task makes a folder of its own in it
    int threads = 1;
    std::string device = "cpu";
    std::uint64_t memoryLimit = 0;           ///< bytes of address space beyond the idle worker's; 0 for none
    std::uint64_t cacheMemory = 1ull << 30;  ///< bytes that the worker's memory cache may hold
    int repeats = 0;  ///< > 0: encode, extract and decode tasks run this often more; `seconds` is the median
};

/// Bits of a stream, as the ledger gave them (core/media/coding/ledger.h), without that room's types.
struct StreamPart {
    std::string name;
    std::uint64_t bits = 0;
    bool searched = false;
};

struct StreamResult {
    std::filesystem::path file;  ///< in staging
    Hash hash;
    std::uint64_t bytes = 0;
    std::vector<StreamPart> parts;
    std::vector<StreamPart> shared;
};

/// A value that is kept as a file: <task key hex>.<port>.<extension>. A picture is a PPM, PGM or PNG where that holds
/// all of it; anything else a mapped value file with the extension "value".
struct KeptValue {
    std::string port;
    std::filesystem::path file;  ///< in staging
    std::uint64_t bytes = 0;
};

/// A value of a learner or experiment, as a mapped value file.
struct ValueResult {
    std::string port;
    std::filesystem::path file;  ///< in staging
    Hash hash;                   ///< of the file
    std::uint64_t bytes = 0;
};

struct MetricScore {
    std::string metric;
    double s0 = 0, s1 = 0;
};

/// The values of a map that are black and white in its picture.
struct MapRange {
    double low = 0, high = 0;
};

struct TaskFailure {
    ErrorKind kind = ErrorKind::Internal;
    std::string what, remedy;
};

/// What running one task gave. Doubles travel as hexadecimal floating-point text, so that infinities and
/// every bit arrive.
struct TaskReport {
    std::uint64_t chain = 0;
    Hash key;
    double seconds = 0;
    std::uint64_t peakMemory = 0;  ///< bytes, of the worker since the task began
    std::optional<TaskFailure> failure;
    std::optional<StreamResult> stream;           ///< encode and extract
    std::vector<ValueResult> values;              ///< all outputs of learners and experiments
    std::vector<KeptValue> kept;                  ///< of its outputs in `keep`
    std::map<std::string, std::uint64_t> counts;  ///< prepare
    std::vector<MetricScore> scores;              ///< score
    std::optional<MapRange> mapRange;             ///< score with a map that has one value a pixel
    std::map<std::string, std::string>
        tables;       ///< name → CSV with a schema line; per-sample rows as "samples"
    std::string log;  ///< last lines
};

struct Alive {
    std::uint64_t chain = 0;
    Hash task;
    double fraction = 0;
};

struct Ready {
    std::int64_t pid = 0;
    std::string buildId;
};

struct Done {
    std::uint64_t chain = 0;
};

struct TaskResources {
    int threads = 1;
    int processes = 1;
    std::uint64_t memory = 0;
    bool exclusive = false;
    int batch = 1;                                 ///< tasks that the node takes in one call, at most
    std::map<std::string, std::string> libraries;  ///< foreign ones that the node uses: name → version
};

/// Asks what tasks need; only type, library and parameters of the tasks matter. Answered in the same order.
struct ResourceQuery {
    std::vector<Task> tasks;
};
struct ResourceAnswer {
    std::vector<TaskResources> resources;
    std::vector<std::optional<TaskFailure>> failures;
};

struct Cancel {
    std::uint64_t chain = 0;
};
struct Quit {};

using ToWorker = std::variant<Chain, Cancel, ResourceQuery, Quit>;
using FromWorker = std::variant<Ready, Alive, TaskReport, Done, ResourceAnswer>;

/// One line without the line end.
std::string encode(const ToWorker& message);
std::string encode(const FromWorker& message);
/// Throw Error(Internal) on anything that is not such a message.
ToWorker decodeToWorker(const std::string& line);
FromWorker decodeFromWorker(const std::string& line);

}  // namespace ratescope::run
