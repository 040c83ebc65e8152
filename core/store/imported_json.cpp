#include "core/store/imported_json.h"

#include "core/error.h"

#include <nlohmann/json.hpp>

namespace ratescope::store {
namespace {

using nlohmann::json;

Error wrong(const char* field) {
    return Error(ErrorKind::Usage,
                 std::string("The curve's \"") + field + "\" is missing or of another type.",
                 "See docs/protocol.md.");
}

std::string text(const json& object, const char* field) {
    const auto found = object.find(field);
    if (found == object.end() || !found->is_string()) throw wrong(field);
    return found->get<std::string>();
}

}  // namespace

json toJson(const ImportedCurve& curve) {
    json points = json::array();
    for (const curves::RatePoint& point : curve.points)
        points.push_back({point.rate, point.quality});
    return {{"title", curve.title},
            {"source", curve.source},
            {"citation", curve.citation},
            {"dataset", curve.dataSet},
            {"rate", curve.rate},
            {"metric",
             {{"id", curve.metric.id},
              {"title", curve.metric.title},
              {"unit", curve.metric.unit},
              {"better", graph::toText(curve.metric.better)}}},
            {"pooling", curve.pooling},
            {"points", points}};
}

ImportedCurve importedFromJson(const json& object) {
    if (!object.is_object()) throw wrong("curve");
    ImportedCurve curve;
    curve.title = text(object, "title");
    curve.source = text(object, "source");
    curve.citation = text(object, "citation");
    curve.dataSet = text(object, "dataset");
    curve.rate = text(object, "rate");
    curve.pooling = text(object, "pooling");
    const auto metric = object.find("metric");
    if (metric == object.end() || !metric->is_object()) throw wrong("metric");
    curve.metric.id = text(*metric, "id");
    curve.metric.title = text(*metric, "title");
    curve.metric.unit = text(*metric, "unit");
    curve.metric.better = text(*metric, "better") == graph::toText(graph::Better::Lower)
                              ? graph::Better::Lower
                              : graph::Better::Higher;
    const auto points = object.find("points");
    if (points == object.end() || !points->is_array()) throw wrong("points");
    for (const json& point : *points) {
        if (!point.is_array() || point.size() != 2 || !point[0].is_number() || !point[1].is_number())
            throw wrong("points");
        curve.points.push_back({point[0].get<double>(), point[1].get<double>()});
    }
    return curve;
}

}  // namespace ratescope::store
