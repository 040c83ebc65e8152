#include "core/store/schema.h"

#include "core/build_info.h"
#include "core/error.h"
#include "core/store/series_points.h"

#include <array>
#include <string>
#include <vector>

namespace ratescope::store {
namespace {

// States are the numbers of the enumeration State: the table `state` says them to people. The indices that
// order pages end with the columns that filters ask for, so that rows that do not pass are never looked up.
constexpr const char* tables = R"sql(
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE state (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
INSERT INTO state VALUES (0, 'pending'), (1, 'running'), (2, 'done'), (3, 'failed'), (4, 'cancelled'),
    (5, 'interrupted');
CREATE TABLE rate (id TEXT NOT NULL PRIMARY KEY, count_name TEXT NOT NULL, searched INTEGER NOT NULL) STRICT;
INSERT INTO rate VALUES ('bpp', 'pixels', 0), ('bpw-all', 'weights', 0),
    ('bpw-searched', 'searched-weights', 1);

CREATE TABLE environment (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    version TEXT NOT NULL, commit_id TEXT NOT NULL, dirty INTEGER NOT NULL, compiler TEXT NOT NULL,
    host TEXT NOT NULL, cpu TEXT NOT NULL, gpu TEXT NOT NULL, device TEXT NOT NULL, threads INTEGER NOT NULL,
    libraries TEXT NOT NULL, command_line TEXT NOT NULL, document_hash TEXT NOT NULL,
    patch TEXT NOT NULL DEFAULT '') STRICT;

CREATE TABLE study (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    document TEXT NOT NULL, directory TEXT NOT NULL, notes TEXT NOT NULL) STRICT;
CREATE TABLE tag (
    study INTEGER NOT NULL REFERENCES study ON DELETE CASCADE, tag TEXT NOT NULL,
    PRIMARY KEY (study, tag)) STRICT, WITHOUT ROWID;
CREATE TABLE branch (
    id INTEGER PRIMARY KEY,
    study INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
    slug TEXT NOT NULL, title TEXT NOT NULL, position INTEGER NOT NULL, UNIQUE (study, slug)) STRICT;
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    branch INTEGER NOT NULL REFERENCES branch ON DELETE CASCADE,
    slug TEXT NOT NULL, title TEXT NOT NULL, position INTEGER NOT NULL,
    points BLOB, UNIQUE (branch, slug)) STRICT;
CREATE TABLE point (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
    identity TEXT NOT NULL, swept TEXT NOT NULL, position INTEGER NOT NULL, expected INTEGER NOT NULL,
    UNIQUE (series, identity)) STRICT;

CREATE TABLE artefact (
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL, data BLOB) STRICT;
CREATE INDEX artefact_file ON artefact (hash, bytes) WHERE data IS NULL;
CREATE TABLE stream (
    id INTEGER PRIMARY KEY,
    task BLOB NOT NULL UNIQUE, node TEXT NOT NULL, artefact INTEGER NOT NULL REFERENCES artefact,
    bytes INTEGER NOT NULL, bits INTEGER NOT NULL, searched_bits INTEGER NOT NULL,
    seconds REAL NOT NULL, peak_memory INTEGER NOT NULL,
    environment INTEGER REFERENCES environment) STRICT;
CREATE INDEX stream_artefact ON stream (artefact);
CREATE TABLE stream_part (
    stream INTEGER NOT NULL REFERENCES stream ON DELETE CASCADE,
    shared INTEGER NOT NULL, position INTEGER NOT NULL,
    name TEXT NOT NULL, bits INTEGER NOT NULL, searched INTEGER NOT NULL,
    PRIMARY KEY (stream, shared, position)) STRICT, WITHOUT ROWID;

CREATE TABLE reconstruction (
    id INTEGER PRIMARY KEY, task BLOB NOT NULL, port TEXT NOT NULL, file TEXT NOT NULL, bytes INTEGER NOT NULL,
    UNIQUE (task, port)) STRICT;

CREATE TABLE item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    study INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
    series INTEGER NOT NULL,
    point INTEGER NOT NULL REFERENCES point ON DELETE CASCADE,
    asset TEXT NOT NULL, seed INTEGER NOT NULL, key BLOB NOT NULL,
    position INTEGER NOT NULL, orphaned INTEGER NOT NULL, state INTEGER NOT NULL,
    bits INTEGER, searched_bits INTEGER, bytes INTEGER,
    encode_seconds REAL, decode_seconds REAL, timed INTEGER NOT NULL DEFAULT 0, peak_memory INTEGER,
    started INTEGER, ended INTEGER,
    environment INTEGER REFERENCES environment,
    notes TEXT NOT NULL DEFAULT '',
    reconstruction INTEGER REFERENCES reconstruction,
    UNIQUE (point, asset, seed, key)) STRICT;
CREATE INDEX item_planned ON item (study, orphaned, position, id, state, series);
CREATE INDEX item_state ON item (study, orphaned, state, id, series);
CREATE INDEX item_series ON item (study, orphaned, series, id, state);
CREATE INDEX item_asset ON item (study, orphaned, asset, id, state, series);
CREATE INDEX item_seed ON item (study, orphaned, seed, id, state, series);
CREATE INDEX item_bytes ON item (study, orphaned, bytes, id, state, series);
CREATE INDEX item_encode_seconds ON item (study, orphaned, encode_seconds, id, state, series);
CREATE INDEX item_ended ON item (study, orphaned, ended, id, state, series);
CREATE INDEX item_running ON item (id) WHERE state = 1;
CREATE INDEX item_done ON item (key) WHERE state = 2;
CREATE INDEX item_reconstruction ON item (reconstruction) WHERE reconstruction IS NOT NULL;
CREATE TABLE item_failure (
    item INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE,
    kind TEXT NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL, log TEXT NOT NULL) STRICT;
CREATE TABLE item_stream (
    item INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
    position INTEGER NOT NULL, task BLOB NOT NULL,
    PRIMARY KEY (item, position)) STRICT, WITHOUT ROWID;

CREATE TABLE measure (
    id INTEGER PRIMARY KEY,
    study INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
    node TEXT NOT NULL, digest BLOB NOT NULL, position INTEGER NOT NULL, planned INTEGER NOT NULL,
    UNIQUE (study, node, digest)) STRICT;
CREATE TABLE measure_metric (
    measure INTEGER NOT NULL REFERENCES measure ON DELETE CASCADE,
    position INTEGER NOT NULL,
    metric TEXT NOT NULL, title TEXT NOT NULL, unit TEXT NOT NULL, better TEXT NOT NULL, finish TEXT NOT NULL,
    pool TEXT NOT NULL, draw_unit TEXT NOT NULL, help TEXT NOT NULL,
    PRIMARY KEY (measure, metric)) STRICT, WITHOUT ROWID;
CREATE TABLE count_set (id INTEGER PRIMARY KEY, counts TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE count_entry (
    count_set INTEGER NOT NULL REFERENCES count_set, name TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (count_set, name)) STRICT, WITHOUT ROWID;
CREATE TABLE measurement (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    study INTEGER NOT NULL,
    item INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
    measure INTEGER NOT NULL,
    key BLOB NOT NULL, orphaned INTEGER NOT NULL, state INTEGER NOT NULL,
    counts INTEGER REFERENCES count_set,
    samples INTEGER REFERENCES artefact,
    seconds REAL,
    environment INTEGER REFERENCES environment) STRICT;
CREATE INDEX measurement_item ON measurement (item);
CREATE INDEX measurement_state ON measurement (study, orphaned, state);
CREATE INDEX measurement_running ON measurement (id) WHERE state = 1;
CREATE INDEX measurement_done ON measurement (key) WHERE state = 2;
CREATE INDEX measurement_samples ON measurement (samples) WHERE samples IS NOT NULL;
CREATE TABLE measurement_failure (
    measurement INTEGER PRIMARY KEY REFERENCES measurement ON DELETE CASCADE,
    kind TEXT NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL, log TEXT NOT NULL) STRICT;
CREATE TABLE score (
    measurement INTEGER NOT NULL REFERENCES measurement ON DELETE CASCADE,
    metric TEXT NOT NULL, s0 REAL NOT NULL, s1 REAL NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (measurement, metric)) STRICT, WITHOUT ROWID;
CREATE TABLE measure_count (
    measure INTEGER NOT NULL REFERENCES measure ON DELETE CASCADE, count_name TEXT NOT NULL,
    PRIMARY KEY (measure, count_name)) STRICT, WITHOUT ROWID;
CREATE TABLE rate_difference (
    study INTEGER NOT NULL REFERENCES study ON DELETE CASCADE, count_name TEXT NOT NULL,
    PRIMARY KEY (study, count_name)) STRICT, WITHOUT ROWID;

CREATE TABLE summary (
    measure INTEGER NOT NULL REFERENCES measure ON DELETE CASCADE, metric TEXT NOT NULL, x TEXT NOT NULL,
    block INTEGER NOT NULL, sums BLOB NOT NULL, PRIMARY KEY (measure, metric, x, block)) STRICT, WITHOUT ROWID;
CREATE INDEX summary_block ON summary (block);
CREATE TABLE stale (point INTEGER PRIMARY KEY) STRICT;
CREATE TABLE state_count (
    study INTEGER NOT NULL, measurements INTEGER NOT NULL, orphaned INTEGER NOT NULL, state INTEGER NOT NULL,
    n INTEGER NOT NULL, PRIMARY KEY (study, measurements, orphaned, state)) STRICT, WITHOUT ROWID;

CREATE TABLE study_table (
    study INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
    node TEXT NOT NULL, name TEXT NOT NULL, key BLOB NOT NULL,
    artefact INTEGER NOT NULL REFERENCES artefact,
    PRIMARY KEY (study, node, name)) STRICT, WITHOUT ROWID;
CREATE TABLE imported_curve (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL, source TEXT NOT NULL, citation TEXT NOT NULL, data_set TEXT NOT NULL,
    rate TEXT NOT NULL, metric TEXT NOT NULL, metric_title TEXT NOT NULL, unit TEXT NOT NULL,
    better TEXT NOT NULL, pooling TEXT NOT NULL, UNIQUE (source, title, data_set, metric)) STRICT;
CREATE TABLE imported_point (
    curve INTEGER NOT NULL REFERENCES imported_curve ON DELETE CASCADE,
    position INTEGER NOT NULL, rate REAL NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (curve, position)) STRICT, WITHOUT ROWID;
CREATE TABLE file_hash (
    path TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, inode INTEGER NOT NULL, mtime INTEGER NOT NULL,
    hash BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE writer (
    id INTEGER PRIMARY KEY CHECK (id = 0), pid INTEGER NOT NULL, host TEXT NOT NULL,
    heartbeat INTEGER NOT NULL) STRICT;
)sql";

// Of items that are to reach something (their streams and scores are those of the task found, and of probes), and
// what tables say of assets. Since version 3.
constexpr const char* reachTables = R"sql(
CREATE TABLE item_reach (
    item INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE,
    parameter TEXT NOT NULL, value ANY NOT NULL, quantity REAL NOT NULL, runs INTEGER NOT NULL,
    within INTEGER NOT NULL, monotone INTEGER NOT NULL, candidate BLOB NOT NULL) STRICT;
CREATE INDEX item_reach_candidate ON item_reach (candidate);
CREATE TABLE reach_stream (
    item INTEGER NOT NULL REFERENCES item ON DELETE CASCADE, task BLOB NOT NULL,
    PRIMARY KEY (item, task)) STRICT, WITHOUT ROWID;
CREATE TABLE reach_score (
    measurement INTEGER PRIMARY KEY REFERENCES measurement ON DELETE CASCADE, task BLOB NOT NULL) STRICT;
CREATE INDEX reach_score_task ON reach_score (task);
CREATE TABLE asset_attribute (
    branch INTEGER NOT NULL REFERENCES branch ON DELETE CASCADE, asset TEXT NOT NULL, attributes TEXT NOT NULL,
    PRIMARY KEY (branch, asset)) STRICT, WITHOUT ROWID;
)sql";

// Values of learners and experiments, and the studies that ask or have asked for them. Since version 5.
constexpr const char* valueTables = R"sql(
CREATE TABLE kept_value (
    task BLOB NOT NULL, port TEXT NOT NULL, node TEXT NOT NULL,
    artefact INTEGER NOT NULL REFERENCES artefact,
    seconds REAL NOT NULL, peak_memory INTEGER NOT NULL,
    environment INTEGER REFERENCES environment,
    PRIMARY KEY (task, port)) STRICT, WITHOUT ROWID;
CREATE INDEX kept_value_artefact ON kept_value (artefact);
CREATE TABLE study_value (
    study INTEGER NOT NULL REFERENCES study ON DELETE CASCADE, task BLOB NOT NULL, orphaned INTEGER NOT NULL,
    PRIMARY KEY (study, task)) STRICT, WITHOUT ROWID;
CREATE INDEX study_value_task ON study_value (task);
)sql";

