#include "views/graph/node_states.h"

#include "core/graph/document_json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace ratescope::views {
namespace {

bool runsOf(const std::optional<run::Progress>& progress, const std::string& branch) {
    if (!progress) return false;
    return std::any_of(progress->running.begin(), progress->running.end(), [&](const run::RunningItem& item) {
        return item.series == branch || item.series.starts_with(branch + "/");
    });
}

bool runsNode(const std::optional<run::Progress>& progress, const std::string& node) {
    if (!progress) return false;
    return std::any_of(progress->running.begin(), progress->running.end(),
                       [&](const run::RunningItem& item) { return item.node == node; });
}

/// How much a state tells of a node that is in several: a failure before all.
int weightOf(RunState state) {
    switch (state) {
        case RunState::Failed:
            return 8;
        case RunState::Running:
            return 7;
        case RunState::Interrupted:
            return 6;
        case RunState::Cancelled:
            return 5;
        case RunState::Waiting:
            return 4;
        case RunState::Idle:
            return 3;
        case RunState::Done:
            return 2;
        default:
            return 1;
    }
}

bool counts(const graph::Branch& branch, const std::string& node) {
    const auto in = [&](const std::vector<std::string>& list) {
        return std::find(list.begin(), list.end(), node) != list.end();
    };
    return in(branch.codecs) || in(branch.measures) || node == branch.candidate.node;
}

/// All that decides what a node gives, beside what comes in.
struct NodeGives {
    graph::Node node;
    std::set<graph::Wire> wires;
    std::vector<std::pair<graph::SweepColumn, std::vector<graph::ParameterValue>>> swept;
    std::vector<graph::Reach> reaches;
    std::vector<graph::Variable> variables;

