#include "core/graph/expand.h"

#include "core/error.h"
#include "core/graph/names.h"
#include "core/graph/reach.h"
#include "core/graph/sweep_tables.h"
#include "core/graph/topology.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <set>

namespace ratescope::graph {
namespace {

std::vector<std::string> slugsOf(const Topology& topology, const std::vector<Position>& positions) {
    std::vector<std::string> slugs;
    for (const Position position : positions)
        slugs.push_back(topology.node(position).slug);
    return slugs;
}

std::vector<std::string> slugsOf(const Topology& topology, const Positions& positions) {
    return slugsOf(topology, std::vector<Position>(positions.begin(), positions.end()));
}

Pairing pairingOf(const Topology& topology, const Fan& fan) {
    return fan.meetings.empty() ? Pairing::Unsaid : topology.node(*fan.meetings.begin()).pairing;
}

std::string shownTitle(const Topology& topology, const std::string& slug) {
    const Position position = *topology.positionOf(slug);
    const std::string& title = topology.node(position).title;
    return title.empty() ? topology.manifest(position)->title : title;
}

MeasureSide sideOf(const Topology& topology, Position measure, const Fan& candidate) {
    const Fan fan = topology.sideFan(measure);
    Positions paired;
    std::set_difference(fan.fanning.begin(), fan.fanning.end(), candidate.sources.begin(),
                        candidate.sources.end(), std::inserter(paired, paired.end()));
    return {topology.node(measure).slug, slugsOf(topology, topology.upstream(topology.sideOutputs(measure))),
            slugsOf(topology, fan.sources), slugsOf(topology, paired)};
}

Branch branchOf(const Topology& topology, const Candidate& candidate) {
    Branch branch;
    branch.candidate = candidate.output;
    branch.codecs = slugsOf(topology, topology.codecsOnTheWay(candidate.output));
    if (!branch.codecs.empty()) branch.codec = branch.codecs.back();
    branch.nodes = slugsOf(topology, topology.upstream({candidate.output}));
    const Fan fan = topology.fanOf(candidate.output);
    branch.sources = slugsOf(topology, fan.sources);
    branch.pairing = pairingOf(topology, fan);
    branch.measures = slugsOf(topology, candidate.measures);
    for (const Position measure : candidate.measures)
        branch.sides.push_back(sideOf(topology, measure, fan));
    return branch;
}

template <typename Property>
std::size_t howMany(const std::vector<Branch>& branches, Property property, const std::string& value) {
    return static_cast<std::size_t>(std::count_if(
        branches.begin(), branches.end(), [&](const Branch& branch) { return property(branch) == value; }));
}

void nameBranches(const Topology& topology, std::vector<Branch>& branches) {
    const auto codecOf = [](const Branch& branch) { return branch.codec; };
    const auto nodeOf = [](const Branch& branch) { return branch.candidate.node; };
    for (Branch& branch : branches) {
        const bool ownCodec = !branch.codec.empty() && howMany(branches, codecOf, branch.codec) == 1;
        const bool ownNode = howMany(branches, nodeOf, branch.candidate.node) == 1;
        branch.slug = ownCodec ? branch.codec : ownNode ? branch.candidate.node : branch.candidate.text();
        branch.title = shownTitle(topology, ownCodec ? branch.codec : branch.candidate.node);
        if (!ownCodec && !branch.codec.empty() && branch.codec != branch.candidate.node)
            branch.title = shownTitle(topology, branch.codec) + " → " + branch.title;
    }
    std::vector<std::string> titles;
    for (const Branch& branch : branches)
        titles.push_back(branch.title);
    for (Branch& branch : branches)
        if (std::count(titles.begin(), titles.end(), branch.title) > 1)
            branch.title += " (" + branch.slug + ")";
}

/// A value as it stands in a slug.
std::string encoded(const std::string& text) {
    std::string slug;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte != 0x7f && c != '%' && c != '/') {
            slug += c;
            continue;
        }
        slug += '%';
        slug += "0123456789ABCDEF"[byte >> 4];
        slug += "0123456789ABCDEF"[byte & 15];
    }
    return slug;
}

/// One swept parameter that makes one curve each: where it stands among the others in a slug, and its name.
struct SlugPart {
    std::size_t group = 0, place = 0, parameter = 0;
    std::string name;
    std::size_t table = 0, column = 0;

    bool operator<(const SlugPart& other) const {
        return std::tie(group, place, parameter) < std::tie(other.group, other.place, other.parameter);
    }
};

