#include "core/curves/statistic.h"
#include "core/error.h"
#include "core/store/artefacts.h"
#include "core/store/connection.h"
#include "core/store/kept_values.h"
#include "core/store/reached.h"
#include "core/store/reconstructions.h"
#include "core/store/rows.h"
#include "core/store/summary.h"

namespace ratescope::store {
namespace {

/// Writes the rows of one batch inside the caller's transaction.
class BatchWriter {
  public:
    BatchWriter(Library::Connection& connection, IncomingArtefacts& artefacts)
        : database_(*connection.database), environment_(connection.environment), artefacts_(artefacts) {}

    void write(const run::StreamResult& result, const StreamRecord& record);
    void write(const std::vector<run::ValueResult>& values, const ValueRecord& record);
    void write(const ItemOutcome& outcome);
    void write(const MeasurementOutcome& outcome, const std::optional<Hash>& samples);
    void write(const ProbeScore& probe, const std::optional<Hash>& samples);
    void write(const TableRecord& table, const Hash& csv);

  private:
    struct Size {
        std::optional<std::uint64_t> bytes, bits, searchedBits;
        bool complete = true;
    };
    Size sizeOf(ItemId item);
    void keepReconstruction(ItemId item, const run::KeptValue& kept);
    /// The row of the environment with these libraries beside its own; nothing while none is set.
    std::optional<std::int64_t> environmentWith(const std::map<std::string, std::string>& libraries);
    void writeScores(const MeasurementOutcome& outcome);
    void noteRateDifferences(MeasurementId measurement);

