#include "core/curves/rate.h"
#include "core/graph/expand.h"
#include "core/graph/findings.h"
#include "core/graph/reach.h"
#include "core/graph/sweep_tables.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace ratescope::graph {
namespace {

constexpr int fewestRuns = 3, greatestRuns = 1000;

/// Says what is wrong at the reach's node and parameter, or, where there is no such node, of the document.
class ReachCheck {
  public:
    ReachCheck(const Topology& topology, const Reach& reach, Findings& findings)
        : topology_(topology),
          reach_(reach),
          findings_(findings),
          position_(topology.positionOf(reach.node)) {}

    void run() {
        checkNumbers();
        if (const Parameter* const parameter = checkedParameter()) checkRange(*parameter);
        if (position_ && topology_.cycle().empty()) checkCandidates();
    }

  private:
    std::string subject() const {
        return "A reach sets " + inQuotes(reach_.parameter) + " of the node " + inQuotes(reach_.node);
    }

    void fault(const std::string& message, const std::string& remedy) {
        if (position_)
            findings_.at(topology_.node(*position_), reach_.parameter, message, remedy);
        else
            findings_.document(reach_.text(), message, remedy);
    }

    void checkNumbers() {
        if (reach_.targets.empty())
            fault(subject() + " and has no target.", "Give at least one value of " + reach_.quantity + ".");
        const bool isRate = curves::findRate(reach_.quantity).has_value();
        std::set<double> seen;
        for (const double target : reach_.targets) {
            if (!std::isfinite(target) || target == 0 || (isRate && target < 0))
                fault(subject() + " so that " + reach_.quantity + " is " + toText(target) +
                          ", which can't be met within a part of it.",
                      isRate ? "Give a number above 0." : "Give a finite number other than 0.");
            if (!std::isnan(target) && !seen.insert(target).second)
                fault(subject() + " with the target " + toText(target) + " twice.", "Give each target once.");
        }
        if (!(reach_.tolerance > 0) || !(reach_.tolerance < 1))
            fault(subject() + " within " + toText(reach_.tolerance) + " of the target.",
                  "Give a part of the target above 0 and below 1: 0.01 is 1 %.");
        if (reach_.mostRuns < fewestRuns || reach_.mostRuns > greatestRuns)
            fault(subject() + " in at most " + std::to_string(reach_.mostRuns) + " runs.",
                  "Give a number from " + std::to_string(fewestRuns) + " to " + std::to_string(greatestRuns) +
                      ".");
    }

    const Parameter* checkedParameter() {
        if (!position_) {
            fault(subject() + ", and there is no such node.",
                  didYouMean(reach_.node, slugsOf(topology_.document()), "Nodes there are: "));
            return nullptr;
        }
        const Manifest* const manifest = topology_.manifest(*position_);
        if (!manifest) return nullptr;  // said at the node
        const Parameter* const parameter = manifest->parameter(reach_.parameter);
        if (!parameter) {
            fault(subject() + ", and the node has no such parameter.",
                  didYouMean(reach_.parameter, idsOf(manifest->parameters), "Its parameters are: "));
            return nullptr;
        }
        if (const std::string reason = whyNotSwept(*manifest, reach_.parameter); !reason.empty()) {
            fault(subject() + ", " + reason + ".", "Reach with a parameter of another node.");
            return nullptr;
        }
        if (parameter->type == ParameterType::Int || parameter->type == ParameterType::Real) return parameter;
        fault(subject() + ", which takes " + whatFits(*parameter) + ".",
              "Reach with a parameter that is a number.");
        return nullptr;
    }

    void checkRange(const Parameter& parameter) {
        for (const auto& end : {reach_.from, reach_.to}) {
            if (!end) continue;
            const bool whole = parameter.type != ParameterType::Int || std::floor(*end) == *end;
            const ParameterValue value = whole && parameter.type == ParameterType::Int
                                             ? ParameterValue(static_cast<std::int64_t>(*end))
                                             : ParameterValue(*end);
            if (const std::string reason = whyUnfit(parameter, value); !reason.empty()) {
                fault(subject() + " from or to " + toText(*end) + ": " + reason + ".",
                      "Give " + whatFits(parameter) + ".");
                return;
            }
        }
        if (rangeOf(reach_, parameter)) return;
        fault(subject() + ", and has no range to look in.", "Give from and to, the first below the second.");
    }

    void checkCandidates() {
        bool upstream = false;
        for (const Candidate& candidate : topology_.candidates()) {
            const auto nodes = topology_.upstream({candidate.output});
            if (std::find(nodes.begin(), nodes.end(), *position_) == nodes.end()) continue;
            upstream = true;
            if (const Reach* const first = reachOn(topology_, nodes); first != &reach_)
                fault("Two reaches set parameters of the candidate " + inQuotes(candidate.output.text()) +
                          ": " + first->text() + " and " + reach_.text() + ".",
                      "Keep one of them.");
            const Reached reached = reachedOn(topology_, candidate, reach_.quantity);
            if (!reached.fault.empty()) fault(reached.fault, reached.remedy);
        }
        if (!upstream)
            findings_.warn(topology_.node(*position_), reach_.parameter,
                           subject() + ", which no candidate depends on.",
                           "Wire the node to a measure, or remove the reach.");
    }

    const Topology& topology_;
    const Reach& reach_;
    Findings& findings_;
    std::optional<Position> position_;
};

/// A sweep and a reach of one parameter.
void checkSweptToo(const Topology& topology, Findings& findings) {
    for (const Sweep& sweep : topology.document().sweeps)
        for (const SweepColumn& column : sweep.columns)
            for (const Reach& reach : topology.document().reaches) {
                const auto position = topology.positionOf(reach.node);
                if (position && column.node == reach.node && column.parameter == reach.parameter)
                    findings.at(topology.node(*position), reach.parameter,
                                "A sweep and a reach set " + inQuotes(reach.parameter) + " of the node " +
                                    inQuotes(reach.node) + ".",
                                "Keep one of them.");
            }
}

}  // namespace

void checkReaches(const Topology& topology, Findings& findings) {
    for (const Reach& reach : topology.document().reaches)
        ReachCheck(topology, reach, findings).run();
    checkSweptToo(topology, findings);
}

}  // namespace ratescope::graph
