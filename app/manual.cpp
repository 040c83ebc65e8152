// Manual pages: the layout is that of man(7).

#include "app/self_description.h"

#include <CLI/CLI.hpp>

#include <sstream>

namespace ratescope {
namespace {

/// Text as roff takes it: no line begins with a control character, hyphens can be copied.
std::string escaped(const std::string& text) {
    std::string result;
    bool lineBegins = true;
    for (const char character : text) {
        if (lineBegins && (character == '.' || character == '\'')) result += "\\&";
        lineBegins = character == '\n';
        if (character == '\\')
            result += "\\e";
        else if (character == '-')
            result += "\\-";
        else
            result += character;
    }
    return result;
}

std::string bold(const std::string& text) {
    return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(const std::string& text) {
    return "\\fI" + escaped(text) + "\\fR";
}

std::string valueOf(const OptionText& option) {
    if (!option.takesValue || !option.positional.empty()) return "";
    if (option.choices.empty()) return " " + italic("VALUE");
    std::string words;
    for (const std::string& choice : option.choices)
        words += (words.empty() ? "" : "|") + escaped(choice);
    return " " + words;
}

std::string headOf(const OptionText& option) {
    if (!option.positional.empty()) return italic(option.positional);
    std::string head;
    for (const std::string& name : option.names)
        head += (head.empty() ? "" : ", ") + bold(name);
    return head + valueOf(option);
}

std::string synopsisOf(const CLI::App& command) {
    std::string text = bold(command.get_name());
    bool optional = false;
    for (const OptionText& option : optionsOf(command)) {
        if (!option.required && option.positional.empty()) {
            optional = true;
            continue;
        }
        const std::string name = option.positional.empty() ? bold(option.names.back()) + valueOf(option)
                                                           : italic(option.positional);
        text += option.required ? " " + name : " [" + name + "]";
    }
    return text + (optional ? " [options]" : "");
}

void writeExamples(const std::string& footer, std::ostream& page) {
    std::istringstream lines(footer);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("  ")) page << ".PP\n.nf\n.RS\n" << escaped(line.substr(2)) << "\n.RE\n.fi\n";
}

void writeCommand(const CLI::App& command, std::ostream& page) {
    page << ".SS " << escaped(command.get_name()) << "\n"
         << escaped(command.get_description()) << ".\n.PP\n"
         << synopsisOf(command) << "\n";
    for (const OptionText& option : optionsOf(command)) {
        page << ".TP\n" << headOf(option) << "\n" << escaped(option.help);
        if (!option.defaultValue.empty()) page << " (default: " << escaped(option.defaultValue) << ")";
        page << ".\n";
    }
    writeExamples(command.get_footer(), page);
}

constexpr const char* exitCodes = R"(.SH EXIT STATUS
.TP
0
All that was asked for is done.
.TP
1
A fault of Ratescope itself.
.TP
2
The command was wrong.
.TP
3
A file or value from outside is missing, damaged or of the wrong shape.
.TP
4
The document is invalid.
.TP
5
The library is locked, damaged, read\-only or of another version.
.TP
6
A plugin is missing, does not load or is of another build.
.TP
7
Disk, memory, time or device is not to be had.
.TP
8
Somebody asked to stop.
.TP
9
Some items failed, all others are done.
)";

constexpr const char* environment = R"(.SH ENVIRONMENT
.TP
.B RATESCOPE_DATA\fR, \fBRATESCOPE_MODELS\fR, \fBRATESCOPE_SAMPLES
Folders that documents name as ${RATESCOPE_DATA}, ${RATESCOPE_MODELS} and ${RATESCOPE_SAMPLES}.
.TP
.B RATESCOPE_PLUGINS
More folders of plugins, separated by colons.
.TP
.B XDG_RUNTIME_DIR
Where the socket of a running supervisor lies.
)";

}  // namespace

std::string manualOf(const CLI::App& program, const std::string& version) {
    std::ostringstream page;
    const std::string& name = program.get_name();
    page << ".TH " << escaped(name) << " 1 \"\" \"Ratescope " << escaped(version) << "\" \"User Commands\"\n"
         << ".SH NAME\n"
         << escaped(name) << " \\- " << escaped(program.get_description()) << "\n"
         << ".SH SYNOPSIS\n"
         << bold(name) << " " << italic("COMMAND") << " [options]\n"
         << ".SH COMMANDS\n";
    for (const CLI::App* command : commandsOf(program))
        writeCommand(*command, page);
    page << exitCodes << environment << ".SH SEE ALSO\n"
         << (name == "ratescope" ? "ratescope\\-cli" : "ratescope") << "(1)\n";
    return page.str();
}

}  // namespace ratescope
