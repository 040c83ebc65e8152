#pragma once

// What the sources of a document yield, and the hashes of all files that it names: everything about the file
// system that planning needs, so that planning itself touches no file.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"
#include "core/graph/named_roots.h"
#include "core/hash.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ratescope::store {
class Library;
}

namespace ratescope::run {

/// A file of the document's, with its hash.
struct NamedFile {
    std::filesystem::path file;  ///< absolute
    Hash hash;

    bool operator==(const NamedFile&) const = default;
};

/// One element of a source's fan-out.
struct Asset {
    std::string name;            ///< unique within its source
    std::filesystem::path file;  ///< of sources by files, absolute
    Hash fileHash;
    std::int64_t index = 0;                  ///< of generators
    std::vector<NamedFile> companions = {};  ///< files beside it that are read with it

    bool operator==(const Asset&) const = default;
    /// What enters the key: the file's hash; with companions, one of all hashes and the companions' names.
    Hash keyHash() const;
};

/// What a joined table says of an asset: column and value.
using Attributes = std::vector<std::pair<std::string, graph::ParameterValue>>;

struct Assets {
    std::map<std::string, std::vector<Asset>> ofSource;  ///< by the source's slug
    std::map<std::string, NamedFile> files;              ///< of parameters of type File, by their text
    /// By the slug of a source that a table is joined to: its file, and what it says of the source's assets.
    std::map<std::string, NamedFile> tables;
    std::map<std::string, std::vector<Attributes>> joined;
    std::vector<std::string> notes;  ///< what a joined table lacks or has too much
    std::map<std::string, std::string>
        commands;  ///< resolved (command_files.h), by the text of the parameter
};

using HashFile = std::function<Hash(const std::filesystem::path&)>;

/// The hash that the library remembers for the file as it is now, else of its bytes; a library open for writing
/// remembers it then.
HashFile rememberedHash(store::Library& library);
HashFile knownHash(const store::Library& library);

/// A file as an asset of a source with this rule, named after the file.
Asset assetOf(const std::filesystem::path& file, const graph::AssetRule& rule, const HashFile& hashFile);

/// Bytes of the asset and its companions, as they are now; a file that is not there has none. Throws Error(Input) where
/// their folder can't be read.
std::uint64_t bytesOfAsset(const std::filesystem::path& file, const graph::AssetRule& rule);

/// Lists the assets of the source nodes that a candidate, a reference or an analysis needs, and the files that
/// File and Command parameters of such nodes name, by the document, its variables and its sweeps. The document must
/// be valid. Throws Error(Input) that names the node: no file matches, a file can't be read, a program is not there, a
/// joined table is not in order; Error(Document) for an empty command.
Assets listAssets(const graph::Document& document, const graph::Catalogue& catalogue,
                  const graph::PathBase& base, const HashFile& hashFile);

}  // namespace ratescope::run
