#pragma once

// The commands of ratescope-cli. Each says of itself what help, manual and completion need: options are added
// to a CLI11 app, from which --help is made too.

#include "app/exit_code.h"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ratescope::cli {

struct Command {
    std::string name;
    std::string summary;                ///< one line
    std::vector<std::string> examples;  ///< complete command lines
    /// Adds the command's options to its app; what it returns is called once they are parsed, and gives the
    /// exit code.
    std::function<std::function<int()>(CLI::App&)> describe;
};

/// In the order of --help.
std::vector<Command> commands();

Command runCommand();
Command planCommand();
Command statusCommand();
Command pauseCommand();
Command resumeCommand();
Command cancelCommand();
Command retryCommand();
Command curvesCommand();
Command bdCommand();
Command encodeCommand();
Command decodeCommand();
Command measureCommand();
Command tokenizeCommand();
Command perplexityCommand();
Command generateCommand();
Command nodesCommand();
Command importCommand();
Command exportCommand();
Command gcCommand();
Command duCommand();
Command deleteCommand();
Command annotateCommand();
Command doctorCommand();
Command reproduceCommand();
Command serveCommand();

}  // namespace ratescope::cli
