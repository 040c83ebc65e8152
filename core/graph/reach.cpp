#include "core/graph/reach.h"

#include "core/curves/rate.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace ratescope::graph {
namespace {

/// Where the references of a measure come from.
std::set<PortRef> referencesOf(const Topology& topology, Position measure) {
    std::set<PortRef> references;
    for (const Port& port : topology.manifest(measure)->inputs)
        if (port.role == PortRole::Reference)
            for (const PortRef& source : topology.sourcesOf({topology.node(measure).slug, port.id}))
                references.insert(source);
    return references;
}

std::string namesOf(const Topology& topology, const Candidate& candidate, const std::string& before,
                    const std::string& after) {
    std::vector<std::string> names;
    for (const Position measure : candidate.measures)
        names.push_back(before + topology.node(measure).slug + after);
    return listed(names);
}

Reached rateOn(const Topology& topology, const Candidate& candidate, const curves::RateId& asked) {
    const std::string subject = "The candidate " + inQuotes(candidate.output.text()) + " has no ";
    Reached reached;
    reached.rate = asked.rate;
    if (topology.codecsOnTheWay(candidate.output).empty()) {
        reached.fault = subject + asked.rate->id + ": no codec makes a stream of it.";
        reached.remedy = "Reach a metric, or put a codec before it.";
        return reached;
    }
    if (asked.rate->count[0] == '\0') return reached;
    std::set<std::set<PortRef>> references;
    for (std::size_t i = 0; i < candidate.measures.size(); ++i) {
        const Position measure = candidate.measures[i];
        if (!asked.node.empty() && topology.node(measure).slug != asked.node) continue;
        reached.measures.push_back(i);
        references.insert(referencesOf(topology, measure));
    }
    if (reached.measures.empty()) {
        reached.fault =
            subject + asked.rate->id + ": " +
            (asked.node.empty() ? "no measure reads it" : inQuotes(asked.node) + " does not read it") +
            ", and " + asked.rate->count + " are counted by a measure's reference.";
        reached.remedy = "Wire a measure to it, or reach bytes.";
    } else if (references.size() > 1) {
        reached.fault = subject + "one " + asked.rate->id + ": its measures have different references.";
        reached.remedy =
            "Name one of " + namesOf(topology, candidate, std::string(asked.rate->id) + "@", "") + ".";
    }
    return reached;
}

Reached metricOn(const Topology& topology, const Candidate& candidate, const std::string& quantity) {
    const std::size_t colon = quantity.find(':');
    const std::string node = colon == std::string::npos ? "" : quantity.substr(0, colon);
    Reached reached;
    reached.metric = quantity.substr(colon == std::string::npos ? 0 : colon + 1);
    std::vector<std::string> known;
    for (const curves::Rate& rate : curves::allRates())
        known.emplace_back(rate.id);
    for (std::size_t i = 0; i < candidate.measures.size(); ++i) {
        const Position measure = candidate.measures[i];
        for (const Metric& metric : topology.manifest(measure)->metrics) {
            known.push_back(metric.id);
            if (metric.id == reached.metric && (node.empty() || topology.node(measure).slug == node))
                reached.measures.push_back(i);
        }
    }
    const std::string subject = "The candidate " + inQuotes(candidate.output.text());
    if (reached.measures.empty()) {
        reached.fault = subject + " has no " + inQuotes(quantity) + ".";
        reached.remedy = didYouMean(quantity, known, "It has: ");
    } else if (reached.measures.size() > 1) {
        reached.fault = subject + " has " + inQuotes(quantity) + " from several measures.";
        reached.remedy = "Name one of " + namesOf(topology, candidate, "", ":" + reached.metric) + ".";
    }
    return reached;
}

}  // namespace

ParameterValue ReachRange::value(double place) const {
    if (integers) return static_cast<std::int64_t>(place);
    return place;
}

std::optional<ReachRange> rangeOf(const Reach& reach, const Parameter& parameter) {
    if (parameter.type != ParameterType::Int && parameter.type != ParameterType::Real) return std::nullopt;
    const auto low = reach.from ? reach.from : parameter.minimum;
    const auto high = reach.to ? reach.to : parameter.maximum;
    if (!low || !high) return std::nullopt;
    ReachRange range{parameter.type == ParameterType::Int, *low, *high, parameter.logScale && *low > 0};
    if (range.integers) {
        range.low = std::ceil(range.low);
        range.high = std::floor(range.high);
    }
    if (!(range.low < range.high)) return std::nullopt;
    return range;
}

const Reach* reachOn(const Topology& topology, const std::vector<Position>& nodes) {
    const auto& reaches = topology.document().reaches;
    const auto found = std::find_if(reaches.begin(), reaches.end(), [&](const Reach& reach) {
        const auto position = topology.positionOf(reach.node);
        return position && std::find(nodes.begin(), nodes.end(), *position) != nodes.end();
    });
    return found == reaches.end() ? nullptr : &*found;
}

Reached reachedOn(const Topology& topology, const Candidate& candidate, const std::string& quantity) {
    if (const auto rate = curves::findRate(quantity)) return rateOn(topology, candidate, *rate);
    return metricOn(topology, candidate, quantity);
}

}  // namespace ratescope::graph
