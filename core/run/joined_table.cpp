#include "core/run/joined_table.h"

#include "core/curves/csv.h"
#include "core/curves/text.h"
#include "core/error.h"
#include "core/graph/strict_json.h"
#include "core/graph/wording.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <set>

namespace ratescope::run {
namespace {

using graph::inQuotes;

constexpr std::size_t mostColumns = 256;

[[noreturn]] void refuse(const curves::CsvTable& table, std::size_t row, const std::string& what,
                         const std::string& remedy) {
    throw Error(ErrorKind::Input,
                table.source + ", line " + std::to_string(table.lines[row]) + ": " + what + ".", remedy);
}

/// "size [px]" is the column size.
std::string withoutUnit(const std::string& heading) {
    const std::size_t open = heading.rfind(" [");
    const bool hasUnit = open != std::string::npos && open > 0 && heading.ends_with(']');
    return hasUnit ? heading.substr(0, open) : heading;
}

std::string cellOf(const nlohmann::json& value) {
    if (value.is_null()) return {};
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// One object a line; its keys name the columns, in byte order.
curves::CsvTable readJsonLines(const std::filesystem::path& file) {
    std::error_code failure;
    if (std::filesystem::file_size(file, failure) > graph::maximumJsonBytes || failure)
        throw Error(ErrorKind::Input, file.string() + " can't be read, or is larger than 64 MiB.",
                    "Check its name, rights and size.");
    curves::CsvTable table;
    table.source = file.string();
    std::vector<std::map<std::string, std::string>> objects;
    std::ifstream stream(file, std::ios::binary);
    std::size_t number = 0;
    for (std::string line; std::getline(stream, line);) {
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        const nlohmann::json object =
            graph::parseJson(line, file.string() + ", line " + std::to_string(number));
        if (!object.is_object())
            throw Error(ErrorKind::Input,
                        file.string() + ", line " + std::to_string(number) + ": it is no JSON object.",
                        "Write one object a line.");
        table.lines.push_back(number);
        objects.emplace_back();
        // Lines may lack keys of others: a few with many each would ask for much more memory than the file has.
        if (object.size() > mostColumns || table.header.size() > mostColumns)
            throw Error(ErrorKind::Input, file.string() + " has more than 256 columns.",
                        "Keep those that say something of the assets.");
        for (const auto& [name, value] : object.items()) {
            objects.back()[name] = cellOf(value);
            if (std::find(table.header.begin(), table.header.end(), name) == table.header.end())
                table.header.push_back(name);
        }
    }
    for (const auto& object : objects) {
        table.rows.emplace_back();
        for (const std::string& name : table.header)
            table.rows.back().push_back(object.count(name) ? object.at(name) : "");
    }
    return table;
}

curves::CsvTable readTable(const std::filesystem::path& file) {
    const std::string extension = file.extension().string();
    if (extension == ".jsonl") return readJsonLines(file);
    if (extension != ".csv" && extension != ".tsv")
        throw Error(ErrorKind::Input, file.string() + " does not end as a table.",
                    "Give a file that ends with .csv, .tsv or .jsonl.");
    curves::CsvTable table = curves::readCsv(file, extension == ".tsv" ? '\t' : ',');
    for (std::string& heading : table.header)
        heading = withoutUnit(heading);
    if (std::set<std::string>(table.header.begin(), table.header.end()).size() != table.header.size())
        throw Error(ErrorKind::Input, table.source + ": two columns have the same name but for their unit.",
                    "Give every column its own name.");
    for (std::size_t row = 0; row < table.rows.size(); ++row)
        for (const std::string& cell : table.rows[row])
            if (!graph::isUtf8(cell))
                refuse(table, row, "a cell is not UTF-8 text", "Save the table as UTF-8.");
    return table;
}

std::optional<std::int64_t> integerOf(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // "007" names something, and is no number.
    if (error != std::errc() || end != text.data() + text.size() || std::to_string(value) != text)
        return std::nullopt;
    return value;
}

std::optional<double> realOf(const std::string& text) {
    const std::optional<double> value = curves::readNumber(text);
    return value && std::isfinite(*value) ? value : std::nullopt;
}

enum class CellType { Integer, Real, Text };

CellType typeOf(const curves::CsvTable& table, std::size_t column) {
    CellType type = CellType::Integer;
    for (const auto& row : table.rows) {
        const std::string& cell = row[column];
        if (cell.empty() || integerOf(cell)) continue;
        if (!realOf(cell)) return CellType::Text;
        type = CellType::Real;
    }
    return type;
}

graph::ParameterValue valueOf(const std::string& cell, CellType type) {
    if (type == CellType::Integer) return *integerOf(cell);
    if (type == CellType::Real) return *realOf(cell);
    return cell;
}

std::string stemOf(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    return dot == 0 || dot == std::string::npos ? name : name.substr(0, dot);
}

std::size_t keyColumn(const curves::CsvTable& table, const std::string& key, bool isOrdered) {
    if (key.empty() && isOrdered) return 0;
    const auto found = std::find(table.header.begin(), table.header.end(), key);
    if (key.empty() || found == table.header.end())
        throw Error(ErrorKind::Input,
                    table.source + (key.empty() ? " does not say which of its columns names the assets."
                                                : " has no column " + inQuotes(key) + "."),
                    "Name one of its columns as the key: " + graph::listed(table.header) + ".");
    return static_cast<std::size_t>(found - table.header.begin());
}

/// The row of each name, as written and but for the extension.
class RowFinder {
  public:
    RowFinder(const curves::CsvTable& table, std::size_t key) : table_(table), key_(key) {
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
            const std::string& name = table.rows[row][key];
            if (name.empty())
                refuse(table, row, "the row names no asset",
                       "Fill in " + table.header[key] + ", or remove it.");
            const auto [first, isNew] = byName_.emplace(name, row);
            if (!isNew)
                refuse(table, row,
                       "a second row for " + inQuotes(name) + ", after that on line " +
                           std::to_string(table.lines[first->second]),
                       "Keep one of them.");
            byStem_[stemOf(name)].push_back(row);
        }
    }

    std::optional<std::size_t> find(const std::string& asset) const {
        if (const auto named = byName_.find(asset); named != byName_.end()) return named->second;
        const auto alike = byStem_.find(stemOf(asset));
        if (alike == byStem_.end()) return std::nullopt;
        if (alike->second.size() > 1)
            refuse(table_, alike->second[1],
                   "the second of two rows that may be of " + inQuotes(asset) + ", after that on line " +
                       std::to_string(table_.lines[alike->second[0]]),
                   "Write the names in " + table_.header[key_] + " with their extension.");
        return alike->second.front();
    }

  private:
    const curves::CsvTable& table_;
    std::size_t key_;
    std::map<std::string, std::size_t> byName_;
    std::map<std::string, std::vector<std::size_t>> byStem_;
};

std::string counted(std::size_t n, const char* one, const char* many) {
    return std::to_string(n) + " " + (n == 1 ? one : many);
}

}  // namespace

JoinedTable joinTable(const std::filesystem::path& file, const std::string& key,
                      std::span<const Asset> assets) {
    const curves::CsvTable table = readTable(file);
    const std::size_t keyIndex = keyColumn(table, key, file.extension() != ".jsonl");
    const RowFinder rows(table, keyIndex);
    std::vector<CellType> types;
    for (std::size_t column = 0; column < table.header.size(); ++column)
        types.push_back(typeOf(table, column));
    JoinedTable joined;
    std::vector<std::string> lacking, unused;
    std::vector<bool> used(table.rows.size());
    for (const Asset& asset : assets) {
        Attributes& attributes = joined.ofAsset.emplace_back();
        const auto row = rows.find(asset.name);
        if (!row) {
            lacking.push_back(asset.name);
            continue;
        }
        used[*row] = true;
        for (std::size_t column = 0; column < table.header.size(); ++column)
            if (const std::string& cell = table.rows[*row][column]; column != keyIndex && !cell.empty())
                attributes.emplace_back(table.header[column], valueOf(cell, types[column]));
    }
    for (std::size_t row = 0; row < used.size(); ++row)
        if (!used[row]) unused.push_back(table.rows[row][keyIndex]);
    const std::string name = file.filename().string();
    if (!lacking.empty())
        joined.notes.push_back(name + " has no row for " + counted(lacking.size(), "asset", "assets") + ": " +
                               graph::listed(lacking) + ".");
    if (!unused.empty())
        joined.notes.push_back(name + " has " + counted(unused.size(), "row", "rows") +
                               " of no asset, passed over: " + graph::listed(unused) + ".");
    return joined;
}

}  // namespace ratescope::run