    bool operator==(const NodeGives&) const = default;
};

std::map<std::string, NodeGives> givesOf(const graph::Document& document) {
    std::map<std::string, NodeGives> gives;
    for (const graph::Node& node : document.nodes) {
        NodeGives& one = gives[node.slug];
        one.node = node;
        one.node.title.clear();
        one.node.x = one.node.y = 0;
        for (const auto& [id, binding] : node.parameters)
            if (std::holds_alternative<graph::VariableRef>(binding)) one.variables = document.variables;
    }
    const auto add = [&](const std::string& slug, auto change) {
        if (const auto found = gives.find(slug); found != gives.end()) change(found->second);
    };
    for (const graph::Wire& wire : document.wires)
        add(wire.to.node, [&](NodeGives& one) { one.wires.insert(wire); });
    for (const graph::Sweep& sweep : document.sweeps)
        for (std::size_t column = 0; column < sweep.columns.size(); ++column) {
            std::vector<graph::ParameterValue> values;
            for (const auto& row : sweep.rows)
                if (column < row.size()) values.push_back(row[column]);
            add(sweep.columns[column].node,
                [&](NodeGives& one) { one.swept.emplace_back(sweep.columns[column], values); });
        }
    for (const graph::Reach& reach : document.reaches)
        add(reach.node, [&](NodeGives& one) { one.reaches.push_back(reach); });
    return gives;
}

/// Nothing where a newer program has written it.
std::optional<graph::Document> documentOf(const std::string& text) {
    try {
        return graph::documentFromJson(nlohmann::json::parse(text));
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace

NodeStates::NodeStates(Session& session, QObject* parent) : QObject(parent), session_(session) {
    connect(&session_.results, &Results::opened, this, &NodeStates::forget);
    connect(&session_.results, &Results::committed, this, &NodeStates::ask);
    connect(&session_.document, &OpenDocument::derivedChanged, this, &NodeStates::work);
    connect(&session_.supervisor, &SupervisorLink::progressed, this, &NodeStates::work);
    ask();
}

NodeState NodeStates::of(const std::string& slug) const {
    const auto found = states_.find(slug);
    return found == states_.end() ? NodeState() : found->second;
}

void NodeStates::forget() {
    counts_.clear();
    failedMeasures_.clear();
    last_.clear();
    submittedText_.clear();
    submitted_.reset();
    doneAtFirst_.clear();
    hasRun_ = false;
    work();
    ask();
}

void NodeStates::ask() {
    session_.results.ask(
        this, "node states",
        [known = submittedText_](const OpenLibrary& open) {
            Read read;
            if (!open.study) return read;
            read.text = open.study->document;
            if (read.text != known) read.submitted = documentOf(read.text);
            read.branches = store::countsByBranch(open.library, open.study->id);
            read.measures = store::failedMeasures(open.library, open.study->id);
            read.last = lastValuesOf(open);
            return read;
        },
        [this](const Read& read) { take(read); });
}

void NodeStates::take(const Read& read) {
    counts_.clear();
    for (const store::BranchCounts& branch : read.branches) {
        counts_[branch.branch] = branch;
        if (!hasRun_) doneAtFirst_[branch.branch] = branch.items[store::State::Done];
    }
    failedMeasures_ = read.measures;
    last_ = read.last;
    if (read.text != submittedText_) submitted_ = read.submitted;
    submittedText_ = read.text;
    work();
}

bool NodeStates::fromCache(const std::string& branch, std::int64_t done) const {
    const auto before = doneAtFirst_.find(branch);
    return hasRun_ && before != doneAtFirst_.end() && before->second == done;
}

void NodeStates::work() {
    if (session_.supervisor.progress()) hasRun_ = true;
    const std::map<std::string, NodeState> before = std::exchange(states_, {});
    findEdited();
    for (const graph::Branch& branch : session_.document.derived().branches)
        addBranch(branch);
    for (const store::FailedMeasure& measure : failedMeasures_) {
        NodeState& state = states_[measure.node];
        state.state = RunState::Failed;
        state.complaint = QString::fromStdString(measure.reason);
    }
    for (auto& [slug, state] : states_)
        if (state.state == RunState::Running && state.total > 0)
            state.progress = static_cast<double>(state.done) / static_cast<double>(state.total);
    addFindings();
    if (states_ != before) emit changed();
}

void NodeStates::findEdited() {
    edited_.clear();
    if (!submitted_) return;
    const graph::Document& now = session_.document.document();
    const std::map<std::string, NodeGives> before = givesOf(*submitted_);
    for (const auto& [slug, gives] : givesOf(now))
        if (const auto found = before.find(slug); found == before.end() || found->second != gives)
            edited_.insert(slug);
}

bool NodeStates::isEdited(const graph::Branch& branch) const {
    return std::any_of(branch.nodes.begin(), branch.nodes.end(),
                       [this](const std::string& slug) { return edited_.count(slug) != 0; });
}

RunState NodeStates::stateOf(const graph::Branch& branch, const store::StateCounts& items, std::int64_t done,
                             std::int64_t total) const {
    const std::optional<run::Progress>& progress = session_.supervisor.progress();
    if (items[store::State::Failed] > 0) return RunState::Failed;
    if (items[store::State::Running] > 0 || runsOf(progress, branch.slug)) return RunState::Running;
    if (total > 0 && done == total)
        return fromCache(branch.slug, done) ? RunState::FromCache : RunState::Done;
    if (progress) return RunState::Waiting;
    if (items[store::State::Interrupted] > 0) return RunState::Interrupted;
    if (items[store::State::Cancelled] > 0) return RunState::Cancelled;
    return items[store::State::Pending] > 0 ? RunState::Waiting : RunState::Idle;
}

void NodeStates::addBranch(const graph::Branch& branch) {
    const auto found = counts_.find(branch.slug);
    // What was made of another pipeline tells nothing of this one.
    const bool counted = found != counts_.end() && !isEdited(branch);
    const store::StateCounts items = counted ? found->second.items : store::StateCounts();
    const auto asked = session_.document.derived().itemsOf(branch, session_.document.document().seeds.size());
    const std::int64_t total = asked ? static_cast<std::int64_t>(*asked) : items.total();
    const std::int64_t done = std::min(items[store::State::Done], total);
    const RunState state = stateOf(branch, items, done, total);
    const std::string reason = state == RunState::Failed ? found->second.reason : std::string();
    const bool known = items.total() > 0 || session_.supervisor.progress();
    const auto add = [&](const std::string& node) {
        const bool isCounted = counts(branch, node);
        RunState own = state;
        // A failure is told where it is looked for; what lies upstream has done its part.
        if (own == RunState::Failed && node != branch.codec && node != branch.candidate.node)
            own = done + items[store::State::Failed] >= total ? RunState::Done : RunState::Waiting;
        if (own == RunState::Running && !isCounted && !runsNode(session_.supervisor.progress(), node))
            own = RunState::Waiting;
        const auto [place, first] = states_.try_emplace(node);
        if (first || weightOf(own) > weightOf(place->second.state)) place->second.state = own;
        if (own == RunState::Failed) place->second.complaint = QString::fromStdString(reason);
        if (!isCounted || !known) return;
        place->second.done += done;
        place->second.total += total;
    };
    for (const std::string& node : branch.nodes)
        add(node);
    for (const std::string& measure : branch.measures)
        add(measure);
}

QString NodeStates::lastValueAt(const PortEnd& end) const {
    const graph::Manifest* manifest = session_.document.manifestOf(end.port.node);
    const graph::Port* input = manifest && !end.isOutput ? manifest->input(end.port.port) : nullptr;
    const bool measured = input && input->role == graph::PortRole::Candidate;
    QStringList lines;
    for (const graph::Branch& branch : session_.document.derived().branches) {
        const auto found = last_.find(branch.slug);
        if (found == last_.end() || isEdited(branch)) continue;
        if (end.isOutput && branch.candidate == end.port) lines += candidateText(found->second);
        if (measured) lines += scoreText(found->second, end.port.node);
    }
    lines.removeAll(QString());
    return lines.join(QLatin1Char('\n'));
}

QString NodeStates::shortOf(const graph::Finding& finding) const {
    const graph::Manifest* manifest = session_.document.manifestOf(finding.node);
    if (!manifest) return tr("not installed");
    // The node shows where it is: its name need not be said again.
    if (manifest->input(finding.place) && !session_.document.document().source({finding.node, finding.place}))
        return tr("%1 is not connected").arg(QString::fromStdString(finding.place));
    return QString::fromStdString(finding.message);
}

void NodeStates::addFindings() {
    std::set<std::string> told;
    for (const graph::Finding& finding : session_.document.derived().findings) {
        if (finding.node.empty() || !told.insert(finding.node).second) continue;
        NodeState& state = states_[finding.node];
        // A warning does not take away what is known of the node's items.
        const bool heeded = finding.severity == graph::Severity::Error || state.state == RunState::Idle;
        if (heeded) {
            state.state = RunState::NeedsInput;
            state.progress = -1;
            state.complaint = shortOf(finding);
        }
        state.remedy = QString::fromStdString(finding.message + "\n" + finding.remedy);
    }
}

}  // namespace ratescope::views
