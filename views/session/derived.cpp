#include "views/session/derived.h"

#include "core/error.h"
#include "core/graph/named_roots.h"
#include "core/graph/topology.h"
#include "core/run/installation.h"

#include <algorithm>

namespace ratescope::views {
namespace {

/// What a source yields now; nothing where its files can't be listed.
std::optional<std::size_t> assetCount(const graph::Document& document, const graph::Manifest& manifest,
                                      const graph::Node& node, const graph::PathBase& base) {
    const graph::NodeParameters values = graph::parametersOf(document, manifest, node);
    const graph::AssetRule& rule = manifest.assets;
    switch (rule.by) {
        case graph::AssetRule::By::One:
            return 1;
        case graph::AssetRule::By::Count:
            return static_cast<std::size_t>(
                std::max<std::int64_t>(0, std::get<std::int64_t>(values.at(rule.parameter))));
        case graph::AssetRule::By::Files:
            return graph::assetFiles(std::get<std::string>(values.at(rule.parameter)), rule.extensions, base)
                .size();
    }
    return std::nullopt;
}

void countAssets(Derived& derived, const graph::Document& document, const graph::Catalogue& catalogue,
                 const std::filesystem::path& directory) {
    const graph::PathBase base{directory, run::installedRoots()};
    for (const graph::Node& node : document.nodes) {
        const graph::Manifest* manifest = catalogue.find(node.type);
        if (!manifest || manifest->kind != graph::NodeKind::Source) continue;
        try {
            if (const auto count = assetCount(document, *manifest, node, base))
                derived.assets[node.slug] = *count;
        } catch (const Error& error) {
            derived.findings.push_back({graph::Severity::Warning, node.slug, manifest->assets.parameter,
                                        error.what(), error.remedy()});
        }
    }
}

/// A measure meets what its reference is made from where the candidate does not come from it, too.
std::set<std::string> meetingsOf(const graph::Document& document, const graph::Catalogue& catalogue) {
    const graph::Topology topology(document, catalogue);
    std::set<std::string> meetings;
    for (graph::Position i = 0; i < topology.size(); ++i) {
        for (const graph::Position meeting : topology.fanOf(i).meetings)
            meetings.insert(topology.node(meeting).slug);
        if (!topology.manifest(i) || topology.manifest(i)->kind != graph::NodeKind::Measure) continue;
        const graph::Positions candidate = topology.candidateFan(i).fanning;
        const graph::Positions side = topology.sideFan(i).fanning;
        if (!std::includes(candidate.begin(), candidate.end(), side.begin(), side.end()))
            meetings.insert(topology.node(i).slug);
    }
    return meetings;
}

}  // namespace

bool Derived::valid() const {
    return std::none_of(findings.begin(), findings.end(), [](const graph::Finding& finding) {
        return finding.severity == graph::Severity::Error;
    });
}

std::optional<std::size_t> Derived::branchOf(const std::string& slug) const {
    for (std::size_t i = 0; i < branches.size(); ++i)
        if (branches[i].slug == slug) return i;
    return std::nullopt;
}

std::optional<std::size_t> Derived::itemsOf(const graph::Branch& branch, std::size_t seeds) const {
    std::size_t count = 1;
    bool paired = false;
    for (const std::string& source : branch.sources) {
        const auto found = assets.find(source);
        if (found == assets.end()) return std::nullopt;
        // Sources that are paired by name go together: as many as the smallest has, at most.
        if (branch.pairing == graph::Pairing::PairedByName && paired && found->second > 1)
            count = std::min(count, found->second);
        else
            count *= found->second;
        paired = paired || found->second > 1;
    }
    return count * branch.rows.size() * seeds;
}

std::optional<std::size_t> Derived::items(std::size_t seeds) const {
    std::size_t sum = 0;
    for (const graph::Branch& branch : branches) {
        const auto items = itemsOf(branch, seeds);
        if (!items) return std::nullopt;
        sum += *items;
    }
    return sum;
}

std::optional<std::size_t> Derived::branchOf(const graph::Wire& wire) const {
    for (std::size_t i = 0; i < branches.size(); ++i) {
        const graph::Branch& branch = branches[i];
        const auto has = [&](const std::vector<std::string>& names, const std::string& name) {
            return std::find(names.begin(), names.end(), name) != names.end();
        };
        if (wire.from == branch.candidate && has(branch.measures, wire.to.node)) return i;
        // Between the codec and the candidate: what follows the codec upstream of the candidate.
        const auto codec = std::find(branch.nodes.begin(), branch.nodes.end(), branch.codec);
        const auto from = std::find(branch.nodes.begin(), branch.nodes.end(), wire.from.node);
        const auto to = std::find(branch.nodes.begin(), branch.nodes.end(), wire.to.node);
        const auto end = branch.nodes.end();
        if (codec != end && from != end && to != end && from >= codec && to > codec) return i;
    }
    return std::nullopt;
}

Derived derive(const graph::Document& document, const graph::Catalogue& catalogue,
               const std::filesystem::path& directory) {
    Derived derived;
    try {
        derived.findings = graph::validate(document, catalogue);
        derived.meetings = meetingsOf(document, catalogue);
        if (!derived.valid()) return derived;
        derived.branches = graph::expandBranches(document, catalogue);
        countAssets(derived, document, catalogue, directory);
    } catch (const Error& error) {
        derived.branches.clear();
        derived.findings.push_back({graph::Severity::Error, "", "", error.what(), error.remedy()});
    }
    return derived;
}

curves::SeriesStyle BranchStyles::ofBranch(const Derived& derived, const std::string& branch) const {
    const auto index = derived.branchOf(branch);
    if (!index || derived.branches[*index].series.empty()) return ofSeries(derived, branch, "");
    return ofSeries(derived, branch, derived.branches[*index].series.front().slug);
}

curves::SeriesStyle BranchStyles::ofSeries(const Derived& derived, const std::string& branch,
                                           const std::string& series) const {
    std::size_t index = 0, own = 0, anchor = 0;
    for (const graph::Branch& each : derived.branches)
        for (const graph::Series& one : each.series) {
            if (one.slug == series) own = index;
            if (one.slug == anchorSeries) anchor = index;
            ++index;
        }
    const std::size_t branchIndex = derived.branchOf(branch).value_or(0);
    const std::size_t anchorIndex = derived.branchOf(anchorBranch).value_or(0);
    return curves::seriesStyle(curves::orderAfterAnchor(branchIndex, anchorIndex),
                               curves::orderAfterAnchor(own, anchor));
}

}  // namespace ratescope::views
