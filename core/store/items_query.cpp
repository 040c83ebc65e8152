#include "core/error.h"
#include "core/store/connection.h"
#include "core/store/item_rows.h"
#include "core/store/query.h"
#include "core/store/reached.h"
#include "core/store/rows.h"
#include "core/store/stream_rows.h"
#include "core/store/swept_json.h"

#include <algorithm>
#include <array>

namespace ratescope::store {
namespace {

struct OrderColumn {
    const char* name;
    const char* index;
    bool mayBeMissing;
};

constexpr std::array<OrderColumn, 8> orderColumns = {{
    {"position", "item_planned", false},
    {"state", "item_state", false},
    {"series", "item_series", false},
    {"asset", "item_asset", false},
    {"seed", "item_seed", false},
    {"bytes", "item_bytes", true},
    {"encode_seconds", "item_encode_seconds", true},
    {"ended", "item_ended", true},
}};

constexpr std::int64_t fewRows = 10'000;

using KeyValue = decltype(PageKey::value);

/// A stretch of the index that is read from its beginning on: rows of the key's own value behind it, rows of
/// the values that follow, rows without a value. One condition each, so that each is a search in the index.
enum class Stretch { Same, Following, All, Missing, MissingBehind };

std::vector<Stretch> stretchesOf(const OrderColumn& column, const std::optional<PageKey>& after) {
    std::vector<Stretch> stretches;
    if (!after) {
        stretches = {Stretch::All};
    } else if (std::holds_alternative<std::monostate>(after->value)) {
        return {Stretch::MissingBehind};
    } else {
        stretches = {Stretch::Same, Stretch::Following};
    }
    if (column.mayBeMissing) stretches.push_back(Stretch::Missing);
    return stretches;
}

std::string conditionOf(Stretch stretch, const OrderColumn& column, bool descending) {
    const std::string name = column.name;
    const std::string behind = descending ? "<" : ">";
    switch (stretch) {
        case Stretch::Same:
            return name + " = ?6 AND id " + behind + " ?7";
        case Stretch::Following:
            return name + " " + behind + " ?6";
        case Stretch::All:
            return column.mayBeMissing ? name + " IS NOT NULL" : "1";
        case Stretch::Missing:
            return name + " IS NULL";
        case Stretch::MissingBehind:
            return name + " IS NULL AND id " + behind + " ?7";
    }
    return "0";
}

KeyValue keyValueOf(const Statement& rows, ItemOrder order) {
    if (rows.isNull(1)) return std::monostate{};
    if (order == ItemOrder::Asset) return rows.text(1);
    if (order == ItemOrder::EncodeSeconds) return rows.real(1);
    return rows.integer(1);
}

void requireKeyOf(ItemOrder order, const OrderColumn& column, const PageKey& key) {
    const bool fits = std::holds_alternative<std::monostate>(key.value) ? column.mayBeMissing
                      : order == ItemOrder::Asset         ? std::holds_alternative<std::string>(key.value)
                      : order == ItemOrder::EncodeSeconds ? std::holds_alternative<double>(key.value)
                                                          : std::holds_alternative<std::int64_t>(key.value);
    if (!fits)
        throw Error(ErrorKind::Usage, "The page key is of another column than the page.",
                    "Begin at the first page when the order changes.");
}

std::optional<std::int64_t> seriesId(Database& database, StudyId study, const std::string& slug) {
    Statement rows = database.query(
        "SELECT series.id FROM series JOIN branch ON branch.id = series.branch "
        "WHERE branch.study = ? AND series.slug = ?",
        study, slug);
    return rows.next() ? std::optional(rows.integer(0)) : std::nullopt;
}

class Paging {
  public:
    Paging(Database& database, StudyId study, const ItemFilter& filter, ItemOrder order, bool descending)
        : database_(database),
          study_(study),
          filter_(filter),
          order_(order),
          column_(orderColumns.at(static_cast<std::size_t>(order))),
          descending_(descending) {
        if (filter.series) series_ = seriesId(database, study, *filter.series);
    }

