#pragma once

// Tables as text files: CSV and TSV (RFC 4180 quoting, first row names the columns, UTF-8) and JSON lines
// (one object a line, keys name the columns). Told apart by extension: csv, tsv, jsonl.
//
// A column's type comes from its cells: int64 when every cell is a decimal integer that fits and has no
// superfluous zero or plus, else double when every cell is a number or empty (empty, JSON null and a missing
// key read as NaN), else text. In CSV and TSV a unit stands behind the name: "psnr [dB]". In JSON lines
// true, false, arrays and objects are kept as their JSON text.

#include "core/media/node/value.h"

#include <filesystem>
#include <span>
#include <string>

namespace ratescope::media {

/// Throws Error(Input) that names file and line: not UTF-8, an unclosed quote, a row with more or fewer cells
/// than the header, a column name used twice or empty, a line that is no JSON object.
Table readTable(const std::filesystem::path& file);

enum class TableFormat { Csv, Tsv, JsonLines };

/// The same from memory; `name` stands in messages.
Table decodeTable(TableFormat format, std::span<const std::byte> bytes, const std::string& name);

/// Numbers in their shortest text that reads back as the same (NaN: an empty cell, null in JSON lines, which
/// has no infinities either: they become null). Throws Error(Usage) for another extension, Error(Resource)
/// when it can't be written; then nothing is left behind.
void writeTable(const std::filesystem::path& file, const Table& table);

}  // namespace ratescope::media
