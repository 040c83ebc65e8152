#pragma once

// Numbers and names as text. Machine formats take shortest() and fixed(), which never look at the locale;
// only figures and their captions take a true minus sign.

#include <optional>
#include <string>
#include <string_view>

namespace ratescope::curves {

/// Shortest decimal text that reads back as the same double ("0.1", "1e+22"); "inf", "-inf" and "nan" as
/// such.
std::string shortest(double value);

/// `value` with `decimals` digits after the point. Never "-0.00". Infinities and NaN as in shortest().
std::string fixed(double value, int decimals);

/// The number that the whole of `text` (blanks around it aside) stands for, with "." as decimal point;
/// infinities and NaN are numbers here ("inf", "nan"). Nothing if it is not a number.
std::optional<double> readNumber(std::string_view text);

/// The same text with U+2212 for the hyphen of a leading minus and of a negative exponent: figures only.
std::string withMinusSign(std::string_view number);

/// `text` so that LaTeX (pdfLaTeX with UTF-8 input) prints it as it stands, outside math mode.
std::string latexEscaped(std::string_view text);

/// `text` so that a cell of a Markdown table (CommonMark with tables) prints it as it stands.
std::string markdownEscaped(std::string_view text);

/// Characters that a terminal shows for UTF-8 `text` (code points; wide and combining ones count as one).
std::size_t displayWidth(std::string_view text);

}  // namespace ratescope::curves
