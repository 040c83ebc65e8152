#include "core/store/recovery.h"

#include "core/error.h"
#include "core/store/artefacts.h"
#include "core/store/connection.h"
#include "core/store/reconstructions.h"

#include <unistd.h>

#include <chrono>
#include <string>

namespace ratescope::store {
namespace {

void interruptRunning(Database& database) {
    database.run("UPDATE item SET state = 5 WHERE state = 1");
    database.run("UPDATE measurement SET state = 5 WHERE state = 1");
}

void forgetLost(Database& database, const std::vector<Hash>& lost) {
    if (lost.empty()) return;
    database.script("CREATE TEMP TABLE lost (artefact INTEGER PRIMARY KEY)");
    for (const Hash& hash : lost)
        database.run("INSERT INTO lost SELECT id FROM artefact WHERE hash = ?", hash);
    database.run(
        "UPDATE item SET state = 5 WHERE state = 2 AND id IN (SELECT item FROM item_stream WHERE task IN "
        "(SELECT task FROM stream WHERE artefact IN (SELECT artefact FROM lost)))");
    database.run("DELETE FROM stream WHERE artefact IN (SELECT artefact FROM lost)");
    database.run("DELETE FROM kept_value WHERE artefact IN (SELECT artefact FROM lost)");
    database.run(
        "UPDATE measurement SET state = CASE state WHEN 2 THEN 5 ELSE state END, samples = NULL "
        "WHERE samples IN (SELECT artefact FROM lost)");
    for (const char* const table : {"study_table", "task_table"})
        database.run(std::string("DELETE FROM ") + table + " WHERE artefact IN (SELECT artefact FROM lost)");
    database.run("DELETE FROM artefact WHERE id IN (SELECT artefact FROM lost)");
    database.script("DROP TABLE lost");
}

void forgetLostReconstructions(Database& database, const std::vector<std::int64_t>& lost) {
    for (const std::int64_t row : lost) {
        database.run(
            std::string("UPDATE item SET state = 5 WHERE state = 2 AND reconstruction = ? AND study IN ") +
                keepingStudies,
            row);
        database.run("UPDATE item SET reconstruction = NULL WHERE reconstruction = ?", row);
        database.run("DELETE FROM reconstruction WHERE id = ?", row);
    }
}

}  // namespace

void recover(Library::Connection& connection) {
    emptyFolder(connection.folder("staging"));
    const std::vector<Hash> lost = reconcileFiles(connection);
    const std::vector<std::int64_t> lostReconstructions = reconcileReconstructions(connection);
    Transaction transaction(*connection.database, Transaction::Kind::Write);
    interruptRunning(*connection.database);
    forgetLost(*connection.database, lost);
    forgetLostReconstructions(*connection.database, lostReconstructions);
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    connection.database->run(
        "INSERT INTO writer VALUES (0, ?, ?, ?) ON CONFLICT DO UPDATE SET pid = excluded.pid, "
        "host = excluded.host, heartbeat = excluded.heartbeat",
        static_cast<std::int64_t>(getpid()), hostName(), static_cast<std::int64_t>(now.count()));
    transaction.commit();
}

}  // namespace ratescope::store