    std::vector<PageKey> keys(const std::optional<PageKey>& after, std::size_t limit) {
        std::vector<PageKey> keys;
        if (filter_.series && !series_) return keys;
        if (after) requireKeyOf(order_, column_, *after);
        for (const Stretch stretch : stretchesOf(column_, after)) {
            if (keys.size() >= limit) break;
            read(stretch, after, limit, keys);
        }
        return keys;
    }

  private:
    void read(Stretch stretch, const std::optional<PageKey>& after, std::size_t limit,
              std::vector<PageKey>& keys) {
        const std::string direction = descending_ ? " DESC" : "";
        std::string sql = "SELECT id, " + std::string(column_.name) + " FROM item INDEXED BY " + index() +
                          " WHERE study = ?1 AND orphaned = ?2 AND " +
                          conditionOf(stretch, column_, descending_);
        if (filter_.state) sql += " AND state = ?3";
        if (series_) sql += " AND series = ?4";
        if (filter_.asset) sql += " AND asset = ?5";
        sql += " ORDER BY " + std::string(column_.name) + direction + ", id" + direction + " LIMIT ?8";
        Statement rows = database_.prepare(sql);
        rows.bind(study_, filter_.orphaned).bindAt(8, static_cast<std::int64_t>(limit - keys.size()));
        if (filter_.state) rows.bindAt(3, static_cast<int>(*filter_.state));
        if (series_) rows.bindAt(4, *series_);
        if (filter_.asset) rows.bindAt(5, *filter_.asset);
        if (after) bindKey(rows, *after);
        while (rows.next())
            keys.push_back({keyValueOf(rows, order_), rows.integer(0)});
    }

    /// Few rows are found first, then ordered; many are met soon in the index that orders them.
    std::string index() const {
        if (filter_.asset) return "item_asset";
        if (!filter_.state) return column_.index;
        const std::int64_t rows = database_.integer(
            "SELECT n FROM state_count WHERE study = ? AND measurements = 0 AND orphaned = ? AND state = ?",
            study_, filter_.orphaned, static_cast<int>(*filter_.state));
        return rows <= fewRows ? "item_state" : column_.index;
    }

    void bindKey(Statement& rows, const PageKey& after) const {
        rows.bindAt(7, after.item);
        if (const auto* integer = std::get_if<std::int64_t>(&after.value)) rows.bindAt(6, *integer);
        if (const auto* real = std::get_if<double>(&after.value)) rows.bindAt(6, *real);
        if (const auto* text = std::get_if<std::string>(&after.value)) rows.bindAt(6, *text);
    }

