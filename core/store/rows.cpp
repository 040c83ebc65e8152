#include "core/store/rows.h"

#include "core/error.h"
#include "core/graph/names.h"

#include <nlohmann/json.hpp>

namespace ratescope::store {
namespace {

template <typename Enum>
Enum enumOf(const std::string& name) {
    if (const std::optional<Enum> value = graph::fromName<Enum>(name)) return *value;
    throw Error(ErrorKind::Library, "The library holds the unknown word \"" + name + "\" in a metric.",
                "Open it with the newer Ratescope that wrote it.");
}

const char* tableOf(FailureOf what) {
    return what == FailureOf::Item ? "item_failure" : "measurement_failure";
}

const char* ownerOf(FailureOf what) {
    return what == FailureOf::Item ? "item" : "measurement";
}

/// Text of a JSON field that may hold bytes which are no UTF-8 (host names and command lines come from
/// outside).
std::string dumped(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void writeFailure(Database& database, FailureOf what, std::int64_t id, const Failure& failure) {
    database.run(std::string("INSERT OR REPLACE INTO ") + tableOf(what) + " VALUES (?, ?, ?, ?, ?)", id,
                 toText(failure.kind), failure.what, failure.remedy, failure.log);
}

void removeFailure(Database& database, FailureOf what, std::int64_t id) {
    database.run(std::string("DELETE FROM ") + tableOf(what) + " WHERE " + ownerOf(what) + " = ?", id);
}

std::optional<Failure> readFailure(Database& database, FailureOf what, std::int64_t id) {
    Statement rows = database.query(std::string("SELECT kind, reason, remedy, log FROM ") + tableOf(what) +
                                        " WHERE " + ownerOf(what) + " = ?",
                                    id);
    if (!rows.next()) return std::nullopt;
    return Failure{errorKindFromText(rows.text(0)), rows.text(1), rows.text(2), rows.text(3)};
}

std::vector<graph::Metric> readMetrics(Database& database, std::int64_t measure) {
    std::vector<graph::Metric> metrics;
    Statement rows = database.query(
        "SELECT metric, title, unit, better, finish, pool, draw_unit, help FROM measure_metric "
        "WHERE measure = ? ORDER BY position",
        measure);
    while (rows.next())
        metrics.push_back({rows.text(0), rows.text(1), rows.text(2), enumOf<graph::Better>(rows.text(3)),
                           enumOf<graph::Finish>(rows.text(4)), enumOf<graph::Pool>(rows.text(5)),
                           rows.text(6), rows.text(7)});
    return metrics;
}

std::optional<std::int64_t> countSetOf(Database& database,
                                       const std::map<std::string, std::uint64_t>& counts) {
    if (counts.empty()) return std::nullopt;
    const std::string text = dumped(nlohmann::json(counts));
    if (const std::int64_t id = database.integer("SELECT id FROM count_set WHERE counts = ?", text))
        return id;
    database.run("INSERT INTO count_set (counts) VALUES (?)", text);
    const std::int64_t id = database.lastInsertId();
    for (const auto& [name, n] : counts)
        database.run("INSERT INTO count_entry VALUES (?, ?, ?)", id, name, n);
    return id;
}

std::map<std::string, std::uint64_t> readCounts(Database& database, std::optional<std::int64_t> countSet) {
    std::map<std::string, std::uint64_t> counts;
    if (!countSet) return counts;
    Statement rows = database.query("SELECT name, n FROM count_entry WHERE count_set = ?", *countSet);
    while (rows.next())
        counts.emplace(rows.text(0), rows.natural(1));
    return counts;
}

std::int64_t environmentRow(Database& database, const Environment& environment) {
    const std::string libraries = dumped(nlohmann::json(environment.libraries));
    const Hash digest = sha256(dumped(nlohmann::json{
        environment.version, environment.commit, environment.dirty, environment.compiler, environment.host,
        environment.cpu, environment.gpu, environment.device, environment.threads, libraries,
        environment.commandLine, environment.documentHash, environment.patch}));
    if (const std::int64_t id = database.integer("SELECT id FROM environment WHERE digest = ?", digest))
        return id;
    database.run(
        "INSERT INTO environment (digest, version, commit_id, dirty, compiler, host, cpu, gpu, device, "
        "threads, "
        "libraries, command_line, document_hash, patch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        digest, environment.version, environment.commit, environment.dirty, environment.compiler,
        environment.host, environment.cpu, environment.gpu, environment.device, environment.threads,
        libraries, environment.commandLine, environment.documentHash, environment.patch);
    return database.lastInsertId();
}

std::optional<Environment> readEnvironment(Database& database, std::int64_t id) {
    Statement rows = database.query(
        "SELECT version, commit_id, dirty, compiler, host, cpu, gpu, device, threads, libraries, "
        "command_line, "
        "document_hash, patch FROM environment WHERE id = ?",
        id);
    if (!rows.next()) return std::nullopt;
    Environment environment;
    environment.version = rows.text(0);
    environment.commit = rows.text(1);
    environment.dirty = rows.integer(2) != 0;
    environment.compiler = rows.text(3);
    environment.host = rows.text(4);
    environment.cpu = rows.text(5);
    environment.gpu = rows.text(6);
    environment.device = rows.text(7);
    environment.threads = static_cast<int>(rows.integer(8));
    const auto libraries = nlohmann::json::parse(rows.text(9), nullptr, false);
    if (libraries.is_object())
        for (const auto& [name, version] : libraries.items())
            if (version.is_string()) environment.libraries.emplace(name, version.get<std::string>());
    environment.commandLine = rows.text(10);
    environment.documentHash = rows.text(11);
    environment.patch = rows.text(12);
    return environment;
}

}  // namespace ratescope::store
