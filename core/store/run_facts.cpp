#include "core/store/run_facts.h"

#include "core/curves/text.h"
#include "core/error.h"
#include "core/graph/document_json.h"
#include "core/graph/expand.h"
#include "core/store/connection.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace ratescope::store {
namespace {

using Kind = RunFact::Kind;

class Facts {
  public:
    void add(Kind kind, const std::string& name, const std::string& value) {
        facts_.facts.push_back({kind, name, value});
    }

    void add(const std::string& node, const graph::NodeParameters& parameters) {
        for (const auto& [id, value] : parameters)
            add(Kind::Parameter, node + "." + id, graph::toText(value));
    }

    /// Different values of several environments are joined.
    void add(const std::vector<Environment>& environments) {
        for (const Environment& each : environments) {
            facts_.isDirty = facts_.isDirty || each.dirty;
            join(Kind::Environment, "version", each.version);
            join(Kind::Environment, "commit", each.commit + (each.dirty ? " (dirty)" : ""));
            if (each.dirty) join(Kind::Environment, "patch", sha256(each.patch).hex().substr(0, 12));
            join(Kind::Environment, "compiler", each.compiler);
            join(Kind::Environment, "host", each.host);
            join(Kind::Environment, "cpu", each.cpu);
            join(Kind::Environment, "gpu", each.gpu);
            join(Kind::Environment, "device", each.device);
            join(Kind::Environment, "threads", std::to_string(each.threads));
            join(Kind::Environment, "command line", each.commandLine);
            join(Kind::Environment, "document hash", each.documentHash);
            for (const auto& [name, version] : each.libraries)
                join(Kind::Library, name, version);
        }
    }

    RunFacts take() {
        std::stable_sort(facts_.facts.begin(), facts_.facts.end(),
                         [](const RunFact& a, const RunFact& b) { return a.kind < b.kind; });
        return std::move(facts_);
    }

  private:
    void join(Kind kind, const std::string& name, const std::string& value) {
        std::vector<std::string>& values = joined_[{kind, name}];
        if (std::find(values.begin(), values.end(), value) != values.end()) return;
        values.push_back(value);
        const auto found = std::find_if(facts_.facts.begin(), facts_.facts.end(), [&](const RunFact& fact) {
            return fact.kind == kind && fact.name == name;
        });
        if (found == facts_.facts.end())
            add(kind, name, value);
        else
            found->value += "; " + value;
    }

    RunFacts facts_;
    std::map<std::pair<Kind, std::string>, std::vector<std::string>> joined_;
};

StudyRecord studyOfItem(const Library& library, ItemId item) {
    const std::int64_t id =
        library.connection().database->integer("SELECT study FROM item WHERE id = ?", item);
    for (StudyRecord& study : library.studies())
        if (study.id == id) return std::move(study);
    throw Error(ErrorKind::Usage, "There is no item " + std::to_string(item) + " in the library.",
                "Give an id that the list of items shows.");
}

graph::Document documentOf(const StudyRecord& study) {
    return graph::documentFromJson(nlohmann::json::parse(study.document));
}

const graph::SweepRow* rowOf(const graph::Branch& branch, const ItemRow& item) {
    const auto found = std::find_if(branch.rows.begin(), branch.rows.end(), [&](const graph::SweepRow& row) {
        return branch.series[row.series].slug == item.series && row.values == item.values;
    });
    return found == branch.rows.end() ? nullptr : &*found;
}

void addUnswept(Facts& facts, const graph::Document& document, const graph::Node& node,
                const graph::Catalogue& catalogue) {
    if (const graph::Manifest* manifest = catalogue.find(node.type))
        facts.add(node.slug, graph::parametersOf(document, *manifest, node));
}

/// False where the document can't be expanded here, or asks for the item no more.
bool addParameters(Facts& facts, const StudyRecord& study, const ItemRow& item,
                   const graph::Catalogue& catalogue) {
    try {
        const graph::Document document = documentOf(study);
        for (const graph::Branch& branch : graph::expandBranches(document, catalogue)) {
            if (branch.slug != item.branch) continue;
            const graph::SweepRow* row = rowOf(branch, item);
            if (!row) return false;
            for (const std::string& node : branch.nodes)
                facts.add(node, row->nodes.at(node));
            for (const auto& [node, parameters] : row->nodes)
                if (std::find(branch.nodes.begin(), branch.nodes.end(), node) == branch.nodes.end())
                    facts.add(node, parameters);
            for (const std::string& measure : branch.measures)
                addUnswept(facts, document, *document.find(measure), catalogue);
            return true;
        }
    } catch (const Error&) {
        // A plugin is missing, or the document is of another program: its swept values are known all the same.
    } catch (const nlohmann::json::exception&) {
    }
    return false;
}

void addResults(Facts& facts, const Library& library, const ItemRow& item) {
    const auto number = [&](const char* name, const std::optional<double>& value) {
        if (value) facts.add(Kind::Result, name, curves::shortest(*value));
    };
    facts.add(Kind::Result, "state", toText(item.state));
    if (!item.reason.empty()) facts.add(Kind::Result, "reason", item.reason);
    if (item.bytes) facts.add(Kind::Result, "bytes", std::to_string(*item.bytes));
    for (const MeasurementRow& measurement : measurementsOf(library, item.id))
        for (const ScoreRow& score : measurement.scores)
            facts.add(Kind::Result, measurement.node + ":" + score.metric.id, curves::shortest(score.value));
    number("encode seconds", item.encodeSeconds);
    number("decode seconds", item.decodeSeconds);
    if (item.peakMemory) facts.add(Kind::Result, "peak memory", std::to_string(*item.peakMemory));
}

/// "10, 30, 50" for each parameter or variable that is swept.
std::map<std::string, std::string> sweptLists(const graph::Document& document) {
    std::map<std::string, std::string> lists;
    for (const graph::Sweep& sweep : document.sweeps)
        for (std::size_t column = 0; column < sweep.columns.size(); ++column) {
            std::string& list = lists[sweep.columns[column].text()];
            for (const auto& row : sweep.rows)
                list += (list.empty() ? "" : ", ") + graph::toText(row[column]);
        }
    return lists;
}

void addNodes(Facts& facts, const graph::Document& document, const graph::Catalogue& catalogue) {
    std::map<std::string, std::string> swept = sweptLists(document);
    for (const graph::Node& node : document.nodes) {
        facts.add(Kind::Parameter, node.slug, node.type + " " + std::to_string(node.version));
        const graph::Manifest* manifest = catalogue.find(node.type);
        if (!manifest) continue;
        for (const auto& [id, value] : graph::parametersOf(document, *manifest, node)) {
            const std::string name = node.slug + "." + id;
            const auto list = swept.extract(name);
            facts.add(Kind::Parameter, name, list ? list.mapped() : graph::toText(value));
        }
    }
    for (const auto& [name, list] : swept)
        facts.add(Kind::Parameter, name, list);
    facts.add(Kind::Parameter, "threads", std::to_string(document.threads));
}

}  // namespace

