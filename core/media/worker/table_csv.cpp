#include "core/media/worker/table_csv.h"

#include "core/curves/csv.h"
#include "core/curves/text.h"
#include "core/error.h"
#include "core/media/assets/table_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <utility>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 5> views = {"none", "line", "bars", "heat-map", "scatter"};
constexpr std::array<const char*, 3> cellTypes = {"real", "integer", "text"};  // as in Column::cells

std::string cellText(double value) {
    return curves::shortest(value);
}
std::string cellText(std::int64_t value) {
    return std::to_string(value);
}
std::string cellText(const std::string& value) {
    return curves::csvField(value);
}

std::string rowText(const Table& table, std::size_t row) {
    std::string text;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (i) text += ",";
        text += std::visit([row](const auto& cells) { return cellText(cells[row]); }, table.columns[i].cells);
    }
    return text.empty() ? "\"\"" : text;  // An empty line would be no row.
}

std::string schemaLine(const Table& table) {
    json columns = json::array();
    for (const Column& column : table.columns)
        columns.push_back(
            {{"name", column.name}, {"type", cellTypes.at(column.cells.index())}, {"unit", column.unit}});
    return "#" + json{{"columns", columns},
                      {"schema", table.schema},
                      {"view", views.at(static_cast<std::size_t>(table.view))}}
                     .dump(-1, ' ', false, json::error_handler_t::replace);
}

Error malformed(const std::string& source, const std::string& reason) {
    return Error(ErrorKind::Input, "The table " + source + " can't be read: " + reason + ".",
                 "Write it again with the program that made it.");
}

/// What a schema line says; columns without cells.
Table readSchema(std::string_view line, const std::string& source) {
    try {
        const json schema = json::parse(line);
        Table table;
        table.schema = schema.at("schema").get<std::string>();
        const auto view = schema.at("view").get<std::string>();
        std::size_t known = 0;
        while (known < views.size() && view != views[known])
            ++known;
        if (known == views.size()) throw malformed(source, "unknown view \"" + view + "\"");
        table.view = static_cast<TableView>(known);
        for (const json& column : schema.at("columns")) {
            Column& added = table.columns.emplace_back();
            added.name = column.at("name").get<std::string>();
            added.unit = column.at("unit").get<std::string>();
            const auto type = column.at("type").get<std::string>();
            if (type == "integer")
                added.cells = std::vector<std::int64_t>();
            else if (type == "text")
                added.cells = std::vector<std::string>();
            else if (type != "real")
                throw malformed(source, "unknown column type \"" + type + "\"");
        }
        return table;
    } catch (const json::exception& error) {
        throw malformed(source, std::string("damaged schema line (") + error.what() + ")");
    }
}

void append(std::vector<double>& cells, const std::string& text, const std::string& place) {
    const auto number = text.empty() ? std::numeric_limits<double>::quiet_NaN() : curves::readNumber(text);
    if (!number) throw malformed(place, "\"" + text + "\" is no number");
    cells.push_back(*number);
}

void append(std::vector<std::int64_t>& cells, const std::string& text, const std::string& place) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw malformed(place, "\"" + text + "\" is no integer");
    cells.push_back(value);
}

void append(std::vector<std::string>& cells, const std::string& text, const std::string&) {
    cells.push_back(text);
}

}  // namespace

std::string toCsv(const Table& table) {
    std::string text = schemaLine(table) + "\n";
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        text += (i ? "," : "") + curves::csvField(table.columns[i].name);
    text += "\n";
    for (std::size_t row = 0; row < table.rows(); ++row)
        text += rowText(table, row) + "\n";
    return text;
}

Table tableFromCsv(std::string_view text, const std::string& source) {
    if (!text.starts_with("#{")) return decodeTable(TableFormat::Csv, std::as_bytes(std::span(text)), source);
    const std::size_t end = std::min(text.find('\n'), text.size());
    Table table = readSchema(text.substr(1, end - 1), source);
    if (table.columns.empty()) return table;
    const curves::CsvTable csv = curves::parseCsv(text.substr(std::min(end + 1, text.size())), source);
    const bool sameNames =
        std::equal(csv.header.begin(), csv.header.end(), table.columns.begin(), table.columns.end(),
                   [](const std::string& name, const Column& column) { return name == column.name; });
    if (!sameNames) throw malformed(source, "header and schema line differ");
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        for (std::size_t row = 0; row < csv.rows.size(); ++row) {
            // The schema line is the first of the text, so its lines are one more than those of the CSV.
            const std::string place = source + ", line " + std::to_string(csv.lines[row] + 1);
            std::visit([&](auto& cells) { append(cells, csv.rows[row][i], place); }, table.columns[i].cells);
        }
    return table;
}

}  // namespace ratescope::media
