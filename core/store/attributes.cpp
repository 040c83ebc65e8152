#include "core/store/attributes.h"

#include "core/error.h"
#include "core/store/connection.h"
#include "core/store/swept_json.h"

#include <set>

namespace ratescope::store {

void writeAttributes(Database& database, StudyId study, const std::vector<AssetAttributes>& attributes) {
    database.run("DELETE FROM asset_attribute WHERE branch IN (SELECT id FROM branch WHERE study = ?)",
                 study);
    for (const AssetAttributes& asset : attributes)
        database.run(
            "INSERT INTO asset_attribute SELECT id, ?1, ?2 FROM branch WHERE study = ?3 AND slug = ?4",
            asset.asset, toSweptJson(asset.values), study, asset.branch);
}

std::map<std::string, std::string> attributeOfAssets(const Library& library, StudyId study,
                                                     const std::string& column) {
    Database& database = *library.connection().database;
    std::map<std::string, std::string> values;
    std::set<std::string> known;
    Statement rows = database.query(
        "SELECT asset_attribute.asset, asset_attribute.attributes FROM branch JOIN asset_attribute ON "
        "asset_attribute.branch = branch.id WHERE branch.study = ? ORDER BY branch.position",
        study);
    while (rows.next())
        for (const auto& [name, value] : fromSweptJson(rows.text(1))) {
            known.insert(name);
            if (name != column) continue;
            const auto [there, isNew] = values.emplace(rows.text(0), graph::toText(value));
            if (!isNew && there->second != graph::toText(value))
                throw Error(ErrorKind::Input,
                            "The asset " + rows.text(0) + " has two values of " + column + ": " +
                                there->second + " and " + graph::toText(value) + ".",
                            "Give assets of unlike sources unlike names.");
        }
    if (!values.empty()) return values;
    std::string names;
    for (const std::string& name : known)
        names += (names.empty() ? "" : ", ") + name;
    throw Error(ErrorKind::Usage, "No table of the study has a column " + column + ".",
                names.empty() ? "Join a table to its source: see docs/document.md, and run it again."
                              : "Columns are " + names + ".");
}

std::set<std::string> attributeColumns(const Library& library, StudyId study) {
    std::set<std::string> columns;
    Statement rows = library.connection().database->query(
        "SELECT DISTINCT asset_attribute.attributes FROM branch JOIN asset_attribute ON "
        "asset_attribute.branch = branch.id WHERE branch.study = ?",
        study);
    while (rows.next())
        for (const auto& [name, value] : fromSweptJson(rows.text(0)))
            columns.insert(name);
    return columns;
}

}  // namespace ratescope::store
