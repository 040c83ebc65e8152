#include "core/store/export.h"

#include "core/curves/csv.h"
#include "core/curves/text.h"
#include "core/store/connection.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <variant>

namespace ratescope::store {
namespace {

using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// Hands every row of the view to `take`; returns the names of the columns.
template <typename Take>
std::vector<std::string> eachRow(const Library& library, View view, std::optional<StudyId> study, Take take) {
    const char* name = view == View::Items ? "v_items" : "v_points";
    const char* order =
        view == View::Items ? "study, position, item" : "study, position, item, measure, metric, rate_id";
    std::string sql = std::string("SELECT * FROM ") + name;
    if (study) sql += " WHERE study = (SELECT name FROM study WHERE id = ?)";
    sql += std::string(" ORDER BY ") + order;
    Database& database = *library.connection().database;
    Statement rows = database.prepare(sql);
    if (study) rows.bind(*study);
    std::vector<std::string> columns = rows.columnNames();
    while (rows.next()) {
        std::vector<Cell> cells;
        for (int column = 0; column < static_cast<int>(columns.size()); ++column) {
            switch (rows.kind(column)) {
                case Statement::Kind::Null:
                    cells.emplace_back();
                    break;
                case Statement::Kind::Integer:
                    cells.emplace_back(rows.integer(column));
                    break;
                case Statement::Kind::Real:
                    cells.emplace_back(rows.real(column));
                    break;
                case Statement::Kind::Text:
                    cells.emplace_back(rows.text(column));
                    break;
            }
        }
        take(columns, cells);
    }
    return columns;
}

std::string textOf(const Cell& cell) {
    if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&cell)) return curves::shortest(*real);
    if (const auto* text = std::get_if<std::string>(&cell)) return curves::csvField(*text);
    return {};
}

nlohmann::json jsonOf(const Cell& cell) {
    if (const auto* integer = std::get_if<std::int64_t>(&cell)) return *integer;
    if (const auto* real = std::get_if<double>(&cell))
        return std::isfinite(*real) ? nlohmann::json(*real) : nlohmann::json(curves::shortest(*real));
    if (const auto* text = std::get_if<std::string>(&cell)) return *text;
    return {};
}

}  // namespace

std::string csvOfView(const Library& library, View view, std::optional<StudyId> study) {
    std::string rows;
    const auto columns = eachRow(library, view, study, [&](const auto&, const std::vector<Cell>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            rows += (i == 0 ? "" : ",") + textOf(cells[i]);
        rows += "\r\n";
    });
    std::string header;
    for (const std::string& column : columns)
        header += (header.empty() ? "" : ",") + curves::csvField(column);
    return header + "\r\n" + rows;
}

std::string jsonOfView(const Library& library, View view, std::optional<StudyId> study) {
    nlohmann::json rows = nlohmann::json::array();
    const auto columns = eachRow(library, view, study, [&](const auto&, const std::vector<Cell>& cells) {
        nlohmann::json row = nlohmann::json::array();
        for (const Cell& cell : cells)
            row.push_back(jsonOf(cell));
        rows.push_back(std::move(row));
    });
    return nlohmann::json{{"columns", columns}, {"rows", rows}}.dump(1) + "\n";
}

}  // namespace ratescope::store
