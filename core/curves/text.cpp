#include "core/curves/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

namespace ratescope::curves {
namespace {

constexpr std::string_view minusSign = "\u2212";

bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view latexFor(char c) {
    switch (c) {
        case '\\':
            return "\\textbackslash{}";
        case '~':
            return "\\textasciitilde{}";
        case '^':
            return "\\textasciicircum{}";
        case '<':
            return "\\textless{}";
        case '>':
            return "\\textgreater{}";
        case '|':
            return "\\textbar{}";
        case '"':
            return "\\textquotedbl{}";
        case '&':
            return "\\&";
        case '%':
            return "\\%";
        case '$':
            return "\\$";
        case '#':
            return "\\#";
        case '_':
            return "\\_";
        case '{':
            return "\\{";
        case '}':
            return "\\}";
        case '\n':
        case '\r':
        case '\t':
            return " ";
        default:
            return {};
    }
}

// Signs that Ratescope itself writes and that pdfLaTeX's UTF-8 input does not know.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> latexSigns = {{
    {minusSign, "$-$"},
    {"\u00b7", "$\\cdot$"},
    {"\u2020", "\\textdagger{}"},
    {"\u00b0", "\\textdegree{}"},
    {"\u00d7", "$\\times$"},
    {"\u207b", "$^{-}$"},
    {"\u2070", "$^{0}$"},
    {"\u00b9", "$^{1}$"},
    {"\u00b2", "$^{2}$"},
    {"\u00b3", "$^{3}$"},
    {"\u2074", "$^{4}$"},
    {"\u2075", "$^{5}$"},
    {"\u2076", "$^{6}$"},
    {"\u2077", "$^{7}$"},
    {"\u2078", "$^{8}$"},
    {"\u2079", "$^{9}$"},
}};

}  // namespace

std::string shortest(double value) {
    if (std::isnan(value)) return "nan";
    std::array<char, 32> buffer;
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end};
}

std::string fixed(double value, int decimals) {
    if (!std::isfinite(value)) return shortest(value);
    std::array<char, 400> buffer;  // 309 digits before the point, and room for 80 after it
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                            std::chars_format::fixed, decimals);
    std::string text(buffer.data(), end);
    if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
    return text;
}

std::optional<double> readNumber(std::string_view text) {
    while (!text.empty() && isBlank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back()))
        text.remove_suffix(1);
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string withMinusSign(std::string_view number) {
    std::string text;
    for (const char c : number)
        if (c == '-')
            text += minusSign;
        else
            text += c;
    return text;
}

std::string latexEscaped(std::string_view text) {
    std::string escaped;
    while (!text.empty()) {
        bool isSign = false;
        for (const auto& [sign, latex] : latexSigns)
            if (text.starts_with(sign)) {
                escaped += latex;
                text.remove_prefix(sign.size());
                isSign = true;
                break;
            }
        if (isSign) continue;
        const std::string_view latex = latexFor(text.front());
        if (latex.empty())
            escaped += text.front();
        else
            escaped += latex;
        text.remove_prefix(1);
    }
    return escaped;
}

std::string markdownEscaped(std::string_view text) {
    constexpr std::string_view special = "\\`*_{}[]<>#|~&!$";
    std::string escaped;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) escaped += '\\';
        escaped += (c == '\n' || c == '\r') ? ' ' : c;
    }
    return escaped;
}

std::size_t displayWidth(std::string_view text) {
    std::size_t width = 0;
    for (const char c : text)
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++width;
    return width;
}

}  // namespace ratescope::curves
