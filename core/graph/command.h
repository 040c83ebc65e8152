#pragma once

// Command templates: how a document writes the call of an external program. No shell reads them; what is split here
// arrives at the program as it is.
//
// White space separates words. '…' and "…" keep white space in a word, and in '…' nothing has a meaning but the
// closing quote. Elsewhere a backslash takes the next character as it is, and {name} stands for a value that arrives
// whole, whatever its characters; {name.ext} stands for a file whose name ends in .ext. ${ROOT} at the beginning of
// a path is a named root (named_roots.h). All else is itself: $, *, ~ and # mean nothing. Words that only a shell
// would understand (|, >, &&, …) are refused unless they are quoted.

#include <optional>
#include <string>
#include <vector>

namespace ratescope::graph {

struct CommandPiece {
    enum class Kind {
        Text,   ///< itself
        Name,   ///< a placeholder
        Bytes,  ///< the rest of the word names a file that has this SHA-256 (in resolved commands only)
    };
    Kind kind = Kind::Text;
    std::string text;       ///< a name without its extension
    std::string extension;  ///< of Name, without the dot; "" for none

    bool operator==(const CommandPiece&) const = default;
};

/// One argument in the making; no piece stands for an empty argument.
using CommandWord = std::vector<CommandPiece>;
using CommandWords = std::vector<CommandWord>;

/// Splits a template; an empty text has no words. Throws Error(Document) that says what is wrong and where.
CommandWords parseCommand(const std::string& text);
/// The same for texts that are no command but follow the same rules (lists of name=value, forms of requests): words
/// that only a shell understands are words like others.
CommandWords parseWords(const std::string& text);
/// The same for a command whose files are named by path and hash, as tasks carry it: a file stands as {file:SHA-256}
/// followed by its path, which makes up the rest of the word.
CommandWords parseResolved(const std::string& text);

/// A text that the parse functions take for these words.
std::string toText(const CommandWords& words);
std::string toText(const CommandWord& word);

/// The word as text; nothing when it has a placeholder.
std::optional<std::string> literal(const CommandWord& word);

/// The file that a word of a resolved command names: what stands before it in the word ("--table="), its path, hash.
struct CommandFile {
    std::string prefix, path, hash;
};
std::optional<CommandFile> fileOf(const CommandWord& word);

}  // namespace ratescope::graph
