#pragma once

// What a program says of itself beyond --help: its manual page and the completion of its command line, both made
// from the very options that it parses.

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace ratescope {

/// An option as manual and completion need it.
struct OptionText {
    std::vector<std::string> names;  ///< "-o", "--output"; empty for a positional one
    std::string positional;          ///< "DOCUMENT"; empty for the others
    std::string help;
    std::vector<std::string> choices;  ///< the words that it takes, where it takes only some
    std::string defaultValue;
    bool takesValue = false;
    bool required = false;
};

/// The options of a command in the order in which they were added, --help and --version left out.
std::vector<OptionText> optionsOf(const CLI::App& command);
/// The commands of a program in the order of --help.
std::vector<const CLI::App*> commandsOf(const CLI::App& program);

/// A manual page in section 1 (roff, man(7)): synopsis, each command with options and examples, exit codes.
std::string manualOf(const CLI::App& program, const std::string& version);
/// A script for `shell`: "bash", "zsh" or "fish". Files are completed by what an option names: libraries by
/// .rslib, documents by .ratescope, nodes by what the program lists.
std::string completionOf(const CLI::App& program, const std::string& shell);

/// Adds the commands `manual` and `completion SHELL`, which print the two.
void addSelfDescription(CLI::App& program, std::map<const CLI::App*, std::function<int()>>& actions);

}  // namespace ratescope
