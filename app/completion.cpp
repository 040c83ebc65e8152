// Completion of command lines in bash, zsh and fish.

#include "app/self_description.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>

namespace ratescope {
namespace {

/// What the words after an option are.
enum class Words { Choices, Nodes, Library, Document, Folder, File, None };

Words wordsOf(const OptionText& option) {
    const auto named = [&](const char* name) {
        return option.positional == name ||
               std::find(option.names.begin(), option.names.end(), name) != option.names.end();
    };
    if (!option.choices.empty()) return Words::Choices;
    if (named("--node") || named("ID")) return Words::Nodes;
    if (named("--library")) return Words::Library;
    if (named("DOCUMENT")) return Words::Document;
    if (named("BUNDLE")) return Words::Folder;
    for (const char* file : {"FILE", "MODEL", "INPUT", "OUTPUT", "REFERENCE", "CANDIDATE", "--output",
                             "--input", "--map", "--anchor-csv", "--test-csv", "--caption"})
        if (named(file)) return Words::File;
    return Words::None;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

/// A word in single quotes, for all three shells.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char character : text)
        result += character == '\'' ? std::string("’") : std::string(1, character);
    return result + "'";
}

constexpr const char* nodeNames = "$(ratescope-cli nodes 2>/dev/null | awk 'NR > 1 {print $1}')";

// --- bash --------------------------------------------------------------------------------------------------

std::string bashWords(const OptionText& option) {
    switch (wordsOf(option)) {
        case Words::Choices:
            return "COMPREPLY=($(compgen -W " + quoted(joined(option.choices)) + " -- \"$word\"))";
        case Words::Nodes:
            return std::string("COMPREPLY=($(compgen -W \"") + nodeNames + "\" -- \"$word\"))";
        case Words::Library:
            return "COMPREPLY=($(compgen -f -X '!*.rslib' -- \"$word\") $(compgen -d -S / -- \"$word\"))";
        case Words::Document:
            return "COMPREPLY=($(compgen -f -X '!*.ratescope' -- \"$word\") $(compgen -d -S / -- \"$word\"))";
        case Words::Folder:
            return "COMPREPLY=($(compgen -d -- \"$word\"))";
        case Words::File:
            return "COMPREPLY=($(compgen -f -- \"$word\"))";
        case Words::None:
            break;
    }
    return "COMPREPLY=()";
}

void writeBashCommand(const CLI::App& command, std::ostream& script) {
    std::vector<std::string> names{"--help"};
    std::string positional = "COMPREPLY=()", values;
    for (const OptionText& option : optionsOf(command)) {
        names.insert(names.end(), option.names.begin(), option.names.end());
        if (!option.positional.empty() && positional == "COMPREPLY=()") positional = bashWords(option);
        if (option.names.empty() || !option.takesValue) continue;
        std::string cases;
        for (const std::string& name : option.names)
            cases += (cases.empty() ? "" : "|") + name;
        values += "                " + cases + ") " + bashWords(option) + "; return ;;\n";
    }
    script << "        " << command.get_name() << ")\n"
           << "            case \"$before\" in\n"
           << values << "            esac\n"
           << "            if [[ $word == -* ]]; then COMPREPLY=($(compgen -W " << quoted(joined(names))
           << " -- \"$word\")); else " << positional << "; fi ;;\n";
}

std::string bashOf(const CLI::App& program) {
    std::ostringstream script;
    const std::string& name = program.get_name();
    std::string function = "_" + name, commands;
    std::replace(function.begin(), function.end(), '-', '_');
    for (const CLI::App* command : commandsOf(program))
        commands += (commands.empty() ? "" : " ") + command->get_name();
    script << "# bash completion of " << name << "; made by `" << name << " completion bash`.\n"
           << function << "() {\n"
           << "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
           << "    compopt -o filenames 2>/dev/null\n"
           << "    if [ \"$COMP_CWORD\" = 1 ]; then COMPREPLY=($(compgen -W "
           << quoted(commands + " --help --version") << " -- \"$word\")); return; fi\n"
           << "    case \"${COMP_WORDS[1]}\" in\n";
    for (const CLI::App* command : commandsOf(program))
        writeBashCommand(*command, script);
    script << "    esac\n}\ncomplete -F " << function << " " << name << "\n";
    return script.str();
}

// --- zsh ---------------------------------------------------------------------------------------------------

std::string zshWords(const OptionText& option) {
    switch (wordsOf(option)) {
        case Words::Choices:
            return ":value:(" + joined(option.choices) + ")";
        case Words::Nodes:
            return ":node:($(ratescope-cli nodes 2>/dev/null | awk \"NR > 1 {print \\$1}\"))";
        case Words::Library:
            return ":library:_files -g \"*.rslib\"";
        case Words::Document:
            return ":document:_files -g \"*.ratescope\"";
        case Words::Folder:
            return ":folder:_files -/";
        case Words::File:
            return ":file:_files";
        case Words::None:
            break;
    }
    return ":value:";
}

/// Help within the brackets of _arguments.
std::string zshHelp(const std::string& help) {
    std::string text;
    for (const char character : help)
        if (character == '[' || character == ']' || character == ':')
            text += std::string("\\") + character;
        else
            text += character;
    return text;
}

std::string zshOf(const CLI::App& program) {
    std::ostringstream script;
    script << "#compdef " << program.get_name() << "\n# Made by `" << program.get_name()
           << " completion zsh`.\n"
           << "local -a commands=(\n";
    for (const CLI::App* command : commandsOf(program))
        script << "    " << quoted(command->get_name() + ":" + command->get_description()) << "\n";
    script << ")\nif (( CURRENT == 2 )); then\n    _describe command commands\n    return\nfi\n"
           << "shift words; (( CURRENT-- ))\ncase $words[1] in\n";
    for (const CLI::App* command : commandsOf(program)) {
        script << "    " << command->get_name() << ") _arguments";
        for (const OptionText& option : optionsOf(*command)) {
            if (!option.positional.empty()) script << " " << quoted(zshWords(option));
            for (const std::string& name : option.names)
                script << " "
                       << quoted("*" + name + "[" + zshHelp(option.help) + "]" +
                                 (option.takesValue ? zshWords(option) : ""));
        }
        script << " ;;\n";
    }
    script << "esac\n";
    return script.str();
}

// --- fish --------------------------------------------------------------------------------------------------

std::string fishWords(const OptionText& option) {
    switch (wordsOf(option)) {
        case Words::Choices:
            return " -xa " + quoted(joined(option.choices));
        case Words::Nodes:
            return " -xa \"(ratescope-cli nodes 2>/dev/null | awk 'NR > 1 {print \\$1}')\"";
        case Words::Library:
            return " -ka '(__fish_complete_suffix .rslib)'";
        case Words::Document:
            return " -ka '(__fish_complete_suffix .ratescope)'";
        case Words::Folder:
            return " -xa '(__fish_complete_directories)'";
        case Words::File:
            return " -F";
        case Words::None:
            break;
    }
    return "";
}

std::string fishOf(const CLI::App& program) {
    std::ostringstream script;
    const std::string complete = "complete -c " + program.get_name();
    script << "# fish completion of " << program.get_name() << "; made by `" << program.get_name()
           << " completion fish`.\n"
           << complete << " -f\n";
    for (const CLI::App* command : commandsOf(program)) {
        script << complete << " -n __fish_use_subcommand -a " << command->get_name() << " -d "
               << quoted(command->get_description()) << "\n";
        const std::string here = complete + " -n '__fish_seen_subcommand_from " + command->get_name() + "'";
        for (const OptionText& option : optionsOf(*command)) {
            if (!option.positional.empty() && wordsOf(option) != Words::None)
                script << here << fishWords(option) << "\n";
            std::string names;
            for (const std::string& name : option.names)
                names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            if (names.empty()) continue;
            const std::string words = option.takesValue ? fishWords(option) : "";
            script << here << names << (option.takesValue ? " -r" : "") << words << " -d "
                   << quoted(option.help) << "\n";
        }
    }
    return script.str();
}

}  // namespace

std::string completionOf(const CLI::App& program, const std::string& shell) {
    if (shell == "zsh") return zshOf(program);
    if (shell == "fish") return fishOf(program);
    return bashOf(program);
}

}  // namespace ratescope
