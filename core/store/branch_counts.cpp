#include "core/store/connection.h"
#include "core/store/query.h"

namespace ratescope::store {

std::vector<BranchCounts> countsByBranch(const Library& library, StudyId study) {
    const Library::Connection& connection = library.connection();
    const Snapshot snapshot(*connection.database);
    std::vector<BranchCounts> branches;
    Statement rows = connection.database->query(
        "SELECT branch.slug, counted.state, sum(counted.n) FROM "
        "(SELECT series, state, count(*) AS n FROM item INDEXED BY item_series WHERE study = ?1 AND orphaned "
        "= 0 "
        "GROUP BY series, state) AS counted JOIN series ON series.id = counted.series JOIN branch "
        "ON branch.id = series.branch GROUP BY branch.id, counted.state ORDER BY branch.position, branch.id",
        study);
    while (rows.next()) {
        if (branches.empty() || branches.back().branch != rows.text(0))
            branches.push_back({rows.text(0), {}, {}});
        branches.back().items.of.at(static_cast<std::size_t>(rows.integer(1))) = rows.integer(2);
    }
    for (BranchCounts& branch : branches) {
        branch.items = asSeenFrom(connection, branch.items);
        if (branch.items[State::Failed] == 0) continue;
        Statement reason = connection.database->query(
            "SELECT item_failure.reason FROM item INDEXED BY item_state JOIN item_failure ON "
            "item_failure.item = "
            "item.id JOIN series ON series.id = item.series JOIN branch ON branch.id = series.branch "
            "WHERE item.study = ?1 AND item.orphaned = 0 AND item.state = 3 AND branch.slug = ?2 "
            "ORDER BY item.id LIMIT 1",
            study, branch.branch);
        if (reason.next()) branch.reason = reason.text(0);
    }
    return branches;
}

std::vector<FailedMeasure> failedMeasures(const Library& library, StudyId study) {
    std::vector<FailedMeasure> measures;
    // The first reason stands beside min(): SQLite gives the row of the least.
    Statement rows = library.connection().database->query(
        "SELECT measure.node, count(*), measurement_failure.reason, min(measurement.id) "
        "FROM measurement INDEXED BY measurement_state JOIN measure ON measure.id = measurement.measure "
        "JOIN measurement_failure ON measurement_failure.measurement = measurement.id "
        "WHERE measurement.study = ?1 AND measurement.orphaned = 0 AND measurement.state = 3 "
        "GROUP BY measure.node ORDER BY measure.position",
        study);
    while (rows.next())
        measures.push_back({rows.text(0), rows.integer(1), rows.text(2)});
    return measures;
}

}  // namespace ratescope::store
