#pragma once

// From cells as text to typed columns; the rule that CSV, TSV and JSON lines share (see table_file.h).

#include "core/media/node/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace ratescope::media {

enum class CellKind { Missing, Integer, Real, Text };

struct Cell {
    CellKind kind = CellKind::Missing;
    std::string text;
};

/// What a cell of a text file is.
CellKind kindOf(std::string_view text);

Column makeColumn(std::string name, std::string unit, const std::vector<Cell>& cells);

/// Shortest text that reads back as the same number, in the C locale.
std::string numberText(double value);
std::string numberText(std::int64_t value);

}  // namespace ratescope::media
