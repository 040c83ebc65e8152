#include "core/run/command_files.h"

#include "core/error.h"
#include "core/graph/command.h"
#include "core/graph/wording.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace ratescope::run {
namespace {

namespace fs = std::filesystem;

using graph::CommandPiece;
using graph::CommandWord;
using graph::inQuotes;
using Kind = CommandPiece::Kind;

bool isRegular(const fs::path& file) {
    std::error_code failure;
    return fs::is_regular_file(file, failure);
}

bool isProgram(const fs::path& file) {
    return isRegular(file) && ::access(file.c_str(), X_OK) == 0;
}

bool isPath(const std::string& name) {
    return name.find('/') != std::string::npos || name.rfind("${", 0) == 0;
}

fs::path lookedUp(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (!folder.empty() && isProgram(fs::path(folder) / name))
            return fs::absolute(fs::path(folder) / name);
    throw Error(ErrorKind::Input,
                "There is no program " + inQuotes(name) + " in PATH (" + (path ? path : "") + ").",
                "Install it, or name it by its path, relative to the document.");
}

fs::path programOf(const CommandWord& word, const graph::PathBase& base) {
    const auto name = graph::literal(word);
    if (!name || name->empty())
        throw Error(ErrorKind::Document,
                    "The program of a command must be named as it is, without a placeholder.",
                    "Begin the command with the name or the path of a program.");
    if (!isPath(*name)) return lookedUp(*name);
    fs::path file = graph::resolvePath(*name, base);
    if (!isProgram(file))
        throw Error(
            ErrorKind::Input,
            file.string() + (isRegular(file) ? " is not executable." : " is not there, or is no program."),
            "Name a program that can be run; a script needs `chmod +x` and a first line #!.");
    return file;
}

/// "--table=" of "--table=q.txt"; "" where there is no "=".
std::size_t lengthOfPrefix(const std::string& text) {
    const std::size_t equals = text.find('=');
    return equals == std::string::npos ? 0 : equals + 1;
}

class Resolver {
  public:
    Resolver(const graph::PathBase& base, const HashFile& hashFile) : base_(base), hashFile_(hashFile) {}

    CommandWord program(const CommandWord& word) const { return named("", programOf(word, base_)); }

    CommandWord argument(const CommandWord& word) const {
        if (word.empty()) return word;
        if (const auto text = graph::literal(word)) {
            for (const std::size_t prefix : {std::size_t{0}, lengthOfPrefix(*text)}) {
                const std::string name = text->substr(prefix);
                const bool mayBeFile = name.find_first_of("./") != std::string::npos;
                if (!mayBeFile) continue;
                if (const fs::path file = graph::resolvePath(name, base_); isRegular(file))
                    return named(text->substr(0, prefix), file);
            }
        }
        return withRoot(word);
    }

  private:
    CommandWord named(const std::string& prefix, const fs::path& file) const {
        if (!graph::isUtf8(file.native()))
            throw Error(ErrorKind::Input, "The name of a file is not UTF-8: " + inQuotes(file.string()) + ".",
                        "Rename it.");
        CommandWord word;
        if (!prefix.empty()) word.push_back({Kind::Text, prefix, ""});
        word.push_back({Kind::Bytes, hashFile_(file).hex(), ""});
        word.push_back({Kind::Text, file.string(), ""});
        return word;
    }

    CommandWord withRoot(CommandWord word) const {
        if (word.front().kind != Kind::Text) return word;
        std::string& text = word.front().text;
        const std::size_t prefix = text.rfind("${", 0) == 0 ? 0 : lengthOfPrefix(text);
        if (text.compare(prefix, 2, "${") != 0) return word;
        text = text.substr(0, prefix) + graph::resolvePath(text.substr(prefix), base_).string();
        return word;
    }

    const graph::PathBase& base_;
    const HashFile& hashFile_;
};

}  // namespace

std::string resolveCommand(const std::string& text, const graph::PathBase& base, const HashFile& hashFile) {
    const graph::CommandWords words = graph::parseCommand(text);
    if (words.empty())
        throw Error(ErrorKind::Document, "No command is given.",
                    "Give one: `ratescope-cli nodes ID` shows examples.");
    const Resolver resolver(base, hashFile);
    graph::CommandWords resolved{resolver.program(words.front())};
    for (auto word = words.begin() + 1; word != words.end(); ++word)
        resolved.push_back(resolver.argument(*word));
    return graph::toText(resolved);
}

std::vector<NamedFile> filesOf(const std::string& resolved) {
    std::vector<NamedFile> files;
    for (const CommandWord& word : graph::parseResolved(resolved))
        if (const auto file = graph::fileOf(word)) files.push_back({file->path, Hash::fromHex(file->hash)});
    return files;
}

std::string readable(const std::string& resolved) {
    graph::CommandWords words = graph::parseResolved(resolved);
    for (CommandWord& word : words)
        std::erase_if(word, [](const CommandPiece& piece) { return piece.kind == Kind::Bytes; });
    return graph::toText(words);
}

}  // namespace ratescope::run
