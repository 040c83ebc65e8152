#pragma once

// The rows of a library, as the rest of the program sees them.

#include "core/graph/manifest.h"
#include "core/graph/value.h"
#include "core/hash.h"
#include "core/run/protocol.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::store {

using StudyId = std::int64_t;
using ItemId = std::int64_t;
using MeasurementId = std::int64_t;

enum class State { Pending, Running, Done, Failed, Cancelled, Interrupted };
const char* toText(State state);

/// Rows by state, in the order of State.
struct StateCounts {
    std::array<std::int64_t, 6> of{};
    std::int64_t operator[](State state) const { return of[static_cast<std::size_t>(state)]; }
    std::int64_t total() const;
};

struct StudyRecord {
    StudyId id = 0;
    std::string documentId;  ///< permanent; names the study
    std::string name;        ///< for --study
    std::string title;
    std::string document;             ///< JSON, as submitted
    std::filesystem::path directory;  ///< what relative paths in it start from
    std::string notes;
    std::vector<std::string> tags;
};

/// Why something failed.
struct Failure {
    ErrorKind kind = ErrorKind::Internal;
    std::string what, remedy, log;
};

/// A measure applied to an item.
struct PlannedMeasurement {
    std::string node;  ///< slug of the measure
    Hash key;          ///< item key + the measure's task key
    std::vector<graph::Metric> metrics;
};

/// A row that the document asks for.
struct PlannedItem {
    std::string branch, branchTitle;
    std::string series, seriesTitle;
    std::string asset;
    std::vector<std::pair<std::string, graph::ParameterValue>> values;  ///< swept columns of the row
    std::uint64_t seed = 0;
    Hash key;                   ///< of the candidate's task
    std::vector<Hash> streams;  ///< tasks whose streams count, outermost last (nested: only that one)
    std::vector<PlannedMeasurement> measurements;
    /// It is to reach something: its key names what it asks for, and its streams are known once it has.
    bool isReach = false;
    std::optional<std::string>
        reconstruction;  ///< the candidate's output, if its value is to be kept as a file
};

/// What a reach item has come to.
struct ReachRecord {
    std::string parameter;        ///< "jpeg.quality"
    graph::ParameterValue value;  ///< an integer or a real
    double quantity = 0;          ///< of the rate or metric asked for
    int runs = 0;
    bool within = false;   ///< the target is met within the tolerance
    bool monotone = true;  ///< as far as was seen
    Hash candidate;        ///< task

    bool operator==(const ReachRecord&) const = default;
};

/// An item has found what it is to be.
struct ReachOutcome {
    ItemId item = 0;
    ReachRecord record;
    std::vector<Hash> streams;                           ///< tasks whose streams count, outermost last
    std::vector<Hash> probed;                            ///< tasks of all streams that were made to find it
    std::vector<std::pair<MeasurementId, Hash>> scores;  ///< its measurements and their score tasks
    bool keepsReconstruction = false;  ///< it is to be decoded, though another item has the result
};

/// What a score task gave.
struct KnownScore {
    std::map<std::string, std::uint64_t> counts;
    std::vector<run::MetricScore> scores;
};

/// What joined tables say of one asset of a branch.
struct AssetAttributes {
    std::string branch, asset;                                          ///< slug; name as in its items
    std::vector<std::pair<std::string, graph::ParameterValue>> values;  ///< by column
};

struct ReconciledMeasurement {
    MeasurementId id = 0;
    State state = State::Pending;
};

struct ReconciledItem {
    ItemId id = 0;
    State state = State::Pending;
    std::vector<ReconciledMeasurement> measurements;  ///< in the order planned
    std::optional<ReachRecord> reached;
};

/// What submitting changed (or, for a preview, would change).
struct Reconciliation {
    std::vector<ReconciledItem> items;  ///< in the order planned; empty for a preview
    std::int64_t itemsNew = 0, itemsReused = 0, itemsOrphaned = 0;
    std::int64_t itemsToRun = 0;  ///< of the new and the reused: neither done nor failed
    std::int64_t measurementsNew = 0, measurementsReused = 0, measurementsOrphaned = 0;
};

/// A stream that was made and is kept.
struct StreamRecord {
    Hash task;
    std::string node;
    Hash artefact;
    std::uint64_t bytes = 0;
    std::vector<run::StreamPart> parts, shared;
    double seconds = 0;
    std::uint64_t peakMemory = 0;
    std::map<std::string, std::string> libraries;  ///< foreign ones that made it: name → version
};

/// Values of a learner or experiment that are kept.
struct ValueRecord {
    StudyId study = 0;  ///< that asked for them
    Hash task;
    std::string node;
    double seconds = 0;
    std::uint64_t peakMemory = 0;
    std::map<std::string, std::string> libraries;  ///< foreign ones that made them: name → version
};

/// All that is recorded of where and how results were made; equal ones are stored once.
struct Environment {
    std::string version, commit;
    bool dirty = false;
    std::string patch;  ///< of a dirty program: what was changed (BuildInfo)
    std::string compiler, host, cpu, gpu, device, commandLine, documentHash;
    std::map<std::string, std::string> libraries;
    int threads = 1;
};

struct ItemOutcome {
    ItemId item = 0;
    State state = State::Done;
    std::optional<Failure> failure;
    double encodeSeconds = 0, decodeSeconds = 0;
    bool timed = false;  ///< medians of `--time`, taken alone
    std::uint64_t peakMemory = 0;
    std::int64_t started = 0, ended = 0;           ///< ms since the epoch
    std::map<std::string, std::string> libraries;  ///< foreign ones of its tasks: name → version
    std::optional<run::KeptValue> reconstruction;
};

struct MeasurementOutcome {
    MeasurementId measurement = 0;
    State state = State::Done;
    std::optional<Failure> failure;
    std::map<std::string, std::uint64_t> counts;
    std::vector<run::MetricScore> scores;
    std::optional<std::string> samples;  ///< CSV
    double seconds = 0;
    std::map<std::string, std::string> libraries;  ///< foreign ones of its tasks: name → version
};

/// A score that was made to find out what a reach item is to be; kept beside one of its measurements.
struct ProbeScore {
    MeasurementId beside = 0;
    Hash task;
    MeasurementOutcome outcome;
};

struct TableRecord {
    StudyId study = 0;
    std::string node, name;
    Hash key;
    std::string csv;
    bool ofTask = false;  ///< kept with what its task gave, beside the study's newest of that node and name
};

/// What one durable commit writes. Files of streams and values are in the staging folder.
struct Batch {
    std::vector<std::pair<run::StreamResult, StreamRecord>> streams;
    std::vector<std::pair<std::vector<run::ValueResult>, ValueRecord>> values;
    std::vector<ItemOutcome> items;
    std::vector<MeasurementOutcome> measurements;
    std::vector<ProbeScore> probes;
    std::vector<TableRecord> tables;

    bool empty() const {
        return streams.empty() && values.empty() && items.empty() && measurements.empty() && probes.empty() &&
               tables.empty();
    }
};

/// A failed item or measurement, for status.
struct FailureRow {
    std::string study, series, asset, node;  ///< node: the measure's slug, "" for the item itself
    std::vector<std::pair<std::string, graph::ParameterValue>> values;
    std::uint64_t seed = 0;
    Failure failure;
};

}  // namespace ratescope::store
