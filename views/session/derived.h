#pragma once

// What follows from a document: made aside, since sweeps may have 100,000 rows and sources name files.

#include "core/curves/series_style.h"
#include "core/graph/catalogue.h"
#include "core/graph/document.h"
#include "core/graph/expand.h"
#include "core/graph/validate.h"

#include <QtGlobal>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ratescope::views {

struct Derived {
    quint64 generation = 0;  ///< of the document that this is of
    std::vector<graph::Finding> findings;
    /// Empty while the document has errors.
    std::vector<graph::Branch> branches;
    /// Slug of a source → what it yields now (files found, or the generator's count); a source whose files can't be
    /// listed is not in it.
    std::map<std::string, std::size_t> assets;
    /// Slugs of the nodes where sources meet that must say how they combine (graph::Pairing).
    std::set<std::string> meetings;

    bool valid() const;  ///< no finding is an error
    /// Index into `branches`.
    std::optional<std::size_t> branchOf(const std::string& slug) const;
    /// Assets × rows of the branch × seeds; nothing when a source is not in `assets`.
    std::optional<std::size_t> itemsOf(const graph::Branch& branch, std::size_t seeds) const;
    /// The same of all branches.
    std::optional<std::size_t> items(std::size_t seeds) const;
    /// Index into `branches` of the one whose value the wire carries from its codec (or candidate) to a measure;
    /// nothing for other wires.
    std::optional<std::size_t> branchOf(const graph::Wire& wire) const;
};

/// Lists no file of a source twice; reads no file. Never throws: what is wrong stands among the findings.
Derived derive(const graph::Document& document, const graph::Catalogue& catalogue,
               const std::filesystem::path& directory);

/// The style of a series: branches and series count from the anchor (curves::orderAfterAnchor), which is black. An
/// empty `anchorBranch` is the first.
struct BranchStyles {
    std::string anchorBranch, anchorSeries;

    curves::SeriesStyle ofBranch(const Derived& derived, const std::string& branch) const;
    curves::SeriesStyle ofSeries(const Derived& derived, const std::string& branch,
                                 const std::string& series) const;
};

}  // namespace ratescope::views
