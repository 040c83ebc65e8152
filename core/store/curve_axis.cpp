#include "core/store/curve_axis.h"

#include "core/error.h"
#include "core/store/connection.h"
#include "core/store/rows.h"
#include "core/store/swept_json.h"

#include <algorithm>
#include <set>

namespace ratescope::store {
namespace {

struct PlannedMeasure {
    std::int64_t id = 0;
    std::string node;
    std::vector<graph::Metric> metrics;
    std::set<std::string> counts;
};

std::vector<PlannedMeasure> plannedMeasures(Database& database, StudyId study) {
    std::vector<PlannedMeasure> measures;
    Statement rows = database.query(
        "SELECT id, node FROM measure WHERE study = ? AND planned = 1 ORDER BY position, id", study);
    while (rows.next()) {
        PlannedMeasure measure{rows.integer(0), rows.text(1), readMetrics(database, rows.integer(0)), {}};
        Statement counts =
            database.query("SELECT count_name FROM measure_count WHERE measure = ?", measure.id);
        while (counts.next())
            measure.counts.insert(counts.text(0));
        measures.push_back(std::move(measure));
    }
    return measures;
}

bool differs(Database& database, StudyId study, const std::string& count) {
    return database.integer("SELECT count(*) FROM rate_difference WHERE study = ? AND count_name = ?", study,
                            count) > 0;
}

std::set<std::string> sweptNumbers(Database& database, StudyId study) {
    std::set<std::string> columns;
    // One point of each series says which columns it has.
    Statement rows = database.query(
        "SELECT (SELECT swept FROM point WHERE point.series = series.id AND expected > 0 LIMIT 1) "
        "FROM branch JOIN series ON series.branch = branch.id WHERE branch.study = ? AND series.points IS "
        "NOT NULL",
        study);
    while (rows.next())
        for (const auto& [column, value] : fromSweptJson(rows.text(0)))
            if (std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value))
                columns.insert(column);
    return columns;
}

class AxisFinder {
  public:
    AxisFinder(const Library& library, StudyId study)
        : library_(library),
          database_(*library.connection().database),
          study_(study),
          measures_(plannedMeasures(database_, study)) {}

    CurveAxis find(const std::string& id, const CurveAxis* other) const {
        if (id.empty()) return defaultRate(other);
        if (id == "time-encode") return {curves::timeQuantity(id, "Encoding time"), nullptr, 0, {}};
        if (id == "time-decode") return {curves::timeQuantity(id, "Decoding time"), nullptr, 0, {}};
        if (const auto rate = curves::findRate(id)) return rateAxis(id, *rate, other);
        if (parameters().contains(id)) return {curves::parameterQuantity(id, id, ""), nullptr, 0, {}};
        return metricAxis(id);
    }

  private:
    CurveAxis defaultRate(const CurveAxis* other) const {
        for (const PlannedMeasure& measure : measures_)
            for (const curves::Rate& rate : curves::allRates())
                if (other && measure.id == other->measure && measure.counts.contains(rate.count))
                    return {curves::rateQuantity(rate), &rate, measure.id, {}};
        return find("bytes", other);
    }

    CurveAxis rateAxis(const std::string& id, const curves::RateId& asked, const CurveAxis* other) const {
        const curves::Rate& rate = *asked.rate;
        CurveAxis axis{curves::rateQuantity(rate, id), &rate, 0, {}};
        if (rate.count[0] == '\0') return axis;
        if (asked.node.empty() && other && other->measure) {
            axis.measure = other->measure;
            return axis;
        }
        if (asked.node.empty() && differs(database_, study_, rate.count))
            throw Error(
                ErrorKind::Usage,
                "The measures of the study report different numbers of " + std::string(rate.count) + ".",
                "Name one of them: " + listed(ratesOf(library_, study_)) + ".");
        for (const PlannedMeasure& measure : measures_)
            if (measure.counts.contains(rate.count) && (asked.node.empty() || measure.node == asked.node))
                axis.measure = measure.id;
        if (!axis.measure) throw unknown(id);
        return axis;
    }