SlugPart partOf(const Topology& topology, const Branch& branch, const SweepColumn& column) {
    enum Group : std::size_t { ownCodec, otherNode, variable };
    SlugPart part;
    if (column.node.empty()) {
        const auto& variables = topology.document().variables;
        const auto found = std::find_if(variables.begin(), variables.end(),
                                        [&](const Variable& one) { return one.name == column.parameter; });
        part.group = variable;
        part.place = static_cast<std::size_t>(found - variables.begin());
        part.name = column.parameter;
        return part;
    }
    const Manifest& manifest = *topology.manifest(*topology.positionOf(column.node));
    part.group = column.node == branch.codec ? ownCodec : otherNode;
    part.place = static_cast<std::size_t>(std::find(branch.nodes.begin(), branch.nodes.end(), column.node) -
                                          branch.nodes.begin());
    part.parameter =
        static_cast<std::size_t>(manifest.parameter(column.parameter) - manifest.parameters.data());
    part.name = part.group == ownCodec ? column.parameter : column.text();
    return part;
}

std::vector<SlugPart> partsOf(const Topology& topology, const Branch& branch,
                              const std::vector<BranchTable>& tables) {
    std::vector<SlugPart> parts;
    for (std::size_t t = 0; t < tables.size(); ++t)
        for (std::size_t c = 0; c < tables[t].columns.size(); ++c) {
            if (tables[t].columns[c].movesAlongCurve) continue;
            SlugPart part = partOf(topology, branch, *tables[t].columns[c].column);
            part.table = t;
            part.column = c;
            parts.push_back(std::move(part));
        }
    std::sort(parts.begin(), parts.end());
    return parts;
}

/// Makes rows and series of a branch out of its tables.
class RowMaker {
  public:
    RowMaker(const Topology& topology, const Catalogue& catalogue, Branch& branch,
             const std::vector<BranchTable>& tables, const Reach* reach)
        : topology_(topology),
          branch_(branch),
          tables_(tables),
          reach_(reach),
          parts_(partsOf(topology, branch, tables)),
          picked_(tables.size()) {
        std::vector<std::string> slugs = branch.nodes;
        for (const MeasureSide& side : branch.sides)
            slugs.insert(slugs.end(), side.nodes.begin(), side.nodes.end());
        std::vector<Position> positions;
        for (const std::string& slug : slugs) {
            const Position position = *topology.positionOf(slug);
            if (!nodes_.emplace(slug, NodeParameters()).second) continue;
            nodes_[slug] = parametersOf(topology.document(), *catalogue.find(topology.node(position).type),
                                        topology.node(position));
            positions.push_back(position);
        }
        for (const BranchTable& table : tables)
            for (const BranchColumn& column : table.columns)
                targets_.push_back(targetsOf(topology, *column.column, positions));
        if (!reach) return;
        const Manifest& manifest = *topology.manifest(*topology.positionOf(reach->node));
        const ReachRange range = rangeOf(*reach, *manifest.parameter(reach->parameter)).value();
        nodes_.at(reach->node)[reach->parameter] = range.value(range.low);
    }

    void make() {
        const std::size_t count = countRows(tables_);
        branch_.rows.reserve(count * (reach_ ? reach_->targets.size() : 1));
        for (std::size_t i = 0; i < count; ++i) {
            if (reach_)
                addTargets(row());
            else
                branch_.rows.push_back(row());
            next();
        }
    }

  private:
    SweepRow row() {
        SweepRow row;
        row.nodes = nodes_;
        std::size_t target = 0;
        for (std::size_t t = 0; t < tables_.size(); ++t)
            for (std::size_t c = 0; c < tables_[t].columns.size(); ++c) {
                const ParameterValue& value = tables_[t].rows[picked_[t]][c];
                row.values.emplace_back(tables_[t].columns[c].column->text(), value);
                for (const SweptParameter& swept : targets_[target])
                    row.nodes[swept.node][swept.parameter->id] = normalised(*swept.parameter, value);
                ++target;
            }
        row.series = seriesOfPicked();
        return row;
    }

    void addTargets(SweepRow row) {
        const auto& reaches = topology_.document().reaches;
        row.reach = static_cast<std::size_t>(reach_ - reaches.data());
        row.values.emplace_back(reach_->targetColumn(), 0.0);
        for (const double target : reach_->targets) {
            row.target = target;
            row.values.back().second = target;
            branch_.rows.push_back(row);
        }
    }

    std::size_t seriesOfPicked() {
        Series series{branch_.slug, branch_.title};
        for (const SlugPart& part : parts_) {
            const std::string value = toText(tables_[part.table].rows[picked_[part.table]][part.column]);
            series.slug += "/" + part.name + "=" + encoded(value);
            series.title += " · " + part.name + "=" + value;
        }
        const auto [found, isNew] = seriesIndex_.emplace(series.slug, branch_.series.size());
        if (isNew) branch_.series.push_back(std::move(series));
        return found->second;
    }

