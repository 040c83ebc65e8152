#pragma once

// A study as a folder that a reviewer can read, check and run again: document, source files, rows, tables,
// environment, bitstreams, and a checksum of each file. docs/bundle.md describes the files.

#include "core/graph/catalogue.h"
#include "core/graph/named_roots.h"
#include "core/store/library.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ratescope::run {

struct BundleContents {
    std::int64_t items = 0, bitstreams = 0, sourceFiles = 0;
    std::uint64_t bytes = 0;
};

/// Writes the study into `folder`, which must not exist: made aside and renamed when it is whole. The document's
/// file names are made to point into the bundle; `withSources` copies those files, else their names and hashes are
/// stated only. `draw` is called with the folder before the checksums are made, and may add figures. Throws
/// Error(Usage) if the folder exists, Error(Input) if a source file is gone or is not the one that was used,
/// Error(Resource) if it can't be written.
BundleContents writeBundle(const store::Library& library, const store::StudyRecord& study,
                           const graph::Catalogue& catalogue,
                           const std::map<std::string, std::filesystem::path>& roots,
                           const std::filesystem::path& folder, bool withSources,
                           const std::function<void(const std::filesystem::path&)>& draw);

/// Compares every file of the folder with SHA256SUMS. Throws Error(Input) that names the first file that is
/// missing, differs, or is named with a path out of the folder.
void checkBundle(const std::filesystem::path& folder);

/// How the rows of a study that was run again compare with those of its bundle.
struct Reproduction {
    std::int64_t items = 0, bitstreams = 0, points = 0;  ///< in the bundle
    std::int64_t itemsEqual = 0, bitstreamsEqual = 0, pointsEqual = 0;
    std::vector<std::string> differences;  ///< the first ones, a line each
    std::vector<std::string>
        libraries;  ///< foreign libraries of another version: "libwebp 1.2.4, here 1.3.2"

    bool equal() const {
        return items == itemsEqual && bitstreams == bitstreamsEqual && points == pointsEqual;
    }
};

/// By place in the plan: sizes of items, SHA-256 of bitstreams, values of points (as text: to the last digit).
/// Throws Error(Input) if the bundle's rows can't be read.
Reproduction compareWithBundle(const store::Library& library, const store::StudyRecord& study,
                               const std::filesystem::path& folder);

}  // namespace ratescope::run
