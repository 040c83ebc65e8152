#pragma once

// Which files a document means. Paths in a document are relative to the document's folder or to a named root,
// "${RATESCOPE_DATA}/kodak/*.png", so that a study opens on another machine.

#include "core/graph/manifest.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ratescope::graph {

/// Where relative paths begin.
struct PathBase {
    std::filesystem::path folder;  ///< of the document
    /// By name ("RATESCOPE_DATA", "RATESCOPE_SAMPLES"); the environment variable of the name goes first.
    std::map<std::string, std::filesystem::path> roots;
};

/// One file of a source's fan-out.
struct AssetFile {
    std::string name;  ///< unique: the file's name, with as many of its parent folders as tell it apart
    std::filesystem::path file;  ///< absolute

    bool operator==(const AssetFile&) const = default;
};

/// One path with its root put in, absolute and normalised; the file need not exist. Throws Error(Input) for a
/// root that is not known or not set, naming the variable.
std::filesystem::path resolvePath(const std::string& text, const PathBase& base);

/// Patterns are separated by ';' or line feeds; blanks around one are no part of it, and empty ones are none.
std::vector<std::string> patternsOf(const std::string& text);

/// The files that `patterns` mean: several patterns are separated by ';' or line feeds; '*', '?' and '[a-z]'
/// match within a name, and '**' any number of folders; a folder stands for the files in it (not below) whose
/// extension is one of `extensions` (in any case; none: all files). Hidden files are matched by a pattern
/// only that says the dot; a last name with a wildcard and no extension ("*", "photo-*") means files of
/// `extensions` only. In byte order of their asset names, each file once.
/// Throws Error(Input) naming the pattern when it matches nothing, a folder holds no such file, or it can't
/// be read; Error(Usage) when there is no pattern.
std::vector<AssetFile> assetFiles(const std::string& patterns, const std::vector<std::string>& extensions,
                                  const PathBase& base);

/// The companions of an asset that lie beside it, by name. Throws Error(Input) where the folder can't be read.
std::vector<std::filesystem::path> companionFiles(const std::filesystem::path& file, const AssetRule& rule);

}  // namespace ratescope::graph
