#include "core/media/assets/table_file.h"

#include "core/buffer/aside_file.h"
#include "core/buffer/mapped_file.h"
#include "core/error.h"
#include "core/json_limits.h"
#include "core/media/assets/extension.h"
#include "core/media/assets/table_cells.h"
#include "core/utf8.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <unordered_map>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr int maxDepth = 64;
/// Missing keys are stored as empty cells, so that a few lines with many keys each could ask for much more
/// memory than the file has.
constexpr std::size_t maxCells = std::size_t{1} << 24;

Error damaged(const std::string& name, std::size_t line, const std::string& reason) {
    return Error(ErrorKind::Input, name + ", line " + std::to_string(line) + ": " + reason + ".",
                 "Mend the line, or export the table again.");
}

/// Rows of cells by RFC 4180; blank lines are skipped, line breaks may be LF or CRLF.
class SeparatedReader {
  public:
    SeparatedReader(std::string_view text, char separator, const std::string& name)
        : text_(text), separator_(separator), name_(name) {}

    /// The cells of the next row, and the line on which it begins; false at the end.
    bool next(std::vector<std::string>& cells, std::size_t& line) {
        while (atLineBreak())
            skipLineBreak();
        if (position_ == text_.size()) return false;
        line = line_;
        cells.clear();
        while (true) {
            cells.push_back(text_.substr(position_).starts_with('"') ? quotedCell() : plainCell());
            if (position_ == text_.size()) return true;
            if (atLineBreak()) {
                skipLineBreak();
                return true;
            }
            ++position_;  // the separator
        }
    }

  private:
    bool atLineBreak() const {
        const std::string_view rest = text_.substr(position_);
        return rest.starts_with('\n') || rest.starts_with("\r\n");
    }
    void skipLineBreak() {
        position_ += text_[position_] == '\r' ? 2 : 1;
        ++line_;
    }
    std::string plainCell() {
        const std::size_t begin = position_;
        while (position_ < text_.size() && text_[position_] != separator_ && !atLineBreak())
            ++position_;
        return std::string(text_.substr(begin, position_ - begin));
    }
    std::string quotedCell() {
        const std::size_t opened = line_;
        std::string cell;
        for (++position_; position_ < text_.size(); ++position_) {
            const char c = text_[position_];
            if (c == '\n') ++line_;
            if (c != '"') {
                cell.push_back(c);
                continue;
            }
            ++position_;
            if (position_ == text_.size() || text_[position_] == separator_ || atLineBreak()) return cell;
            if (text_[position_] != '"') throw damaged(name_, line_, "text follows a closing quote");
            cell.push_back('"');
        }
        throw damaged(name_, opened, "a quote is not closed");
    }

    std::string_view text_;
    char separator_;
    const std::string& name_;
    std::size_t position_ = 0;
    std::size_t line_ = 1;
};

/// "psnr [dB]" is the column psnr in dB.
void splitUnit(const std::string& heading, std::string& name, std::string& unit) {
    const std::size_t open = heading.rfind(" [");
    const bool hasUnit = open != std::string::npos && open > 0 && heading.ends_with(']');
    name = hasUnit ? heading.substr(0, open) : heading;
    unit = hasUnit ? heading.substr(open + 2, heading.size() - open - 3) : "";
}

/// Columns in the making, by name.
class ColumnSet {
  public:
    explicit ColumnSet(const std::string& fileName) : fileName_(fileName) {}

