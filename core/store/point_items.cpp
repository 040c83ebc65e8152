#include "core/store/connection.h"
#include "core/store/item_rows.h"
#include "core/store/query.h"
#include "core/store/swept_json.h"

#include <algorithm>
#include <utility>

namespace ratescope::store {
namespace {

/// The rows of `point` that are one point of the curve: all that is swept makes a row, of which only some values move
/// along the curve.
std::vector<std::int64_t> pointRows(Database& database, StudyId study, const std::string& series,
                                    const curves::RowValues& values) {
    std::vector<std::int64_t> found;
    Statement rows = database.query(
        "SELECT point.id, point.swept FROM branch JOIN series ON series.branch = branch.id JOIN point ON "
        "point.series = series.id WHERE branch.study = ? AND series.slug = ? ORDER BY point.position",
        study, series);
    while (rows.next()) {
        const curves::RowValues swept = toRowValues(fromSweptJson(rows.text(1)));
        const bool has = std::all_of(values.begin(), values.end(), [&](const auto& value) {
            return std::find(swept.begin(), swept.end(), value) != swept.end();
        });
        if (has) found.push_back(rows.integer(0));
    }
    return found;
}

}  // namespace

std::vector<ItemRow> itemsOfPoint(const Library& library, StudyId study, const std::string& series,
                                  const curves::RowValues& values, std::size_t limit) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    std::vector<ItemRow> items;
    for (const std::int64_t point : pointRows(database, study, series, values)) {
        Statement rows = database.query(
            "SELECT id FROM item WHERE point = ? AND orphaned = 0 AND state = ? ORDER BY asset, seed", point,
            static_cast<std::int64_t>(State::Done));
        while (rows.next() && items.size() < limit)
            if (auto item = findItemRow(database, rows.integer(0))) items.push_back(std::move(*item));
    }
    return items;
}

}  // namespace ratescope::store
