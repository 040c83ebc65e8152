#pragma once

// Which external commands a study runs, and whether the user has approved them. A document comes from somewhere and
// names programs: none runs before its user has seen it once.

#include "core/graph/catalogue.h"
#include "core/run/plan.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace ratescope::run {

/// One command of a node.
struct CommandUse {
    std::string node;       ///< slug
    std::string parameter;  ///< id
    std::string command;    ///< readable(): programs and files by their paths
    std::vector<NamedFile> files;

    auto operator<=>(const CommandUse& other) const {
        return std::tie(node, parameter, command) <=> std::tie(other.node, other.parameter, other.command);
    }
    bool operator==(const CommandUse& other) const = default;
};

/// All commands of a plan. The hash covers, for each node that runs commands, the commands with the bytes of the files
/// that they name, and all texts of the node that the document gives (not their defaults) and that enter the key, since
/// these may become arguments: another hash is another approval.
struct CommandList {
    std::vector<CommandUse> uses;  ///< by node and parameter, each once
    /// Those texts, "node.parameter=value".
    std::vector<std::string> texts;
    Hash hash;
    bool approved = false;  ///< by this user, before
};

/// Of these tasks; nothing where none runs a command. `nodes` is the catalogue that they were planned with.
std::optional<CommandList> commandsOf(std::span<const Task> tasks, const graph::Catalogue& catalogue);
/// Of all tasks of the plan, analyses too.
std::optional<CommandList> commandsOf(const StudyPlan& plan, const graph::Catalogue& catalogue);

/// As it is shown: a command a line, with its files and their hashes below. Control characters, which could hide what
/// is shown from a terminal, are written as \xNN.
std::string toText(const CommandList& commands);

/// The user's approval, for one time or for good.
struct Approval {
    bool all = false;          ///< of whatever it is (--allow-commands)
    std::optional<Hash> hash;  ///< of what was shown
};

/// Nothing to do where there are no commands or they were approved before. Else remembers the approval in
/// approvalFile(); without one throws Error(Unapproved) that lists the commands and the hash. Throws Error(Resource) if
/// the approval can't be remembered.
void requireApproval(const std::optional<CommandList>& commands, const Approval& approval);

/// $XDG_CONFIG_HOME/ratescope/approved-commands, else below ~/.config: a hash a line, with what it was for.
/// Throws Error(Resource) where neither variable is set.
std::filesystem::path approvalFile();

}  // namespace ratescope::run
