#include "views/inspector/node_run.h"

#include <algorithm>

namespace ratescope::views {
namespace {

/// Of a branch with more the first tell.
constexpr std::size_t mostSeries = 32;

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool anyIn(const OpenLibrary& open, const std::string& series, store::State state) {
    store::ItemFilter filter;
    filter.series = series;
    filter.state = state;
    return !store::itemsPage(open.library, open.study->id, filter, store::ItemOrder::Planned, false, {}, 1)
                .rows.empty();
}

}  // namespace

std::vector<const graph::Branch*> branchesWith(const Derived& derived, const std::string& node) {
    std::vector<const graph::Branch*> branches;
    for (const graph::Branch& branch : derived.branches) {
        const bool beside =
            std::any_of(branch.sides.begin(), branch.sides.end(),
                        [&](const graph::MeasureSide& side) { return has(side.nodes, node); });
        if (beside || has(branch.nodes, node) || has(branch.measures, node)) branches.push_back(&branch);
    }
    return branches;
}

NodeRun nodeRunOf(const OpenLibrary& open, const std::vector<std::string>& series) {
    NodeRun run;
    if (!open.study) return run;
    const std::size_t count = std::min(series.size(), mostSeries);
    using store::State;
    // What asks for attention first.
    for (const State state :
         {State::Running, State::Failed, State::Interrupted, State::Pending, State::Cancelled, State::Done})
        for (std::size_t i = 0; i < count && !run.state; ++i)
            if (anyIn(open, series[i], state)) run.state = runStateOf(state);
    for (std::size_t i = 0; i < count; ++i) {
        store::ItemFilter filter;
        filter.series = series[i];
        filter.state = State::Done;
        const store::ItemsPage page =
            store::itemsPage(open.library, open.study->id, filter, store::ItemOrder::Ended, true, {}, 1);
        for (const store::ItemRow& item : page.rows)
            if (!run.item || item.ended.value_or(0) > run.item->ended.value_or(0)) run.item = item;
    }
    if (run.item) run.environment = store::environmentOf(open.library, run.item->id);
    return run;
}

RunState nodeStateOf(const OpenDocument& document, const graph::Node& node, const NodeRun& run) {
    if (node.bypassed) return RunState::Bypassed;
    for (const graph::Finding& finding : document.derived().findings)
        if (finding.node == node.slug && finding.severity == graph::Severity::Error)
            return RunState::NeedsInput;
    return run.state.value_or(RunState::Idle);
}

}  // namespace ratescope::views
