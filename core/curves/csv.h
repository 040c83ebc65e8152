#pragma once

// Comma-separated values (RFC 4180): the very points of curves, and points that others made.

#include "core/curves/bd.h"
#include "core/curves/curve.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ratescope::curves {

/// A file with a header. Every row has as many cells as the header.
struct CsvTable {
    std::string source;  ///< for messages: the file's name
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::size_t> lines;  ///< the line on which each row begins, from 1
};

/// Reads UTF-8 text (a byte order mark is passed over; lines end in CRLF or LF; empty lines are passed over).
/// Throws Error(Input), naming source and line, for no header, an open quote, text after a closing quote, a
/// row of another length, and a column that is named twice. `separator`: between cells, '\t' for TSV.
CsvTable parseCsv(std::string_view text, const std::string& source, char separator = ',');

/// parseCsv of a file of at most 64 MiB. Throws Error(Input) if it can't be read or is larger.
CsvTable readCsv(const std::filesystem::path& file, char separator = ',');

/// The column `name` as numbers. Throws Error(Input), naming source, line and column, for a missing column
/// (and says which there are) and for a cell that is no number or NaN. "inf" is a number.
std::vector<double> numbersOf(const CsvTable& table, const std::string& name);

/// The columns "rate" and "quality" of a file, other columns aside; named after the file. Throws as readCsv
/// and numbersOf, and Error(Input) if there is no row.
RdCurve readRdCurve(const std::filesystem::path& file);

/// One field, quoted where RFC 4180 asks for it.
std::string csvField(std::string_view text);

/// One row a point: series, title, evidence, x, y, its interval, n, expected, dropped, then the group where there
/// are groups, what items have reached where some are to, and the swept parameters. The columns of x and y carry the ids of their quantities; all curves share both. Lines end in
/// CRLF. Throws Error(Usage) if the curves do not share their axes.
std::string csvOfPoints(std::span<const Curve> curves);

/// One row an item at a point: series, asset, seed, x, y, then what it has reached, and the swept parameters.
std::string csvOfItems(std::span<const Curve> curves);

}  // namespace ratescope::curves