    CurveAxis metricAxis(const std::string& id) const {
        const std::size_t colon = id.find(':');
        const std::string node = colon == std::string::npos ? "" : id.substr(0, colon);
        const std::string metricId = colon == std::string::npos ? id : id.substr(colon + 1);
        std::vector<CurveAxis> found;
        std::vector<std::string> names;
        for (const PlannedMeasure& measure : measures_)
            for (const graph::Metric& metric : measure.metrics)
                if (metric.id == metricId && (node.empty() || measure.node == node)) {
                    found.push_back({curves::metricQuantity(metric, id), nullptr, measure.id, metricId});
                    names.push_back(measure.node + ":" + metricId);
                }
        if (found.empty()) throw unknown(id);
        if (found.size() > 1)
            throw Error(ErrorKind::Usage, "Several measures have the metric " + metricId + ".",
                        "Name one of them: " + listed(names) + ".");
        return found.front();
    }

    std::set<std::string> parameters() const {
        std::set<std::string> names = sweptNumbers(database_, study_);
        names.merge(reachedParameters(database_, study_));
        return names;
    }

    static std::string listed(const std::vector<std::string>& names) {
        std::string text;
        for (const std::string& name : names)
            text += (text.empty() ? "" : ", ") + name;
        return text;
    }

    Error unknown(const std::string& id) const {
        std::vector<std::string> names;
        for (const StudyMetric& metric : metricsOf(library_, study_))
            names.push_back(metric.id);
        for (const std::string& rate : ratesOf(library_, study_))
            names.push_back(rate);
        for (const std::string& column : parameters())
            names.push_back(column);
        names.insert(names.end(), {"time-encode", "time-decode"});
        return Error(ErrorKind::Usage, "The study has no " + id + ".", "It has " + listed(names) + ".");
    }

    const Library& library_;
    Database& database_;
    StudyId study_;
    std::vector<PlannedMeasure> measures_;
};

}  // namespace

std::set<std::string> reachedParameters(Database& database, StudyId study) {
    std::set<std::string> parameters;
    Statement rows = database.query(
        "SELECT DISTINCT item_reach.parameter FROM item_reach CROSS JOIN item ON item.id = item_reach.item "
        "WHERE item.study = ? AND item.orphaned = 0",
        study);
    while (rows.next())
        parameters.insert(rows.text(0));
    return parameters;
}

std::vector<StudyMetric> metricsOf(const Library& library, StudyId study) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    const std::vector<PlannedMeasure> measures = plannedMeasures(database, study);
    std::map<std::string, int> uses;
    for (const PlannedMeasure& measure : measures)
        for (const graph::Metric& metric : measure.metrics)
            ++uses[metric.id];
    std::vector<StudyMetric> metrics;
    for (const PlannedMeasure& measure : measures)
        for (const graph::Metric& metric : measure.metrics)
            metrics.push_back(
                {uses[metric.id] > 1 ? measure.node + ":" + metric.id : metric.id, measure.node, metric});
    return metrics;
}

std::vector<std::string> ratesOf(const Library& library, StudyId study) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    const std::vector<PlannedMeasure> measures = plannedMeasures(database, study);
    std::vector<std::string> ids;
    for (const curves::Rate& rate : curves::allRates()) {
        if (rate.count[0] == '\0') {
            ids.push_back(rate.id);
            continue;
        }
        const bool perNode = differs(database, study, rate.count);
        for (const PlannedMeasure& measure : measures) {
            if (!measure.counts.contains(rate.count)) continue;
            ids.push_back(perNode ? rate.id + ("@" + measure.node) : rate.id);
            if (!perNode) break;
        }
    }
    return ids;
}

CurveAxis yAxis(const Library& library, StudyId study, const std::string& id) {
    return AxisFinder(library, study).find(id, nullptr);
}

CurveAxis xAxis(const Library& library, StudyId study, const std::string& id, const CurveAxis& y) {
    return AxisFinder(library, study).find(id, &y);
}

}  // namespace ratescope::store