    Database& database_;
    StudyId study_;
    const ItemFilter& filter_;
    ItemOrder order_;
    const OrderColumn& column_;
    bool descending_;
    std::optional<std::int64_t> series_;
};

std::optional<std::int64_t> optionalInteger(const Statement& rows, int column) {
    return rows.isNull(column) ? std::nullopt : std::optional(rows.integer(column));
}

ItemRow readItem(Database& database, ItemId id) {
    if (std::optional<ItemRow> row = findItemRow(database, id)) return *std::move(row);
    throw Error(ErrorKind::Usage, "There is no item " + std::to_string(id) + " in the library.",
                "Give an id that the list of items shows.");
}

std::vector<ScoreRow> scoresOf(Database& database, MeasurementId measurement, std::int64_t measure) {
    std::vector<ScoreRow> scores;
    for (const graph::Metric& metric : readMetrics(database, measure)) {
        Statement rows = database.query(
            "SELECT value, s0, s1 FROM score WHERE measurement = ? AND metric = ?", measurement, metric.id);
        if (rows.next()) scores.push_back({metric, rows.real(0), rows.real(1), rows.real(2)});
    }
    return scores;
}

}  // namespace

std::optional<ItemRow> findItemRow(Database& database, ItemId id) {
    Statement rows = database.query(
        "SELECT branch.slug, branch.title, series.slug, series.title, item.asset, point.swept, item.seed, "
        "item.state, item.orphaned, failure.reason, item.bytes, item.bits, item.searched_bits, "
        "item.encode_seconds, item.decode_seconds, item.timed, item.peak_memory, item.started, item.ended, "
        "item.notes FROM item JOIN point ON point.id = item.point JOIN series ON series.id = point.series "
        "JOIN branch ON branch.id = series.branch LEFT JOIN item_failure AS failure ON failure.item = "
        "item.id "
        "WHERE item.id = ?",
        id);
    if (!rows.next()) return std::nullopt;
    ItemRow item;
    item.id = id;
    item.branch = rows.text(0);
    item.branchTitle = rows.text(1);
    item.series = rows.text(2);
    item.seriesTitle = rows.text(3);
    item.asset = rows.text(4);
    item.values = fromSweptJson(rows.text(5));
    item.seed = rows.natural(6);
    item.state = static_cast<State>(rows.integer(7));
    item.orphaned = rows.integer(8) != 0;
    item.reason = rows.text(9);
    item.bytes = rows.optionalNatural(10);
    item.bits = rows.optionalNatural(11);
    item.searchedBits = rows.optionalNatural(12);
    item.encodeSeconds = rows.optionalReal(13);
    item.decodeSeconds = rows.optionalReal(14);
    item.timed = rows.integer(15) != 0;
    item.peakMemory = rows.optionalNatural(16);
    item.started = optionalInteger(rows, 17);
    item.ended = optionalInteger(rows, 18);
    item.notes = rows.text(19);
    item.reached = readReach(database, id);
    return item;
}

ItemsPage itemsPage(const Library& library, StudyId study, const ItemFilter& filter, ItemOrder order,
                    bool descending, const std::optional<PageKey>& after, std::size_t limit) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    std::vector<PageKey> keys = Paging(database, study, filter, order, descending).keys(after, limit + 1);
    const bool more = keys.size() > limit;
    if (more) keys.resize(limit);
    ItemsPage page;
    for (const PageKey& key : keys)
        page.rows.push_back(readItem(database, key.item));
    if (more && !keys.empty()) page.next = keys.back();
    return page;
}

ItemRow item(const Library& library, ItemId id) {
    const Snapshot snapshot(*library.connection().database);
    return readItem(*library.connection().database, id);
}

std::vector<MeasurementRow> measurementsOf(const Library& library, ItemId item) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    readItem(database, item);
    std::vector<MeasurementRow> measurements;
    Statement rows = database.query(
        "SELECT measurement.id, measure.node, measurement.state, measurement.orphaned, measurement.counts, "
        "artefact.hash, measurement.seconds, measure.id FROM measurement "
        "JOIN measure ON measure.id = measurement.measure "
        "LEFT JOIN artefact ON artefact.id = measurement.samples WHERE measurement.item = ? "
        "ORDER BY measure.position, measurement.id",
        item);
    while (rows.next()) {
        MeasurementRow row;
        row.id = rows.integer(0);
        row.node = rows.text(1);
        row.state = static_cast<State>(rows.integer(2));
        row.orphaned = rows.integer(3) != 0;
        row.counts = readCounts(database, optionalInteger(rows, 4));
        if (!rows.isNull(5)) row.samples = rows.hash(5);
        row.seconds = rows.optionalReal(6);
        row.failure = readFailure(database, FailureOf::Measurement, row.id);
        row.scores = scoresOf(database, row.id, rows.integer(7));
        measurements.push_back(std::move(row));
    }
    return measurements;
}

std::vector<StreamRecord> streamsOf(const Library& library, ItemId item) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    readItem(database, item);
    std::vector<StreamRecord> streams;
    Statement rows = database.query("SELECT task FROM item_stream WHERE item = ? ORDER BY position", item);
    while (rows.next())
        if (std::optional<StreamRecord> stream = findStreamRow(database, rows.hash(0)))
            streams.push_back(std::move(*stream));
    return streams;
}

std::optional<Failure> failureOf(const Library& library, ItemId item) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    readItem(database, item);
    return readFailure(database, FailureOf::Item, item);
}

