#include "core/graph/command.h"

#include "core/error.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ratescope::graph {
namespace {

using Kind = CommandPiece::Kind;

enum class Dialect { Command, Words, Resolved };

constexpr std::string_view white = " \t\n\r\v\f";
constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", lower = "abcdefghijklmnopqrstuvwxyz",
                           digits = "0123456789";
constexpr std::string_view bytesMark = "file:";
constexpr std::size_t hashDigits = 64;
constexpr std::array<std::string_view, 12> shellWords = {"|", "||", "&",  "&&", ";",    "<",
                                                         ">", ">>", "2>", "<<", "2>&1", "&>"};

bool isOneOf(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

bool isName(std::string_view text) {
    const auto fits = [](char c) {
        return isOneOf(c, upper) || isOneOf(c, lower) || isOneOf(c, digits) || c == '-' || c == '_';
    };
    return !text.empty() && !isOneOf(text.front(), digits) && std::all_of(text.begin(), text.end(), fits);
}

bool isExtension(std::string_view text) {
    const auto fits = [](char c) { return isOneOf(c, lower) || isOneOf(c, digits); };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool isHash(std::string_view text) {
    return text.size() == hashDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

class Splitter {
  public:
    Splitter(const std::string& text, Dialect dialect) : text_(text), dialect_(dialect) {}

    CommandWords split() {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (isOneOf(c, white))
                endWord();
            else if (c == '\'')
                takeSingle();
            else if (c == '"')
                takeDouble();
            else
                takeOne(c);
        }
        endWord();
        return std::move(words_);
    }

  private:
    [[noreturn]] void fail(const std::string& what, std::size_t where, const std::string& remedy) const {
        throw Error(ErrorKind::Document, what + " at character " + std::to_string(where + 1), remedy);
    }

    void append(char c) {
        begun_ = true;
        if (c == '\0') fail("there is a zero byte", at_, "No program can be given one: take it out.");
        if (word_.empty() || word_.back().kind != Kind::Text) word_.push_back({Kind::Text, "", ""});
        word_.back().text += c;
    }

    void endWord() {
        if (!begun_) return;
        const bool plain = word_.size() == 1 && word_[0].kind == Kind::Text && !quoted_;
        if (dialect_ == Dialect::Command && plain &&
            std::find(shellWords.begin(), shellWords.end(), word_[0].text) != shellWords.end())
            fail(inQuotes(word_[0].text) + " is for a shell, and none reads this", at_ - word_[0].text.size(),
                 "Put pipes and redirections into a script and name the script; quote the characters if the "
                 "program is to have them.");
        words_.push_back(std::move(word_));
        word_.clear();
        begun_ = quoted_ = false;
    }

    void takeSingle() {
        const std::size_t start = at_;
        begun_ = quoted_ = true;
        for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_)
            append(text_[at_]);
        if (at_ == text_.size()) fail("the quote ' is not closed that begins", start, "Close it.");
    }

    void takeDouble() {
        const std::size_t start = at_;
        begun_ = quoted_ = true;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
            takeOne(text_[at_]);
        if (at_ >= text_.size()) fail("the quote \" is not closed that begins", start, "Close it.");
    }

    /// What is no white space and no quote, or stands in "…".
    void takeOne(char c) {
        if (c == '\\') {
            if (++at_ == text_.size()) fail("a backslash takes nothing", at_ - 1, "Double it to have one.");
            quoted_ = true;
            append(text_[at_]);
        } else if (c == '{') {
            takeName();
        } else if (c == '$' && at_ + 1 < text_.size() && text_[at_ + 1] == '{') {
            const std::size_t close = text_.find('}', at_);
            if (close == std::string::npos) fail("the root is not closed that begins", at_, "Write ${NAME}.");
            for (; at_ < close; ++at_)
                append(text_[at_]);
            append('}');
        } else {
            append(c);
        }
    }

    void takeName() {
        const std::size_t close = text_.find('}', at_);
        const std::string inside = close == std::string::npos ? "" : text_.substr(at_ + 1, close - at_ - 1);
        CommandPiece piece{Kind::Name, inside, ""};
        if (dialect_ == Dialect::Resolved && inside.rfind(bytesMark, 0) == 0 &&
            isHash(inside.substr(bytesMark.size()))) {
            piece = {Kind::Bytes, inside.substr(bytesMark.size()), ""};
        } else {
            const std::size_t dot = inside.find('.');
            piece.text = inside.substr(0, dot);
            if (dot != std::string::npos) piece.extension = inside.substr(dot + 1);
            if (!isName(piece.text) || (dot != std::string::npos && !isExtension(piece.extension)))
                fail("no {name} or {name.extension} begins", at_,
                     "Write a brace that is no placeholder as \\{, or in '…'.");
        }
        word_.push_back(std::move(piece));
        begun_ = true;
        at_ = close;
    }

    const std::string& text_;
    const Dialect dialect_;
    std::size_t at_ = 0;
    CommandWords words_;
    CommandWord word_;
    bool begun_ = false, quoted_ = false;
};

/// A piece of text that is neither split nor read as anything else.
std::string quoted(const std::string& text) {
    static const std::string special = std::string(white) + "'\"\\{$|<>&;";
    if (text.find_first_of(special) == std::string::npos) return text;
    std::string safe = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\' || c == '{' || c == '$') safe += '\\';
        safe += c;
    }
    return safe + "\"";
}

}  // namespace

CommandWords parseCommand(const std::string& text) {
    return Splitter(text, Dialect::Command).split();
}

CommandWords parseWords(const std::string& text) {
    return Splitter(text, Dialect::Words).split();
}

CommandWords parseResolved(const std::string& text) {
    return Splitter(text, Dialect::Resolved).split();
}

std::string toText(const CommandWord& word) {
    if (word.empty()) return "''";
    std::string text;
    for (const CommandPiece& piece : word) {
        switch (piece.kind) {
            case Kind::Text:
                text += quoted(piece.text);
                break;
            case Kind::Name:
                text += "{" + piece.text + (piece.extension.empty() ? "" : "." + piece.extension) + "}";
                break;
            case Kind::Bytes:
                text += "{" + std::string(bytesMark) + piece.text + "}";
                break;
        }
    }
    return text;
}

std::string toText(const CommandWords& words) {
    std::string text;
    for (const CommandWord& word : words)
        text += (text.empty() ? "" : " ") + toText(word);
    return text;
}

std::optional<std::string> literal(const CommandWord& word) {
    std::string text;
    for (const CommandPiece& piece : word) {
        if (piece.kind == Kind::Name) return std::nullopt;
        if (piece.kind == Kind::Text) text += piece.text;
    }
    return text;
}

std::optional<CommandFile> fileOf(const CommandWord& word) {
    const auto mark = std::find_if(word.begin(), word.end(),
                                   [](const CommandPiece& piece) { return piece.kind == Kind::Bytes; });
    if (mark == word.end()) return std::nullopt;
    const auto before = literal(CommandWord(word.begin(), mark)),
               after = literal(CommandWord(mark + 1, word.end()));
    if (!before || !after) return std::nullopt;
    return CommandFile{*before, *after, mark->text};
}

}  // namespace ratescope::graph