    std::size_t add(const std::string& columnName, std::string unit, std::size_t line) {
        if (columnName.empty()) throw damaged(fileName_, line, "a column has no name");
        if (!indexes_.emplace(columnName, columns_.size()).second)
            throw damaged(fileName_, line, "the column " + quote(columnName) + " occurs twice");
        columns_.push_back({columnName, std::move(unit), {}});
        return columns_.size() - 1;
    }
    const std::size_t* find(const std::string& columnName) const {
        const auto found = indexes_.find(columnName);
        return found == indexes_.end() ? nullptr : &found->second;
    }
    /// The cell of column `index` in row `row`; rows left out before it are missing cells.
    void put(std::size_t index, std::size_t row, Cell cell, std::size_t line) {
        std::vector<Cell>& cells = columns_[index].cells;
        cellCount_ += row + 1 - cells.size();
        if (cellCount_ > maxCells) throw damaged(fileName_, line, "the table has more than 2^24 cells");
        cells.resize(row);
        cells.push_back(std::move(cell));
    }
    std::size_t size() const { return columns_.size(); }
    Table finish(std::size_t rows) {
        Table table;
        for (Pending& column : columns_) {
            column.cells.resize(rows);
            table.columns.push_back(makeColumn(std::move(column.name), std::move(column.unit), column.cells));
            column.cells = {};
        }
        return table;
    }

  private:
    struct Pending {
        std::string name, unit;
        std::vector<Cell> cells;
    };
    const std::string& fileName_;
    std::vector<Pending> columns_;
    std::unordered_map<std::string, std::size_t> indexes_;
    std::size_t cellCount_ = 0;
};

Table decodeSeparated(std::string_view text, char separator, const std::string& name) {
    SeparatedReader reader(text, separator, name);
    ColumnSet columns(name);
    std::vector<std::string> cells;
    std::size_t line = 1;
    if (!reader.next(cells, line)) throw damaged(name, 1, "the table has no row with the columns' names");
    for (const std::string& heading : cells) {
        std::string columnName, unit;
        splitUnit(heading, columnName, unit);
        columns.add(columnName, unit, line);
    }
    std::size_t rows = 0;
    for (; reader.next(cells, line); ++rows) {
        if (cells.size() != columns.size())
            throw damaged(name, line,
                          "the row has " + std::to_string(cells.size()) + " cells, the heading " +
                              std::to_string(columns.size()));
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const CellKind kind = kindOf(cells[i]);
            columns.put(i, rows, {kind, std::move(cells[i])}, line);
        }
    }
    return columns.finish(rows);
}

Cell cellOf(const json& value) {
    if (value.is_null()) return {};
    if (value.is_string()) return {CellKind::Text, value.get<std::string>()};
    std::string text = value.dump();
    if (value.is_number_float()) return {CellKind::Real, std::move(text)};
    if (value.is_number()) return {kindOf(text), std::move(text)};
    return {CellKind::Text, std::move(text)};
}

struct JsonLine {
    json object;
    std::vector<std::string> keys;  ///< in the line's order, which the object does not keep
};

JsonLine parseLine(std::string_view text, const std::string& name, std::size_t line) {
    JsonLine result;
    const auto fault =
        jsonFault(text, {.depth = maxDepth}, [&](const std::string& key) { result.keys.push_back(key); });
    if (fault)
        throw damaged(name, line,
                      fault == JsonFault::TooDeep ? "it is nested more than 64 deep" : "it is not JSON");
    result.object = json::parse(text);
    if (!result.object.is_object()) throw damaged(name, line, "it is no JSON object");
    if (result.keys.size() != result.object.size()) throw damaged(name, line, "a key occurs twice");
    return result;
}

Table decodeJsonLines(std::string_view text, const std::string& name) {
    ColumnSet columns(name);
    std::size_t rows = 0;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t length = std::min(text.find('\n'), text.size());
        const std::string_view content = text.substr(0, length);
        text.remove_prefix(std::min(length + 1, text.size()));
        if (content.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        const JsonLine parsed = parseLine(content, name, line);
        for (const std::string& key : parsed.keys) {
            const std::size_t* known = columns.find(key);
            const std::size_t index = known ? *known : columns.add(key, "", line);
            columns.put(index, rows, cellOf(parsed.object[key]), line);
        }
        ++rows;
        if (columns.size() * rows > maxCells) throw damaged(name, line, "the table has more than 2^24 cells");
    }
    if (rows == 0) throw damaged(name, 1, "the table has no line with a JSON object");
    return columns.finish(rows);
}