std::optional<Environment> environmentOf(const Library& library, ItemId item) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    readItem(database, item);
    Statement rows = database.query("SELECT environment FROM item WHERE id = ?", item);
    if (!rows.next() || rows.isNull(0)) return std::nullopt;
    return readEnvironment(database, rows.integer(0));
}

std::vector<Environment> environmentsOf(const Library& library, StudyId study) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    std::vector<Environment> environments;
    Statement rows = database.query(
        "SELECT DISTINCT environment FROM item WHERE study = ? AND orphaned = 0 AND environment IS NOT NULL "
        "ORDER BY environment",
        study);
    while (rows.next())
        if (std::optional<Environment> environment = readEnvironment(database, rows.integer(0)))
            environments.push_back(std::move(*environment));
    return environments;
}

std::vector<FailureRow> Library::failures(std::optional<StudyId> study, std::size_t limit) const {
    Database& database = *connection_->database;
    const Snapshot snapshot(database);
    std::vector<FailureRow> failures;
    const auto read = [&](Statement rows, FailureOf what) {
        while (failures.size() < limit && rows.next()) {
            std::optional<Failure> failure = readFailure(database, what, rows.integer(0));
            failures.push_back({rows.text(1), rows.text(2), rows.text(3), rows.text(4),
                                fromSweptJson(rows.text(5)), rows.natural(6), failure.value_or(Failure{})});
        }
    };
    for (const StudyRecord& record : studies()) {
        if (study && *study != record.id) continue;
        read(database.query(
                 "SELECT item.id, ?2, series.slug, item.asset, '', point.swept, item.seed FROM item "
                 "JOIN point ON point.id = item.point JOIN series ON series.id = point.series "
                 "WHERE item.study = ?1 AND item.orphaned = 0 AND item.state = 3 ORDER BY item.id",
                 record.id, record.name),
             FailureOf::Item);
        read(database.query(
                 "SELECT measurement.id, ?2, series.slug, item.asset, measure.node, point.swept, item.seed "
                 "FROM measurement JOIN measure ON measure.id = measurement.measure "
                 "JOIN item ON item.id = measurement.item JOIN point ON point.id = item.point "
                 "JOIN series ON series.id = point.series WHERE measurement.study = ?1 "
                 "AND measurement.orphaned = 0 AND measurement.state = 3 ORDER BY measurement.id",
                 record.id, record.name),
             FailureOf::Measurement);
    }
    return failures;
}

namespace {

/// Rows of study, node, name, key and the artefact's hash.
std::vector<TableRecord> tablesIn(const Library& library, Statement rows) {
    std::vector<TableRecord> tables;
    while (rows.next()) {
        const std::vector<std::byte> csv = library.artefact(rows.hash(4));
        tables.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.hash(3),
                          std::string(reinterpret_cast<const char*>(csv.data()), csv.size())});
    }
    return tables;
}

}  // namespace

std::vector<TableRecord> Library::tables(StudyId study) const {
    const Snapshot snapshot(*connection_->database);
    return tablesIn(*this, connection_->database->query(
                               "SELECT study, node, name, key, artefact.hash FROM study_table "
                               "JOIN artefact ON artefact.id = study_table.artefact WHERE study = ? "
                               "ORDER BY node, name",
                               study));
}

std::vector<TableRecord> tablesOf(const Library& library, ItemId item) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    readItem(database, item);
    return tablesIn(
        library,
        database.query(
            "SELECT (SELECT study FROM item WHERE id = ?1), node, name, task, artefact.hash FROM task_table "
            "JOIN artefact ON artefact.id = task_table.artefact WHERE task IN ("
            "SELECT task FROM item_stream WHERE item = ?1 UNION SELECT key FROM item WHERE id = ?1 "
            "UNION SELECT key FROM measurement WHERE item = ?1 AND orphaned = 0 "
            "UNION SELECT reach_score.task FROM reach_score "
            "JOIN measurement ON measurement.id = reach_score.measurement "
            "WHERE measurement.item = ?1 AND measurement.orphaned = 0) ORDER BY node, name",
            item));
}

}  // namespace ratescope::store
