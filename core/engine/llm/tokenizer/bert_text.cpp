#include "core/engine/llm/tokenizer/bert_text.h"

#include "core/engine/llm/tokenizer/code_point.h"
#include "core/engine/llm/tokenizer/normal_form.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace ratescope::engine {
namespace {

constexpr char32_t replacement = 0xfffd;

std::uint32_t categoryOf(char32_t value) {
    return U_MASK(u_charType(static_cast<UChar32>(value)));
}

/// The reference knows the categories of Unicode 8.0: what came later is a letter to it.
bool isOfUnicode8(char32_t value) {
    constexpr std::uint8_t major = 8;
    UVersionInfo age{};
    u_charAge(static_cast<UChar32>(value), age);
    return age[0] <= major;
}

// Characters that have changed their category since Unicode 8.0: what they were.
constexpr std::array<char32_t, 1> formerMarks{0x1734};
constexpr std::array<char32_t, 4> laterMarks{0x1885, 0x1886, 0xa9bd, 0x111c9};
constexpr std::array<char32_t, 2> formerPunctuation{0x166d, 0x111c9};

bool isAmong(char32_t value, std::span<const char32_t> characters) {
    return std::ranges::find(characters, value) != characters.end();
}

bool isNonSpacingMark(char32_t value) {
    if (isAmong(value, formerMarks)) return true;
    return (categoryOf(value) & U_GC_MN_MASK) != 0 && isOfUnicode8(value) && !isAmong(value, laterMarks);
}

bool isPunctuation(char32_t value) {
    if (value < 0x80) return value > ' ' && value < 0x7f && !u_isalnum(static_cast<UChar32>(value));
    if (isAmong(value, formerPunctuation)) return true;
    return (categoryOf(value) & U_GC_P_MASK) != 0 && isOfUnicode8(value);
}

bool isLineOrTab(char32_t value) {
    return value == '\t' || value == '\n' || value == '\r';
}

bool isRemoved(char32_t value) {
    constexpr std::uint32_t removed = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK;
    if (value == 0 || value == replacement) return true;
    return !isLineOrTab(value) && (categoryOf(value) & removed) != 0 && isOfUnicode8(value);
}

/// The blocks that the reference lists; one begins at U+2B920 there, and not at U+2B820 where Unicode has it.
bool isChinese(char32_t value) {
    struct Block {
        char32_t first, last;
    };
    constexpr std::array blocks{Block{0x4e00, 0x9fff},   Block{0x3400, 0x4dbf},   Block{0x20000, 0x2a6df},
                                Block{0x2a700, 0x2b73f}, Block{0x2b740, 0x2b81f}, Block{0x2b920, 0x2ceaf},
                                Block{0xf900, 0xfaff},   Block{0x2f800, 0x2fa1f}};
    return std::ranges::any_of(
        blocks, [&](const Block& block) { return value >= block.first && value <= block.last; });
}

void append(std::string& text, char32_t value) {
    const auto byte = [&](char32_t bits) { text.push_back(static_cast<char>(bits)); };
    if (value < 0x80) return byte(value);
    if (value < 0x800) {
        byte(0xc0 | value >> 6);
    } else {
        if (value < 0x10000) {
            byte(0xe0 | value >> 12);
        } else {
            byte(0xf0 | value >> 18);
            byte(0x80 | (value >> 12 & 0x3f));
        }
        byte(0x80 | (value >> 6 & 0x3f));
    }
    byte(0x80 | (value & 0x3f));
}

std::string cleaned(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = codePointAt(text, i);
        const std::string_view character = text.substr(i, point.size);
        i += point.size;
        if (isRemoved(point.value)) continue;
        if (isLineOrTab(point.value) || u_isUWhiteSpace(static_cast<UChar32>(point.value))) {
            result.push_back(' ');
        } else if (isChinese(point.value)) {
            result.push_back(' ');
            result += character;
            result.push_back(' ');
        } else {
            result += character;
        }
    }
    return result;
}

std::string smallWithoutAccents(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = codePointAt(text, i);
        i += point.size;
        if (!isNonSpacingMark(point.value))
            append(result, static_cast<char32_t>(u_tolower(static_cast<UChar32>(point.value))));
    }
    return result;
}

}  // namespace

std::string bertText(std::string_view text, bool lowerCase) {
    const std::string clean = cleaned(text);
    return lowerCase ? smallWithoutAccents(decomposed(clean)) : clean;
}

std::size_t bertWordSize(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size()) {
        const CodePoint point = codePointAt(text, size);
        if (u_isUWhiteSpace(static_cast<UChar32>(point.value))) break;
        if (isPunctuation(point.value)) return size == 0 ? point.size : size;
        size += point.size;
    }
    return size;
}

}  // namespace ratescope::engine
