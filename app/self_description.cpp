#include "app/self_description.h"

#include "app/exit_code.h"
#include "core/build_info.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <sstream>

namespace ratescope {
namespace {

/// CLI11 says of an option with words to choose from: "TEXT:{csv,json}".
std::vector<std::string> choicesIn(const std::string& type) {
    const std::size_t open = type.find('{'), close = type.find('}');
    if (open == std::string::npos || close == std::string::npos) return {};
    std::vector<std::string> choices;
    std::istringstream words(type.substr(open + 1, close - open - 1));
    for (std::string word; std::getline(words, word, ',');)
        choices.push_back(word);
    return choices;
}

OptionText textOf(const CLI::Option& option) {
    OptionText text;
    for (const std::string& name : option.get_snames())
        text.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames())
        text.names.push_back("--" + name);
    if (text.names.empty()) text.positional = option.get_name(true);
    text.help = option.get_description();
    text.choices = choicesIn(option.get_type_name());
    text.defaultValue = option.get_default_str();
    text.takesValue = option.get_items_expected_max() > 0;
    text.required = option.get_required();
    return text;
}

}  // namespace

std::vector<OptionText> optionsOf(const CLI::App& command) {
    std::vector<OptionText> options;
    for (const CLI::Option* option : command.get_options())
        if (option != command.get_help_ptr() && option != command.get_version_ptr())
            options.push_back(textOf(*option));
    return options;
}

std::vector<const CLI::App*> commandsOf(const CLI::App& program) {
    return program.get_subcommands([](const CLI::App*) { return true; });
}

void addSelfDescription(CLI::App& program, std::map<const CLI::App*, std::function<int()>>& actions) {
    const std::string name = program.get_name();
    CLI::App* manual = program.add_subcommand("manual", "Print the manual page of this program (roff)");
    manual->footer("Example:\n  " + name + " manual | man -l -\n");
    actions[manual] = [&program] {
        std::cout << manualOf(program, buildInfo().version);
        return int{exitDone};
    };
    CLI::App* completion =
        program.add_subcommand("completion", "Print a script that completes this program's commands");
    completion->footer("Example:\n  " + name +
                       " completion bash > ~/.local/share/bash-completion/completions/" + name + "\n");
    auto shell = std::make_shared<std::string>();
    completion->add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    actions[completion] = [&program, shell] {
        std::cout << completionOf(program, *shell);
        return int{exitDone};
    };
}

}  // namespace ratescope
