// What submitting a document would change, and what it would take.

#include "core/graph/named_roots.h"
#include "core/graph/validate.h"
#include "core/run/supervisor.h"
#include "core/run/supervisor_state.h"

#include <algorithm>
#include <map>
#include <set>

namespace ratescope::run {
namespace {

Estimate estimateOf(const StudyPlan& plan, const graph::Document& document, const store::Library* library,
                    std::int64_t items, int jobs) {
    Estimate estimate;
    if (items == 0) return {0.0, 0, 0};
    std::map<std::string, std::int64_t> planned;  // by branch
    std::set<std::string> decodesToo;             // branches whose items decode to find out what they are
    for (std::size_t i = 0; i < plan.items.size(); ++i) {
        ++planned[plan.items[i].branch];
        const auto& reach = plan.itemTasks[i].reach;
        if (reach && !reach->told.rate) decodesToo.insert(plan.items[i].branch);
    }
    double seconds = 0, bytes = 0;
    std::uint64_t memory = 0;
    bool sizesKnown = true;
    for (const auto& [branch, count] : planned) {
        const auto known = library ? library->experience(document.id, branch) : std::nullopt;
        if (!known) return {};
        const double share = static_cast<double>(count) / static_cast<double>(plan.items.size());
        const double decodes = decodesToo.count(branch) ? known->runs : 1;
        seconds += share * (known->runs * known->encodeSeconds + decodes * known->decodeSeconds);
        bytes += share * known->runs * known->bytes;
        if (document.keepReconstructions) {
            sizesKnown = sizesKnown && known->reconstructionBytes;
            bytes += share * known->reconstructionBytes.value_or(0);
        }
        memory = std::max(memory, known->peakMemory);
    }
    const auto n = static_cast<double>(items);
    estimate.seconds = n * seconds / jobs;
    if (sizesKnown) estimate.bytes = static_cast<std::uint64_t>(n * bytes);
    estimate.memory = memory * static_cast<std::uint64_t>(jobs);
    return estimate;
}

}  // namespace

PlanSummary summaryOf(const graph::Document& document, const graph::Catalogue& catalogue,
                      const StudyPlan& plan, const store::Library* library,
                      const store::Reconciliation& changes, int jobs) {
    PlanSummary summary;
    summary.study = document.name;
    summary.changes = changes;
    summary.changes.items.clear();
    summary.items = static_cast<std::int64_t>(plan.items.size());
    for (const store::PlannedItem& item : plan.items)
        summary.measurements += static_cast<std::int64_t>(item.measurements.size());
    summary.estimate = estimateOf(plan, document, library, changes.itemsToRun, jobs);
    summary.series = plan.series;
    summary.notes = plan.notes;
    summary.commands = commandsOf(plan, catalogue);
    for (const graph::Node& node : document.nodes) {
        const graph::Manifest* const manifest = catalogue.find(node.type);
        summary.nodes.push_back({node.slug, node.type, node.title.empty() ? manifest->title : node.title});
    }
    return summary;
}

PlanSummary summarise(const graph::Document& document, const std::filesystem::path& directory,
                      const graph::Catalogue& catalogue, const store::Library* library,
                      const SupervisorOptions& supervisor, const StudyOptions& options) {
    graph::requireValid(document, catalogue);
    const HashFile hashFile = library ? knownHash(*library) : HashFile(sha256OfFile);
    const Assets assets = listAssets(document, catalogue, {directory, supervisor.roots}, hashFile);
    const StudyPlan plan = makePlan(document, catalogue, assets, {options.seeds});
    store::Reconciliation changes;
    if (library) {
        changes = library->preview(document.id, plan.items);
    } else {
        changes.itemsNew = changes.itemsToRun = static_cast<std::int64_t>(plan.items.size());
        for (const store::PlannedItem& item : plan.items)
            changes.measurementsNew += static_cast<std::int64_t>(item.measurements.size());
    }
    return summaryOf(document, catalogue, plan, library, changes, supervisor.jobs);
}

}  // namespace ratescope::run