// What single tasks report beside their results. Since version 6.
constexpr const char* taskTables = R"sql(
CREATE TABLE task_table (
    task BLOB NOT NULL, name TEXT NOT NULL, node TEXT NOT NULL, artefact INTEGER NOT NULL REFERENCES artefact,
    PRIMARY KEY (task, name)) STRICT, WITHOUT ROWID;
CREATE INDEX task_table_artefact ON task_table (artefact);
)sql";

// Sums become stale by trigger, so that no way of changing a row can forget it.
constexpr const char* triggers = R"sql(
CREATE TRIGGER item_counted AFTER INSERT ON item BEGIN
    INSERT INTO state_count VALUES (new.study, 0, new.orphaned, new.state, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER item_uncounted AFTER DELETE ON item BEGIN
    UPDATE state_count SET n = n - 1
        WHERE study = old.study AND measurements = 0 AND orphaned = old.orphaned AND state = old.state;
END;
CREATE TRIGGER item_recounted AFTER UPDATE OF state, orphaned ON item
        WHEN old.state <> new.state OR old.orphaned <> new.orphaned BEGIN
    UPDATE state_count SET n = n - 1
        WHERE study = old.study AND measurements = 0 AND orphaned = old.orphaned AND state = old.state;
    INSERT INTO state_count VALUES (new.study, 0, new.orphaned, new.state, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER measurement_counted AFTER INSERT ON measurement BEGIN
    INSERT INTO state_count VALUES (new.study, 1, new.orphaned, new.state, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER measurement_uncounted AFTER DELETE ON measurement BEGIN
    UPDATE state_count SET n = n - 1
        WHERE study = old.study AND measurements = 1 AND orphaned = old.orphaned AND state = old.state;
END;
CREATE TRIGGER measurement_recounted AFTER UPDATE OF state, orphaned ON measurement
        WHEN old.state <> new.state OR old.orphaned <> new.orphaned BEGIN
    UPDATE state_count SET n = n - 1
        WHERE study = old.study AND measurements = 1 AND orphaned = old.orphaned AND state = old.state;
    INSERT INTO state_count VALUES (new.study, 1, new.orphaned, new.state, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER study_uncounted AFTER DELETE ON study BEGIN
    DELETE FROM state_count WHERE study = old.id;
END;
CREATE TRIGGER item_made_stale
        AFTER UPDATE OF state, orphaned, point, bits, searched_bits, encode_seconds, decode_seconds ON item
        WHEN old.state = 2 OR new.state = 2 BEGIN
    INSERT INTO stale VALUES (old.point) ON CONFLICT DO NOTHING;
    INSERT INTO stale VALUES (new.point) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER measurement_made_stale AFTER UPDATE OF state, orphaned, measure, counts ON measurement
        WHEN old.state = 2 OR new.state = 2 BEGIN
    INSERT INTO stale SELECT point FROM item WHERE id = new.item ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER measurement_added_stale AFTER INSERT ON measurement WHEN new.state = 2 BEGIN
    INSERT INTO stale SELECT point FROM item WHERE id = new.item ON CONFLICT DO NOTHING;
END;
)sql";

constexpr const char* views = R"sql(
CREATE VIEW v_items AS
SELECT item.id AS item, study.name AS study, branch.slug AS branch, branch.title AS branch_title,
    series.slug AS series, series.title AS series_title, item.position AS position, item.asset AS asset,
    point.swept AS swept, item.seed AS seed, state.name AS state, item.orphaned AS orphaned,
    failure.kind AS failure, failure.reason AS reason, failure.remedy AS remedy,
    item.bytes AS bytes, item.bits AS bits, item.searched_bits AS searched_bits,
    item.encode_seconds AS encode_seconds, item.decode_seconds AS decode_seconds, item.timed AS timed,
    item.peak_memory AS peak_memory, item.started AS started, item.ended AS ended,
    lower(hex(item.key)) AS item_key, item.notes AS notes,
    environment.version AS program_version, environment.commit_id AS program_commit,
    environment.dirty AS program_dirty, environment.compiler AS compiler, environment.host AS host,
    environment.cpu AS cpu, environment.gpu AS gpu, environment.device AS device,
    environment.threads AS threads, environment.libraries AS libraries,
    environment.command_line AS command_line, environment.document_hash AS document_hash,
    reconstruction.file AS reconstruction,
    reach.parameter AS reached_parameter, reach.value AS reached_value, reach.quantity AS reached,
    reach.runs AS reach_runs, reach.within AS reach_within, reach.monotone AS reach_monotone,
    attribute.attributes AS attributes
FROM item
JOIN point ON point.id = item.point
JOIN series ON series.id = point.series
JOIN branch ON branch.id = series.branch
JOIN study ON study.id = item.study
JOIN state ON state.id = item.state
LEFT JOIN item_failure AS failure ON failure.item = item.id
LEFT JOIN item_reach AS reach ON reach.item = item.id
LEFT JOIN asset_attribute AS attribute ON attribute.branch = branch.id AND attribute.asset = item.asset
LEFT JOIN environment ON environment.id = item.environment
LEFT JOIN reconstruction ON reconstruction.id = item.reconstruction;

CREATE VIEW v_points AS
SELECT item.id AS item, study.name AS study, branch.slug AS branch, series.slug AS series,
    item.position AS position, item.asset AS asset, point.swept AS swept, item.seed AS seed,
    CASE WHEN difference.study IS NULL THEN rate.id ELSE rate.id || '@' || measure.node END AS rate_id,
    CAST(CASE WHEN rate.searched THEN item.searched_bits ELSE item.bits END AS REAL) / entry.n AS rate,
    entry.name AS count_name, entry.n AS count,
    measure.node AS measure, score.metric AS metric, score.value AS value, metric.unit AS unit,
    metric.better AS better, metric.finish AS finish, metric.pool AS pool, score.s0 AS s0, score.s1 AS s1,
    point.expected AS expected, item.bytes AS bytes, item.bits AS bits, item.searched_bits AS searched_bits,
    item.encode_seconds AS encode_seconds, item.decode_seconds AS decode_seconds,
    measurement.seconds AS measure_seconds, item.peak_memory AS peak_memory,
    reach.parameter AS reached_parameter, reach.value AS reached_value, reach.within AS reach_within,
    attribute.attributes AS attributes
FROM measurement
JOIN item ON item.id = measurement.item
JOIN point ON point.id = item.point
JOIN series ON series.id = point.series
JOIN branch ON branch.id = series.branch
JOIN study ON study.id = item.study
JOIN measure ON measure.id = measurement.measure
JOIN score ON score.measurement = measurement.id
JOIN measure_metric AS metric ON metric.measure = measure.id AND metric.metric = score.metric
LEFT JOIN (count_entry AS entry JOIN rate ON rate.count_name = entry.name)
    ON entry.count_set = measurement.counts AND entry.n > 0
LEFT JOIN rate_difference AS difference
    ON difference.study = item.study AND difference.count_name = entry.name
LEFT JOIN item_reach AS reach ON reach.item = item.id
LEFT JOIN asset_attribute AS attribute ON attribute.branch = branch.id AND attribute.asset = item.asset
WHERE item.state = 2 AND item.orphaned = 0 AND measurement.state = 2 AND measurement.orphaned = 0;
)sql";

void packAllSeries(Database& database) {
    std::vector<std::int64_t> studies;
    {
        Statement rows = database.query("SELECT id FROM study");
        while (rows.next())
            studies.push_back(rows.integer(0));
    }
    for (const std::int64_t study : studies)
        packSeries(database, study);
}

// Version 0 stands for the libraries before the first release, which had no notes on items. Version 1 kept the sums
// of each point in a row of their own; those of version 2 are made when the writer is
// idle. Version 2 knew no items that reach something and no attributes of assets; version 3 not what was changed in a
// program that was built of changed sources; version 4 no kept values; version 5 kept of
// each table the newest only.
constexpr std::array<Migration, 6> allMigrations = {{
    {0, "ALTER TABLE item ADD COLUMN notes TEXT NOT NULL DEFAULT '';", nullptr},
    {1, R"sql(
CREATE TABLE reconstruction (
    id INTEGER PRIMARY KEY, task BLOB NOT NULL, port TEXT NOT NULL, file TEXT NOT NULL, bytes INTEGER NOT NULL,
    UNIQUE (task, port)) STRICT;
ALTER TABLE item ADD COLUMN reconstruction INTEGER REFERENCES reconstruction;
CREATE INDEX item_reconstruction ON item (reconstruction) WHERE reconstruction IS NOT NULL;
ALTER TABLE series ADD COLUMN points BLOB;
DROP TABLE summary;
CREATE TABLE summary (
    measure INTEGER NOT NULL REFERENCES measure ON DELETE CASCADE, metric TEXT NOT NULL, x TEXT NOT NULL,
    block INTEGER NOT NULL, sums BLOB NOT NULL, PRIMARY KEY (measure, metric, x, block)) STRICT, WITHOUT ROWID;
CREATE INDEX summary_block ON summary (block);
INSERT OR IGNORE INTO stale SELECT point FROM item WHERE orphaned = 0 AND state = 2;
)sql",
     packAllSeries},
    {2, reachTables, nullptr},
    {3, "ALTER TABLE environment ADD COLUMN patch TEXT NOT NULL DEFAULT '';", nullptr},
    {4, valueTables, nullptr},
    {5, taskTables, nullptr},
}};

void dropViews(Database& database) {
    database.script("DROP VIEW IF EXISTS v_items; DROP VIEW IF EXISTS v_points;");
}

void stamp(Database& database, std::int64_t version) {
    database.run("INSERT INTO meta VALUES ('program', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                 buildInfo().version);
    database.script(("PRAGMA user_version = " + std::to_string(version)).c_str());
}

/// Which program wrote a library that this one does not know; its table `meta` may have changed too.
std::string programOf(Database& database) {
    try {
        Statement rows = database.query("SELECT value FROM meta WHERE name = 'program'");
        if (rows.next()) return rows.text(0);
    } catch (const Error&) {
        return {};
    }
    return {};
}

}  // namespace

std::span<const Migration> migrations() {
    return allMigrations;
}

void createSchema(Database& database) {
    Transaction transaction(database, Transaction::Kind::Exclusive);
    database.script(("PRAGMA application_id = " + std::to_string(applicationId)).c_str());
    database.script(tables);
    database.script(reachTables);
    database.script(valueTables);
    database.script(taskTables);
    database.script(triggers);
    database.script(views);
    stamp(database, schemaVersion);
    transaction.commit();
}

void requireLibrary(Database& database, bool olderToo) {
    const std::string name = database.file().string();
    if (database.integer("PRAGMA application_id") != applicationId)
        throw Error(ErrorKind::Library, name + " is not a Ratescope library.",
                    "Give a file that Ratescope made (*.rslib), or another name for a new one.");
    const std::int64_t version = database.integer("PRAGMA user_version");
    if (version > schemaVersion) {
        const std::string program = programOf(database);
        throw Error(ErrorKind::Library,
                    name + " has format " + std::to_string(version) + "; Ratescope " + buildInfo().version +
                        " reads formats up to " + std::to_string(schemaVersion) + ".",
                    program.empty()
                        ? "Open it with the newer Ratescope that wrote it."
                        : "Open it with Ratescope " + program + ", which wrote it, or a newer one.");
    }
    if (version < schemaVersion && !olderToo)
        throw Error(
            ErrorKind::Library, name + " has the older format " + std::to_string(version) + ".",
            "Open it once for writing (ratescope-cli gc --library FILE): it is brought up to date, and "
            "a copy is kept beside it.");
}

void migrate(Database& database, std::span<const Migration> steps, std::int64_t target) {
    std::int64_t version = database.integer("PRAGMA user_version");
    if (version >= target) return;
    const std::filesystem::path copy = database.file().string() + ".version-" + std::to_string(version);
    // What an interrupted attempt left is no copy.
    const std::filesystem::path unfinished = copy.string() + ".part";
    std::filesystem::remove(unfinished);
    database.copyTo(unfinished);
    std::filesystem::rename(unfinished, copy);

    Transaction transaction(database, Transaction::Kind::Exclusive);
    dropViews(database);
    for (const Migration& step : steps) {
        if (step.from < version || step.from >= target) continue;
        database.script(step.script);
        if (step.then) step.then(database);
        version = step.from + 1;
    }
    database.script(views);
    stamp(database, target);
    transaction.commit();
}

}  // namespace ratescope::store