RunFacts factsOfItem(const Library& library, ItemId id, const graph::Catalogue& catalogue) {
    const Snapshot snapshot(*library.connection().database);
    const StudyRecord study = studyOfItem(library, id);
    const ItemRow row = item(library, id);
    Facts facts;
    facts.add(Kind::Parameter, "study", study.name);
    facts.add(Kind::Parameter, "series", row.series);
    facts.add(Kind::Parameter, "asset", row.asset);
    facts.add(Kind::Parameter, "seed", std::to_string(row.seed));
    if (!addParameters(facts, study, row, catalogue))
        for (const auto& [column, value] : row.values)
            facts.add(Kind::Parameter, column, graph::toText(value));
    if (const std::optional<Environment> environment = environmentOf(library, id))
        facts.add(std::vector<Environment>{*environment});
    addResults(facts, library, row);
    return facts.take();
}

RunFacts factsOfStudy(const Library& library, const StudyRecord& study, const graph::Catalogue& catalogue) {
    const Snapshot snapshot(*library.connection().database);
    Facts facts;
    facts.add(Kind::Parameter, "study", study.name);
    try {
        addNodes(facts, documentOf(study), catalogue);
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::Library, "The document of " + study.name + " can't be read.",
                    "Run the study again.");
    }
    facts.add(environmentsOf(library, study.id));
    const StateCounts counts = library.itemCounts(study.id);
    facts.add(Kind::Result, "items", std::to_string(counts.total()));
    for (const State state : {State::Done, State::Failed})
        facts.add(Kind::Result, toText(state), std::to_string(counts[state]));
    return facts.take();
}

RunDifference differenceOf(const RunFacts& first, const RunFacts& second) {
    RunDifference difference;
    difference.firstIsDirty = first.isDirty;
    difference.secondIsDirty = second.isDirty;
    for (const Kind kind : {Kind::Parameter, Kind::Environment, Kind::Library, Kind::Result}) {
        std::map<std::string, std::string> others;
        for (const RunFact& fact : second.facts)
            if (fact.kind == kind) others.emplace(fact.name, fact.value);
        for (const RunFact& fact : first.facts) {
            if (fact.kind != kind) continue;
            const auto other = others.extract(fact.name);
            const std::optional<std::string> value = other ? std::optional(other.mapped()) : std::nullopt;
            auto& rows = value == fact.value ? difference.equal : difference.differing;
            rows.push_back({kind, fact.name, fact.value, value});
        }
        for (const RunFact& fact : second.facts)
            if (fact.kind == kind && others.contains(fact.name))
                difference.differing.push_back({kind, fact.name, std::nullopt, fact.value});
    }
    return difference;
}

}  // namespace ratescope::store
