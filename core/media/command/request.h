#pragma once

// One call of an external program: what its placeholders stand for, and where its files lie.

#include "core/graph/command.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::media {

/// "name=value" words in the grammar of commands (core/graph/command.h), in the order given: a value with white space
/// is quoted. Throws Error(Document) for a word without a name, a name that is given twice or is one of `taken`, a
/// placeholder.
using NamedValues = std::vector<std::pair<std::string, std::string>>;
NamedValues namedValues(const std::string& text, const std::vector<std::string>& taken);

/// What placeholders stand for in one call.
class Request {
  public:
    /// `files`: names of files with the extension that a placeholder without one has ("input" → "pnm"); they lie in
    /// `folder` under their names. `form` is the command or the line that names them.
    Request(const graph::CommandWords& form, const std::filesystem::path& folder,
            const std::map<std::string, std::string>& files, NamedValues values);

    /// Of the file, as the form names it. Throws Error(Document) when it does not, or by two extensions.
    const std::filesystem::path& file(const std::string& name) const;
    const std::filesystem::path& folder() const { return folder_; }

    /// The words of `form` with values for placeholders. Throws Error(Document) for one that stands for nothing here.
    std::vector<std::string> words(const graph::CommandWords& form) const;
    /// The words with tabs between. Throws Error(Document) when one has a tab or a line end in it.
    std::string tabbed(const graph::CommandWords& form) const;
    /// {"id": N, name: value, …} of placeholders that stand alone, in one line; a number where the value is one.
    std::string json(const graph::CommandWords& form, std::int64_t id) const;

  private:
    std::string valueOf(const graph::CommandPiece& name) const;

    std::filesystem::path folder_;
    std::map<std::string, std::string> defaults_;         ///< files → extension
    std::map<std::string, std::filesystem::path> files_;  ///< as named
    std::map<std::string, std::string> values_;
};

/// The program of a resolved command, checked: throws Error(Input) when a file that the command names does not have
/// the hash that the task was planned with any more.
void requireUnchanged(const graph::CommandWords& command);

}  // namespace ratescope::media
