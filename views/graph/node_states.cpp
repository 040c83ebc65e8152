#include "views/graph/node_states.h"

#include <algorithm>
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
    doneAtFirst_.clear();
    hasRun_ = false;
    work();
    ask();
}

void NodeStates::ask() {
    session_.results.ask(
        this, "node states",
        [](const OpenLibrary& open) {
            Read read;
            if (!open.study) return read;
            read.branches = store::countsByBranch(open.library, open.study->id);
            read.measures = store::failedMeasures(open.library, open.study->id);
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
    work();
}

bool NodeStates::fromCache(const std::string& branch, std::int64_t done) const {
    const auto before = doneAtFirst_.find(branch);
    return hasRun_ && before != doneAtFirst_.end() && before->second == done;
}

void NodeStates::work() {
    if (session_.supervisor.progress()) hasRun_ = true;
    const std::map<std::string, NodeState> before = std::exchange(states_, {});
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

void NodeStates::addBranch(const graph::Branch& branch) {
    const std::optional<run::Progress>& progress = session_.supervisor.progress();
    const auto found = counts_.find(branch.slug);
    const store::StateCounts items = found == counts_.end() ? store::StateCounts() : found->second.items;
    const std::size_t seeds = session_.document.document().seeds.size();
    const auto asked = session_.document.derived().itemsOf(branch, seeds);
    const std::int64_t total = asked ? static_cast<std::int64_t>(*asked) : items.total();
    const std::int64_t done = std::min(items[store::State::Done], total);
    const auto stateOfBranch = [&] {
        if (items[store::State::Failed] > 0) return RunState::Failed;
        if (items[store::State::Running] > 0 || runsOf(progress, branch.slug)) return RunState::Running;
        if (total > 0 && done == total)
            return fromCache(branch.slug, done) ? RunState::FromCache : RunState::Done;
        if (progress) return RunState::Waiting;
        if (items[store::State::Interrupted] > 0) return RunState::Interrupted;
        if (items[store::State::Cancelled] > 0) return RunState::Cancelled;
        return items[store::State::Pending] > 0 ? RunState::Waiting : RunState::Idle;
    };
    const RunState ofBranch = stateOfBranch();
    const auto add = [&](const std::string& node) {
        NodeState& state = states_[node];
        const bool first = state.total == 0 && state.done == 0 && state.state == RunState::Idle;
        RunState own = ofBranch;
        // A failure is told where it is looked for; what lies upstream has done its part.
        if (own == RunState::Failed && node != branch.codec && node != branch.candidate.node)
            own = done + items[store::State::Failed] >= total ? RunState::Done : RunState::Waiting;
        if (own == RunState::Running && !counts(branch, node) && !runsNode(progress, node))
            own = RunState::Waiting;
        if (first || weightOf(own) > weightOf(state.state)) state.state = own;
        if (own == RunState::Failed) state.complaint = QString::fromStdString(found->second.reason);
        if (!counts(branch, node) || (items.total() == 0 && !progress)) return;
        state.done += done;
        state.total += total;
    };
    for (const std::string& node : branch.nodes)
        add(node);
    for (const std::string& measure : branch.measures)
        add(measure);
}

QString NodeStates::shortOf(const graph::Finding& finding) const {
    const graph::Node* node = session_.document.document().find(finding.node);
    const graph::Manifest* manifest = session_.document.manifestOf(finding.node);
    if (node && !manifest) return tr("%1 is not installed").arg(QString::fromStdString(node->type));
    // The node shows where it is: its name need not be said again.
    if (manifest && manifest->input(finding.place) &&
        !session_.document.document().source({finding.node, finding.place}))
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