    Database& database_;
    std::optional<Environment> environment_;
    std::map<std::map<std::string, std::string>, std::int64_t> environmentRows_;  ///< by libraries
    IncomingArtefacts& artefacts_;
};

std::optional<std::int64_t> BatchWriter::environmentWith(
    const std::map<std::string, std::string>& libraries) {
    if (!environment_) return std::nullopt;
    if (const auto row = environmentRows_.find(libraries); row != environmentRows_.end()) return row->second;
    Environment environment = *environment_;
    environment.libraries.insert(libraries.begin(), libraries.end());
    return environmentRows_[libraries] = environmentRow(database_, environment);
}

void BatchWriter::write(const run::StreamResult& result, const StreamRecord& record) {
    if (database_.integer("SELECT count(*) FROM stream WHERE task = ?", record.task) > 0) return;
    std::uint64_t bits = 0, searched = 0;
    for (const run::StreamPart& part : result.parts) {
        bits += part.bits;
        if (part.searched) searched += part.bits;
    }
    database_.run(
        "INSERT INTO stream (task, node, artefact, bytes, bits, searched_bits, seconds, peak_memory, "
        "environment) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        record.task, record.node, artefacts_.row(result.hash), result.bytes, bits, searched, record.seconds,
        record.peakMemory, environmentWith(record.libraries));
    const std::int64_t stream = database_.lastInsertId();
    for (const auto* parts : {&result.parts, &result.shared}) {
        std::int64_t position = 0;
        for (const run::StreamPart& part : *parts)
            database_.run("INSERT INTO stream_part VALUES (?, ?, ?, ?, ?, ?)", stream,
                          parts == &result.shared, position++, part.name, part.bits, part.searched);
    }
}

void BatchWriter::write(const std::vector<run::ValueResult>& values, const ValueRecord& record) {
    nameMadeValue(database_, record.study, record.task);
    for (const run::ValueResult& value : values)
        database_.run("INSERT OR IGNORE INTO kept_value VALUES (?, ?, ?, ?, ?, ?, ?)", record.task,
                      value.port, record.node, artefacts_.row(value.hash), record.seconds, record.peakMemory,
                      environmentWith(record.libraries));
}

BatchWriter::Size BatchWriter::sizeOf(ItemId item) {
    Size size;
    Statement rows = database_.query(
        "SELECT stream.bytes, stream.bits, stream.searched_bits FROM item_stream "
        "LEFT JOIN stream ON stream.task = item_stream.task WHERE item_stream.item = ?",
        item);
    while (rows.next()) {
        if (rows.isNull(0)) return {{}, {}, {}, false};
        size.bytes = size.bytes.value_or(0) + rows.natural(0);
        size.bits = size.bits.value_or(0) + rows.natural(1);
        size.searchedBits = size.searchedBits.value_or(0) + rows.natural(2);
    }
    return size;
}

void BatchWriter::write(const ItemOutcome& outcome) {
    ItemOutcome written = outcome;
    Size size;
    if (written.state == State::Done) {
        size = sizeOf(written.item);
        if (!size.complete) {
            written.state = State::Failed;
            written.failure = Failure{ErrorKind::Internal, "The item finished without its bitstream.",
                                      "Run it again; report it if that happens again.", ""};
        }
    }
    const bool done = written.state == State::Done;
    database_.run(
        "UPDATE item SET state = ?, bytes = ?, bits = ?, searched_bits = ?, encode_seconds = ?, "
        "decode_seconds = ?, timed = ?, peak_memory = ?, started = ?, ended = ?, environment = ? WHERE id = "
        "?",
        static_cast<int>(written.state), size.bytes, size.bits, size.searchedBits,
        done ? std::optional(written.encodeSeconds) : std::nullopt,
        done ? std::optional(written.decodeSeconds) : std::nullopt, done && written.timed, written.peakMemory,
        written.started, written.ended, environmentWith(written.libraries), written.item);
    if (done && written.reconstruction) keepReconstruction(written.item, *written.reconstruction);
    if (written.failure)
        writeFailure(database_, FailureOf::Item, written.item, *written.failure);
    else
        removeFailure(database_, FailureOf::Item, written.item);
}

void BatchWriter::keepReconstruction(ItemId item, const run::KeptValue& kept) {
    Statement rows = database_.query("SELECT key FROM item WHERE id = ?", item);
    if (!rows.next()) return;
    database_.run("UPDATE item SET reconstruction = ? WHERE id = ?",
                  reconstructionRow(database_, rows.hash(0), kept), item);
}

void BatchWriter::writeScores(const MeasurementOutcome& outcome) {
    const std::int64_t measure =
        database_.integer("SELECT measure FROM measurement WHERE id = ?", outcome.measurement);
    std::map<std::string, graph::Finish> finishes;
    for (const graph::Metric& metric : readMetrics(database_, measure))
        finishes.emplace(metric.id, metric.finish);
    database_.run("DELETE FROM score WHERE measurement = ?", outcome.measurement);
    for (const run::MetricScore& score : outcome.scores) {
        const auto finish = finishes.find(score.metric);
        if (finish == finishes.end())
            throw Error(ErrorKind::Plugin,
                        "The measure reported \"" + score.metric + "\", which its manifest does not name.",
                        "Update the plugin, or report it to its author.");
        const double value = curves::finish(finish->second, score.s0, score.s1);
        database_.run("INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?)", outcome.measurement,
                      score.metric, score.s0, score.s1, value);
    }
    for (const auto& [name, n] : outcome.counts)
        database_.run("INSERT OR IGNORE INTO measure_count VALUES (?, ?)", measure, name);
}

void BatchWriter::write(const MeasurementOutcome& outcome, const std::optional<Hash>& samples) {
    State state = outcome.state;
    std::optional<Failure> failure = outcome.failure;
    if (state == State::Done) {
        try {
            writeScores(outcome);
        } catch (const Error& error) {
            // What can't be finished is that measurement's fault: the rest of the batch stands.
            if (error.kind() != ErrorKind::Input && error.kind() != ErrorKind::Plugin) throw;
            state = State::Failed;
            failure = Failure{error.kind(), error.what(), error.remedy(), ""};
        }
    }
    const bool done = state == State::Done;
    if (!done) database_.run("DELETE FROM score WHERE measurement = ?", outcome.measurement);
    database_.run(
        "UPDATE measurement SET state = ?, counts = ?, samples = ?, seconds = ?, environment = ? WHERE id = "
        "?",
        static_cast<int>(state), done ? countSetOf(database_, outcome.counts) : std::nullopt,
        done && samples ? std::optional(artefacts_.row(*samples)) : std::nullopt,
        done ? std::optional(outcome.seconds) : std::nullopt, environmentWith(outcome.libraries),
        outcome.measurement);
    if (failure)
        writeFailure(database_, FailureOf::Measurement, outcome.measurement, *failure);
    else
        removeFailure(database_, FailureOf::Measurement, outcome.measurement);
    if (done && !outcome.counts.empty()) noteRateDifferences(outcome.measurement);
}

void BatchWriter::write(const ProbeScore& probe, const std::optional<Hash>& samples) {
    const std::optional<MeasurementId> row = addProbe(database_, probe);
    if (!row) return;
    MeasurementOutcome outcome = probe.outcome;
    outcome.measurement = *row;
    write(outcome, samples);
}

void BatchWriter::noteRateDifferences(MeasurementId measurement) {
    database_.run(
        "INSERT OR IGNORE INTO rate_difference SELECT a.study, x.name FROM measurement AS a "
        "JOIN measurement AS b ON b.item = a.item AND b.counts <> a.counts AND b.state = 2 AND b.orphaned = "
        "0 "
        "JOIN count_entry AS x ON x.count_set = a.counts "
        "JOIN count_entry AS y ON y.count_set = b.counts AND y.name = x.name AND y.n <> x.n "
        "WHERE a.id = ?",
        measurement);
}

void BatchWriter::write(const TableRecord& table, const Hash& csv) {
    const std::int64_t artefact = artefacts_.row(csv);
    database_.run("INSERT OR REPLACE INTO study_table VALUES (?, ?, ?, ?, ?)", table.study, table.node,
                  table.name, table.key, artefact);
    if (table.ofTask)
        database_.run("INSERT OR REPLACE INTO task_table VALUES (?, ?, ?, ?)", table.key, table.name,
                      table.node, artefact);
}

}  // namespace

void Library::setEnvironment(const Environment& environment) {
    connection_->requireWriter();
    connection_->environment = environment;
}

void Library::setState(std::span<const ItemId> items, State state) {
    connection_->requireWriter();
    const Relaxed relaxed(*connection_);
    Transaction transaction(*connection_->database, Transaction::Kind::Write);
    for (const ItemId item : items)
        connection_->database->run("UPDATE item SET state = ? WHERE id = ?", static_cast<int>(state), item);
    transaction.commit();
}

void Library::setMeasurementState(std::span<const MeasurementId> measurements, State state) {
    connection_->requireWriter();
    const Relaxed relaxed(*connection_);
    Transaction transaction(*connection_->database, Transaction::Kind::Write);
    for (const MeasurementId measurement : measurements)
        connection_->database->run("UPDATE measurement SET state = ? WHERE id = ?", static_cast<int>(state),
                                   measurement);
    transaction.commit();
}

void Library::commit(Batch& batch) {
    connection_->requireWriter();
    if (batch.empty()) return;
    IncomingArtefacts artefacts(*connection_);
    for (const auto& [result, record] : batch.streams)
        artefacts.add(result.hash, result.bytes, result.file);
    for (const auto& [values, record] : batch.values)
        for (const run::ValueResult& value : values)
            artefacts.add(value.hash, value.bytes, value.file);
    std::vector<std::optional<Hash>> samples, probeSamples;
    const auto add = [&](const MeasurementOutcome& outcome) {
        return outcome.samples ? std::optional(artefacts.add(*outcome.samples)) : std::nullopt;
    };
    for (const MeasurementOutcome& outcome : batch.measurements)
        samples.push_back(add(outcome));
    for (const ProbeScore& probe : batch.probes)
        probeSamples.push_back(add(probe.outcome));
    std::vector<Hash> csvs;
    for (const TableRecord& table : batch.tables)
        csvs.push_back(artefacts.add(table.csv));
    artefacts.flush();
    for (const ItemOutcome& outcome : batch.items)
        if (outcome.reconstruction) placeReconstruction(*connection_, *outcome.reconstruction);

    Transaction transaction(*connection_->database, Transaction::Kind::Write);
    BatchWriter writer(*connection_, artefacts);
    for (const auto& [result, record] : batch.streams)
        writer.write(result, record);
    for (const auto& [values, record] : batch.values)
        writer.write(values, record);
    for (const ItemOutcome& outcome : batch.items)
        writer.write(outcome);
    for (std::size_t i = 0; i < batch.measurements.size(); ++i)
        writer.write(batch.measurements[i], samples[i]);
    for (std::size_t i = 0; i < batch.probes.size(); ++i)
        writer.write(batch.probes[i], probeSamples[i]);
    for (std::size_t i = 0; i < batch.tables.size(); ++i)
        writer.write(batch.tables[i], csvs[i]);
    refreshSmall(*connection_->database);
    transaction.commit();
    artefacts.removeStaged();
}

}  // namespace ratescope::store
