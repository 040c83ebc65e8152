#include "core/media/assets/table_cells.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace ratescope::media {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

template <typename Number>
bool parse(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

template <typename Number>
std::string shortest(Number value) {
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

template <typename Number>
std::vector<Number> numbersOf(const std::vector<Cell>& cells, Number missing) {
    std::vector<Number> numbers(cells.size(), missing);
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (cells[i].kind != CellKind::Missing) parse(cells[i].text, numbers[i]);
    return numbers;
}

}  // namespace

CellKind kindOf(std::string_view text) {
    if (text.empty()) return CellKind::Missing;
    std::string_view digits = text;
    if (digits.front() == '-') digits.remove_prefix(1);
    // "007" is a name, not a number: reading it as 7 would lose what it is.
    if (digits.size() > 1 && digits[0] == '0' && isDigit(digits[1])) return CellKind::Text;
    if (!digits.empty() && std::all_of(digits.begin(), digits.end(), isDigit)) {
        std::int64_t integer;
        if (text == "-0") return CellKind::Real;
        return parse(text, integer) ? CellKind::Integer : CellKind::Text;
    }
    double real;
    return parse(text, real) ? CellKind::Real : CellKind::Text;
}

Column makeColumn(std::string name, std::string unit, const std::vector<Cell>& cells) {
    const auto has = [&](CellKind kind) {
        return std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) { return cell.kind == kind; });
    };
    Column column{std::move(name), std::move(unit), {}};
    const bool numbers = has(CellKind::Integer) || has(CellKind::Real);
    if (has(CellKind::Text) || !numbers) {
        std::vector<std::string> texts;
        for (const Cell& cell : cells)
            texts.push_back(cell.text);
        column.cells = std::move(texts);
    } else if (has(CellKind::Real) || has(CellKind::Missing)) {
        column.cells = numbersOf(cells, std::numeric_limits<double>::quiet_NaN());
    } else {
        column.cells = numbersOf(cells, std::int64_t{0});
    }
    return column;
}

std::string numberText(double value) {
    return shortest(value);
}

std::string numberText(std::int64_t value) {
    return shortest(value);
}

}  // namespace ratescope::media
