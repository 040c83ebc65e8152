#include "app/cli/command.h"
#include "app/self_description.h"
#include "core/build_info.h"
#include "core/graph/wording.h"
#include "core/run/requests.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <string_view>

namespace ratescope::cli {
namespace {

std::string footerOf(const Command& command) {
    std::string text = command.examples.size() == 1 ? "Example:\n" : "Examples:\n";
    for (const std::string& example : command.examples)
        text += "  " + example + "\n";
    return text;
}

/// CLI11 says of a misspelt command only that one is missing.
void requireKnownCommand(const CLI::App& app, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-') return;
    std::vector<std::string> names;
    for (const CLI::App* command : commandsOf(app))
        names.push_back(command->get_name());
    if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return;
    throw Error(ErrorKind::Usage, "There is no command " + graph::inQuotes(argv[1]) + ".",
                graph::didYouMean(argv[1], names, "Commands are "));
}

/// Also when the command was too wrong for its options to be known.
bool wantsJson(int argc, char** argv) {
    return std::find(argv + 1, argv + argc, std::string_view("--json")) != argv + argc;
}

void printJson(const Error& error) {
    // Names of files may hold any bytes.
    std::cout << nlohmann::json{{"error", run::toJson(error)}}.dump(2, ' ', false,
                                                                    nlohmann::json::error_handler_t::replace)
              << '\n';
}

int runProgram(int argc, char** argv) {
    CLI::App app("Ratescope: rate and distortion of everything that people compress.", "ratescope-cli");
    const BuildInfo& build = buildInfo();
    app.set_version_flag("--version",
                         build.version + " (" + build.commit + (build.dirty ? ", changed)" : ")"));
    app.require_subcommand(1);
    app.footer("ratescope-cli COMMAND --help explains a command. Exit codes: docs/exit-codes.md.");

    std::map<const CLI::App*, std::function<int()>> actions;
    for (const Command& command : commands()) {
        CLI::App* sub = app.add_subcommand(command.name, command.summary);
        sub->footer(footerOf(command));
        actions[sub] = command.describe(*sub);
    }
    addSelfDescription(app, actions);
    requireKnownCommand(app, argc, argv);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (app.exit(error) == 0) return exitDone;
        if (wantsJson(argc, argv))
            printJson(Error(ErrorKind::Usage, error.what(), "--help explains the command."));
        return exitUsage;
    }
    return actions.at(app.get_subcommands().front())();
}

}  // namespace

std::vector<Command> commands() {
    return {runCommand(),    planCommand(),    statusCommand(),   pauseCommand(),      resumeCommand(),
            cancelCommand(), retryCommand(),   curvesCommand(),   bdCommand(),         encodeCommand(),
            decodeCommand(), measureCommand(), tokenizeCommand(), perplexityCommand(), generateCommand(),
            nodesCommand(),  importCommand(),  exportCommand(),   annotateCommand(),   gcCommand(),
            duCommand(),     deleteCommand(),  doctorCommand(),   reproduceCommand(),  serveCommand()};
}

}  // namespace ratescope::cli

int main(int argc, char** argv) {
    using namespace ratescope;
    std::setlocale(LC_ALL, "C.UTF-8");
    std::setlocale(LC_NUMERIC, "C");
    std::signal(SIGPIPE, SIG_IGN);
    const auto report = [&](const Error& error) {
        if (cli::wantsJson(argc, argv)) cli::printJson(error);
        return reportError("ratescope-cli", error);
    };
    try {
        return cli::runProgram(argc, argv);
    } catch (const Error& error) {
        return report(error);
    } catch (const std::exception& error) {
        return report(Error(ErrorKind::Internal, std::string("A fault in Ratescope: ") + error.what() + ".",
                            "Report it with the command that led to it."));
    }
}