    /// The last table runs fastest.
    void next() {
        for (std::size_t t = tables_.size(); t-- > 0;) {
            if (++picked_[t] < tables_[t].rows.size()) return;
            picked_[t] = 0;
        }
    }

    const Topology& topology_;
    Branch& branch_;
    const std::vector<BranchTable>& tables_;
    const Reach* reach_;
    std::vector<SlugPart> parts_;
    std::vector<std::size_t> picked_;
    std::map<std::string, NodeParameters> nodes_;
    std::vector<std::vector<SweptParameter>> targets_;  ///< of each column, on the sides of measures too
    std::map<std::string, std::size_t> seriesIndex_;
};

void expandRows(const Topology& topology, const Catalogue& catalogue, Branch& branch) {
    std::vector<Position> positions;
    for (const std::string& slug : branch.nodes)
        positions.push_back(*topology.positionOf(slug));
    const std::vector<BranchTable> tables = tablesOn(topology, positions);
    const Reach* const reach = reachOn(topology, positions);
    if (countRows(tables) * (reach ? reach->targets.size() : 1) > maximumRows)
        throw Error(ErrorKind::Document,
                    "The sweeps make more than " + std::to_string(maximumRows) + " rows on the branch " +
                        inQuotes(branch.slug) + ".",
                    "Sweep fewer values, or put parameters that belong together into one table.");
    RowMaker(topology, catalogue, branch, tables, reach).make();
}

const ParameterValue& valueOf(const Document& document, const Parameter& parameter, const Node& node) {
    const auto found = node.parameters.find(parameter.id);
    if (found == node.parameters.end()) return parameter.defaultValue;
    if (const auto* value = std::get_if<ParameterValue>(&found->second)) return *value;
    const std::string& name = std::get<VariableRef>(found->second).name;
    if (const Variable* variable = document.variable(name)) return variable->value;
    throw Error(ErrorKind::Document,
                parameter.id + " of the node " + inQuotes(node.slug) + " reads the variable " +
                    inQuotes(name) + ", which the document does not have.",
                "Add the variable, or give the parameter a value.");
}

}  // namespace

std::vector<Branch> expandBranches(const Document& document, const Catalogue& catalogue) {
    const Topology topology(document, catalogue);
    std::vector<Branch> branches;
    for (const Candidate& candidate : topology.candidates())
        branches.push_back(branchOf(topology, candidate));
    nameBranches(topology, branches);
    for (Branch& branch : branches)
        expandRows(topology, catalogue, branch);
    return branches;
}

NodeParameters parametersOf(const Document& document, const Manifest& manifest, const Node& node) {
    NodeParameters parameters;
    for (const Parameter& parameter : manifest.parameters) {
        const ParameterValue& value = valueOf(document, parameter, node);
        if (const std::string reason = whyUnfit(parameter, value); !reason.empty())
            throw Error(ErrorKind::Document,
                        parameter.id + " of the node " + inQuotes(node.slug) + ": " + reason + ".",
                        "Give " + whatFits(parameter) + ".");
        parameters[parameter.id] = normalised(parameter, value);
    }
    return parameters;
}

std::vector<Metric> metricsOf(const Manifest& manifest, const NodeParameters& parameters) {
    const auto text = [&](const char* id) { return std::get<std::string>(parameters.at(id)); };
    std::vector<Metric> metrics = manifest.metrics;
    std::set<std::string> seen;
    for (Metric& metric : metrics) {
        if (metric.named) {
            metric.id = text("metric");
            metric.title = text("title").empty() ? metric.id : text("title");
            metric.unit = text("unit");
            metric.better = fromName<Better>(text("better")).value();
        }
        if (!isSlug(metric.id) || !seen.insert(metric.id).second)
            throw Error(ErrorKind::Document,
                        inQuotes(metric.id) + " is no name for a metric of " + manifest.id + ".",
                        "Use the letters a to z, digits and hyphens, and no name twice.");
    }
    return metrics;
}

FanOutOf fanOutOf(const Document& document, const Catalogue& catalogue, const PortRef& output) {
    const Topology topology(document, catalogue);
    const auto passed = topology.passed(output);
    if (!passed) return {};
    const Fan fan = topology.fanOf(*passed);
    return {slugsOf(topology, fan.sources), pairingOf(topology, fan)};
}

std::vector<std::string> upstream(const Document& document, const Catalogue& catalogue,
                                  const PortRef& output) {
    const Topology topology(document, catalogue);
    const auto passed = topology.passed(output);
    return passed ? slugsOf(topology, topology.upstream({*passed})) : std::vector<std::string>{};
}

std::vector<PortRef> effectiveSources(const Document& document, const Catalogue& catalogue,
                                      const PortRef& input) {
    return Topology(document, catalogue).sourcesOf(input);
}

}  // namespace ratescope::graph
