#pragma once

// What the Library lists: nodes of the installed plugins, files of the document's sources, studies of the library.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"
#include "core/store/library.h"
#include "views/library/library_model.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

/// By kind, codecs by family: sources first, then codecs, transforms, measures, others. Those without a node are left
/// out.
std::vector<LibraryGroup> nodeGroups(const graph::Catalogue& catalogue);

/// A source of the document, as much of it as its files need.
struct SourceFiles {
    std::string slug, title;
    std::string patterns;
    std::vector<std::string> extensions;
    std::optional<std::size_t> count;  ///< of a generator, or a single asset: there are no files

    bool operator==(const SourceFiles&) const = default;
};

std::vector<SourceFiles> sourcesOf(const graph::Document& document, const graph::Catalogue& catalogue);

/// Lists the files; for a thread, since folders may lie on a network. A source whose files can't be listed says why in
/// its tool tip.
std::vector<LibraryGroup> assetGroups(const std::vector<SourceFiles>& sources,
                                      const std::filesystem::path& directory);

/// For the reader's thread. `openStudy` is told apart.
std::vector<LibraryGroup> studyGroups(const store::Library& library, const std::string& openStudy);

}  // namespace ratescope::views