std::string separatedCell(const std::string& text, char separator) {
    const bool plain = text.find_first_of(std::string("\"\r\n") + separator) == std::string::npos;
    if (plain) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted.push_back('"');
        quoted.push_back(c);
    }
    return quoted + "\"";
}

std::string cellText(const Column& column, std::size_t row, char separator) {
    if (const auto* reals = std::get_if<std::vector<double>>(&column.cells))
        return std::isnan((*reals)[row]) ? "" : numberText((*reals)[row]);
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.cells))
        return numberText((*integers)[row]);
    return separatedCell(std::get<std::vector<std::string>>(column.cells)[row], separator);
}

void writeSeparated(AsideFile& out, const Table& table, char separator) {
    std::string line;
    const auto endLine = [&] {
        if (line.empty()) line = "\"\"";  // an empty line would be no row
        line.push_back('\n');
        out.write(line);
        line.clear();
    };
    for (const Column& column : table.columns) {
        const std::string heading =
            column.unit.empty() ? column.name : column.name + " [" + column.unit + "]";
        if (&column != &table.columns.front()) line.push_back(separator);
        line += separatedCell(heading, separator);
    }
    endLine();
    for (std::size_t row = 0; row < table.rows(); ++row) {
        for (const Column& column : table.columns) {
            if (&column != &table.columns.front()) line.push_back(separator);
            line += cellText(column, row, separator);
        }
        endLine();
    }
}

std::string jsonCell(const Column& column, std::size_t row) {
    if (const auto* reals = std::get_if<std::vector<double>>(&column.cells))
        return std::isfinite((*reals)[row]) ? numberText((*reals)[row]) : "null";
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.cells))
        return numberText((*integers)[row]);
    return json(std::get<std::vector<std::string>>(column.cells)[row]).dump();
}

void writeJsonLines(AsideFile& out, const Table& table) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
        std::string line;
        for (const Column& column : table.columns)
            line += (line.empty() ? "{" : ",") + json(column.name).dump() + ":" + jsonCell(column, row);
        out.write(line + "}\n");
    }
}

TableFormat formatOf(const std::filesystem::path& file) {
    const std::string extension = extensionOf(file);
    if (extension == "csv") return TableFormat::Csv;
    if (extension == "tsv") return TableFormat::Tsv;
    if (extension == "jsonl") return TableFormat::JsonLines;
    throw Error(ErrorKind::Usage, file.string() + " does not end as a table.",
                "End it with .csv, .tsv or .jsonl.");
}

}  // namespace

Table decodeTable(TableFormat format, std::span<const std::byte> bytes, const std::string& name) {
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!isUtf8(text))
        throw Error(ErrorKind::Input, name + " is not UTF-8 text.", "Export the table as UTF-8.");
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    switch (format) {
        case TableFormat::Csv:
            return decodeSeparated(text, ',', name);
        case TableFormat::Tsv:
            return decodeSeparated(text, '\t', name);
        default:
            return decodeJsonLines(text, name);
    }
}

Table readTable(const std::filesystem::path& file) {
    const TableFormat format = formatOf(file);
    const MappedFile mapped = mapFile(file);
    return decodeTable(format, mapped.bytes, file.string());
}

void writeTable(const std::filesystem::path& file, const Table& table) {
    const TableFormat format = formatOf(file);
    AsideFile out(file);
    try {
        if (format == TableFormat::JsonLines)
            writeJsonLines(out, table);
        else
            writeSeparated(out, table, format == TableFormat::Csv ? ',' : '\t');
    } catch (const json::exception&) {
        throw Error(ErrorKind::Input, file.string() + " can't hold text that is not UTF-8.",
                    "Write the table as CSV, or mend its texts.");
    }
    out.commit();
}

}  // namespace ratescope::media
