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

#include <string>
#include <string_view>

namespace ratescope::media {

std::string toCsv(const Table& table);

/// Reads what toCsv wrote; text without a schema line as core/media/assets/table_file.h reads CSV. Throws
/// Error(Input), naming `source`, on anything else.
Table tableFromCsv(std::string_view text, const std::string& source);

}  // namespace ratescope::media
