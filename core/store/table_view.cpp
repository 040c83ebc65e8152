#include "core/store/table_view.h"

#include "core/curves/csv.h"
#include "core/error.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace ratescope::store {
namespace {

using nlohmann::json;

std::optional<curves::PlotView> viewNamed(const std::string& name) {
    for (const curves::PlotView view : {curves::PlotView::Line, curves::PlotView::Scatter,
                                        curves::PlotView::Bars, curves::PlotView::HeatMap})
        if (name == curves::toText(view)) return view;
    return std::nullopt;
}

curves::TableColumn columnOf(const json& schema, const curves::CsvTable& csv, std::size_t index) {
    curves::TableColumn column;
    column.name = schema.at("name").get<std::string>();
    column.unit = schema.at("unit").get<std::string>();
    if (schema.at("type").get<std::string>() != "text") {
        column.cells = curves::numbersOf(csv, column.name);
        return column;
    }
    std::vector<std::string> texts;
    for (const auto& row : csv.rows)
        texts.push_back(row.at(index));
    column.cells = std::move(texts);
    return column;
}

}  // namespace

std::optional<TableShown> shownTable(const TableRecord& record) {
    const std::size_t end = record.csv.find('\n');
    if (!record.csv.starts_with('#') || end == std::string::npos) return std::nullopt;
    const std::string title = record.node + ": " + record.name;
    const std::string_view text(record.csv);
    try {
        const json schema = json::parse(text.substr(1, end - 1));
        const auto view = viewNamed(schema.at("view").get<std::string>());
        if (!view) return std::nullopt;
        const curves::CsvTable csv = curves::parseCsv(text.substr(end + 1), title);
        TableShown shown{{title, {}}, *view};
        for (const json& column : schema.at("columns"))
            shown.table.columns.push_back(columnOf(column, csv, shown.table.columns.size()));
        return shown;
    } catch (const json::exception&) {
        throw Error(ErrorKind::Library, "The table " + title + " has a schema line that can't be read.",
                    "Run the study again: the node makes it anew.");
    }
}

}  // namespace ratescope::store
