#include "core/store/kept_values.h"

#include "core/store/connection.h"

namespace ratescope::store {

void nameValues(Database& database, StudyId study, const std::vector<Hash>& tasks) {
    database.run("UPDATE study_value SET orphaned = 1 WHERE study = ?", study);
    for (const Hash& task : tasks)
        database.run("INSERT OR REPLACE INTO study_value VALUES (?, ?, 0)", study, task);
}

void nameMadeValue(Database& database, StudyId study, const Hash& task) {
    database.run("INSERT OR IGNORE INTO study_value SELECT id, ?, 0 FROM study WHERE id = ?", task, study);
}

void removeUnnamedValues(Database& database, bool orphaned) {
    if (orphaned) database.run("DELETE FROM study_value WHERE orphaned = 1");
    database.run("DELETE FROM kept_value WHERE task NOT IN (SELECT task FROM study_value)");
}

std::uint64_t orphanedValueBytes(Database& database) {
    return static_cast<std::uint64_t>(
        database.integer("SELECT coalesce(sum(bytes), 0) FROM artefact WHERE id IN (SELECT artefact FROM "
                         "kept_value WHERE task NOT "
                         "IN (SELECT task FROM study_value WHERE orphaned = 0))"));
}

std::map<std::string, Hash> Library::findValues(const Hash& task) const {
    std::map<std::string, Hash> values;
    Statement rows = connection_->database->query(
        "SELECT kept_value.port, artefact.hash FROM kept_value JOIN artefact ON artefact.id = "
        "kept_value.artefact WHERE kept_value.task = ?",
        task);
    while (rows.next())
        values.emplace(rows.text(0), rows.hash(1));
    return values;
}

}  // namespace ratescope::store
