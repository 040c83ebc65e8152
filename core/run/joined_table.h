#pragma once

// A table that says something of assets by their names: labels, groups, split. What it says is kept beside the
// items and enters no key.

#include "core/run/assets.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace ratescope::run {

struct JoinedTable {
    std::vector<Attributes> ofAsset;  ///< in the order of the assets; empty cells are left out
    std::vector<std::string> notes;   ///< assets without a row, rows without an asset
};

/// Reads a CSV, TSV or JSON lines file (told by its extension; UTF-8, at most 64 MiB; the unit behind a column's
/// name, "size [px]", is left out) whose column `key` names assets: with or without their extension. "" is the
/// first column of CSV and TSV. A column's values are integers if all are, else reals if all are numbers, else
/// texts. Throws Error(Input), naming file and line: what is no such table, no such column, an asset that has two
/// rows, a row that names nothing.
JoinedTable joinTable(const std::filesystem::path& table, const std::string& key,
                      std::span<const Asset> assets);

}  // namespace ratescope::run
