#pragma once

// External programs as nodes: the part that image.command and measure.command share. docs/commands.md says how
// programs are called in each mode, and what they answer.

#include "core/media/command/process.h"
#include "core/media/command/request.h"
#include "core/media/node/node.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

enum class CommandMode {
    Call,   ///< the program is started for each request
    Batch,  ///< for several, which it reads as lines of a file, {list}
    Server,  ///< once in the life of the worker; it reads requests from its input, a line each, and answers each
};

/// The program of one task, and how it is spoken to.
struct CommandSetup {
    std::string name;             ///< "The encoder", for messages
    graph::CommandWords command;  ///< resolved
    graph::CommandWords form;     ///< what a request says: the command itself (Call), or the words of a line
    CommandMode mode = CommandMode::Call;
    bool json = true;  ///< lines are JSON; else words with tabs between
    ProcessLimits limits;
};

/// From a node's parameters: `command` and `request` are the ids of the two that say which program, the others are
/// those of commandParameters(). Throws Error(Document) for an empty command.
CommandSetup commandSetup(const std::string& name, const Parameters& parameters, const std::string& command,
                          const std::string& request);

/// The parameters that all command nodes have, of this stage: mode, lines, batch, time-limit, memory-limit, disk-limit.
std::vector<graph::Parameter> commandParameters(graph::Stage stage);

/// What a task with these parameters needs: the program's memory limit counts; a batch is of one command.
Resources commandResources(const Parameters& parameters);

/// Has the program carry out the requests, and gives what it answered to each: all that it printed (Call), its line
/// (Server), nothing (Batch, of which `answers` is the whole output). The form of the setup must be that of the requests.
/// Throws what Process throws; Error(Input) with the reason when the program fails, or refuses a request.
struct CommandAnswers {
    std::vector<std::string> each;
    std::string output;  ///< of a batch
};
CommandAnswers runCommand(Context& context, const CommandSetup& setup, std::span<const Request> requests);

/// A folder for the files of one of the task's calls. Throws Error(Resource) when it can't be made.
std::filesystem::path callFolder(Context& context, std::size_t call);

/// The bytes of a file that the program was to write. Throws Error(Input) when there is none, or it is empty.
std::vector<std::byte> readMade(const CommandSetup& setup, const Request& request, const std::string& file);

}  // namespace ratescope::media
