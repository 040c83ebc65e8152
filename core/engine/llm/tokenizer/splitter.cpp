#include "core/engine/llm/tokenizer/splitter.h"

#include "core/engine/llm/tokenizer/code_point.h"
#include "core/error.h"
#include "core/utf8.h"

#include <unicode/uchar.h>

#include <cstdint>

namespace ratescope::engine {
namespace {

enum class Class { End, Letter, Number, Blank, Other };

struct Character {
    char32_t value = 0;
    std::size_t size = 0;
    Class kind = Class::End;

    bool isNewline() const { return kind == Class::Blank && (value == '\r' || value == '\n'); }
};

Class classOf(char32_t value) {
    const auto code = static_cast<UChar32>(value);
    const std::uint32_t category = U_MASK(u_charType(code));
    if ((category & U_GC_L_MASK) != 0) return Class::Letter;
    if ((category & U_GC_N_MASK) != 0) return Class::Number;
    return u_isUWhiteSpace(code) ? Class::Blank : Class::Other;
}

Character characterAt(std::string_view text, std::size_t position) {
    if (position >= text.size()) return {};
    const CodePoint point = codePointAt(text, position);
    return {point.value, point.size, classOf(point.value)};
}

/// Where the run of `kind` ends that begins at `position`, after `most` characters at the latest.
std::size_t endOfRun(std::string_view text, std::size_t position, Class kind,
                     std::size_t most = ~std::size_t{0}) {
    for (std::size_t taken = 0; taken < most; ++taken) {
        const Character next = characterAt(text, position);
        if (next.kind != kind) break;
        position += next.size;
    }
    return position;
}

/// In lower case; U+017F, the long s, is an s to whoever ignores case.
char folded(std::string_view text, std::size_t position, std::size_t& size) {
    const Character next = characterAt(text, position);
    size = next.size;
    if (next.value == 0x17f) return 's';
    return next.value >= 'A' && next.value <= 'Z' ? static_cast<char>(next.value + ('a' - 'A'))
           : next.value < 0x80                    ? static_cast<char>(next.value)
                                                  : '\0';
}

/// The size of 's, 't, 're, 've, 'm, 'll or 'd at the front of `text`; 0 where there is none.
std::size_t contraction(std::string_view text, bool ignoreCase) {
    if (text[0] != '\'') return 0;
    std::size_t firstSize = 1, secondSize = 1;
    const char first = ignoreCase ? folded(text, 1, firstSize) : text.size() > 1 ? text[1] : '\0';
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return 1 + firstSize;
    const std::size_t at = 1 + firstSize;
    const char second = ignoreCase ? folded(text, at, secondSize) : text.size() > at ? text[at] : '\0';
    const bool isPair =
        (first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l');
    return isPair ? at + secondSize : 0;
}

/// A run of blanks at the front of a text.
struct Blanks {
    std::size_t end = 0;           ///< of the run
    std::size_t last = 0;          ///< where its last character begins
    std::size_t afterNewline = 0;  ///< after its last line break; 0 without one
};

Blanks blanks(std::string_view text) {
    Blanks run;
    for (Character next = characterAt(text, 0); next.kind == Class::Blank;
         next = characterAt(text, run.end)) {
        run.last = run.end;
        run.end += next.size;
        if (next.isNewline()) run.afterNewline = run.end;
    }
    return run;
}

/// \s+(?!\S)|\s+: before other text a run leaves its last blank, which then belongs to that.
std::size_t blankWord(const Blanks& run, bool isBeforeText) {
    return isBeforeText && run.last > 0 ? run.last : run.end;
}

}  // namespace

Splitter::Splitter(const std::string& name) {
    if (name == "smollm") {
        digitsApart_ = true;
    } else if (name == "llama-bpe") {
        likeLlama_ = true;
        mostDigits_ = 3;
    } else if (name == "qwen2") {
        likeLlama_ = true;
    } else if (name != "gpt-2") {
        throw Error(ErrorKind::Input,
                    "The tokenizer cuts words by the rule " + quote(name) + ", which is not known.",
                    "Known are gpt-2, smollm, llama-bpe and qwen2.");
    }
}

std::size_t Splitter::wordSize(std::string_view text) const {
    return likeLlama_ ? llamaWord(text) : gpt2Word(text);
}

std::size_t Splitter::gpt2Word(std::string_view text) const {
    if (const std::size_t size = contraction(text, false)) return size;
    const Character first = characterAt(text, 0);
    const bool isSpace = first.value == ' ';
    const Character lead = isSpace ? characterAt(text, 1) : first;
    const bool apart = digitsApart_ && lead.kind == Class::Number;
    if (apart && !isSpace) return first.size;
    if (!apart && lead.kind != Class::Blank && lead.kind != Class::End)
        return endOfRun(text, isSpace ? 1 : 0, lead.kind);
    const Blanks run = blanks(text);
    const Class next = characterAt(text, run.end).kind;
    return blankWord(run, next != Class::End && !(digitsApart_ && next == Class::Number));
}

std::size_t Splitter::llamaWord(std::string_view text) const {
    if (const std::size_t size = contraction(text, true)) return size;
    const Character first = characterAt(text, 0);
    if (first.kind == Class::Letter) return endOfRun(text, 0, Class::Letter);
    if (first.kind == Class::Number) return endOfRun(text, 0, Class::Number, mostDigits_);
    const Character second = characterAt(text, first.size);
    if (second.kind == Class::Letter && !first.isNewline()) return endOfRun(text, first.size, Class::Letter);
    const bool isSpace = first.value == ' ';
    if ((isSpace ? second : first).kind == Class::Other) {
        std::size_t end = endOfRun(text, isSpace ? 1 : 0, Class::Other);
        while (characterAt(text, end).isNewline())
            ++end;
        return end;
    }
    const Blanks run = blanks(text);
    return run.afterNewline > 0 ? run.afterNewline : blankWord(run, run.end < text.size());
}

}  // namespace ratescope::engine
