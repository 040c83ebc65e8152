#pragma once

// Tables as text, as they stand in reports, in the library and in exports:
//
//   #{"columns":[{"name":"layer","type":"text","unit":""},{"name":"error","type":"real","unit":"dB"}],"schema":"","view":"line"}
//   layer,error
//   conv1,0.25
//
// The first line, a JSON object after "#", is the schema line: type is "real", "integer" or "text", view is
// "none", "line", "bars", "heat-map" or "scatter". What follows is RFC 4180 with a header, lines end in a line
// feed, reals are the shortest text that reads back as the same double ("nan", "inf", "-inf").

#include "core/media/node/value.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace ratescope::media {

std::string toCsv(const Table& table);

/// Reads what toCsv wrote. Without a schema line a column is real when all its cells are numbers or empty,
/// else text. An empty cell of a real column is NaN. Throws Error(Input), naming `source` and the line, on
/// anything else.
Table tableFromCsv(std::string_view text, const std::string& source);

/// tableFromCsv of a file. Throws Error(Input) naming the file if it can't be read.
Table readTable(const std::filesystem::path& file);

}  // namespace ratescope::media
