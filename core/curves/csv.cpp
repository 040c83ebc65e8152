#include "core/curves/csv.h"

#include "core/curves/text.h"
#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

namespace ratescope::curves {
namespace {

constexpr std::uintmax_t largestCsv = std::uintmax_t{64} << 20;
constexpr const char* lineEnd = "\r\n";

[[noreturn]] void refuse(const std::string& source, std::size_t line, const std::string& what,
                         const std::string& remedy) {
    throw Error(ErrorKind::Input, source + ", line " + std::to_string(line) + ": " + what, remedy);
}

// Takes a text apart, row by row.
class CsvReader {
  public:
    CsvReader(std::string_view text, const std::string& source, char separator)
        : text_(text), source_(source), separator_(separator) {}

    bool atEnd() const { return position_ >= text_.size(); }
    std::size_t line() const { return line_; }

    /// True if the next line has no character at all.
    bool passEmptyLine() { return takeLineEnd(); }

    std::vector<std::string> row() {
        std::vector<std::string> cells;
        do
            cells.push_back(atQuote() ? quotedCell() : plainCell());
        while (take(separator_));
        if (!takeLineEnd() && !atEnd())
            refuse(source_, line_, "There is text after a closing quote.",
                   "Double the quotes that stand within a cell.");
        return cells;
    }

  private:
    bool atQuote() const { return !atEnd() && text_[position_] == '"'; }

    bool take(char c) {
        if (atEnd() || text_[position_] != c) return false;
        ++position_;
        return true;
    }

    bool takeLineEnd() {
        const std::size_t before = position_;
        take('\r');
        if (take('\n')) {
            ++line_;
            return true;
        }
        position_ = before;
        return false;
    }

    std::string plainCell() {
        const std::size_t begin = position_;
        while (!atEnd() && text_[position_] != separator_ && text_[position_] != '\n')
            ++position_;
        std::string_view cell = text_.substr(begin, position_ - begin);
        if (!cell.empty() && cell.back() == '\r' && (atEnd() || text_[position_] == '\n')) {
            cell.remove_suffix(1);
            if (!atEnd()) --position_;
        }
        return std::string(cell);
    }

    std::string quotedCell() {
        const std::size_t openedAt = line_;
        std::string cell;
        ++position_;
        while (!atEnd()) {
            const char c = text_[position_++];
            if (c == '\n') ++line_;
            if (c == '"' && !take('"')) return cell;
            cell += c;
        }
        refuse(source_, openedAt, "A quote is opened and not closed.",
               "Close it, or double it if it belongs to the text.");
    }

    std::string_view text_;
    const std::string& source_;
    char separator_;
    std::size_t position_ = 0;
    std::size_t line_ = 1;
};

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

void requireSharedAxes(std::span<const Curve> curves) {
    for (const Curve& curve : curves)
        if (curve.x.id != curves.front().x.id || curve.y.id != curves.front().y.id)
            throw Error(ErrorKind::Usage,
                        "The curves \"" + curves.front().series + "\" and \"" + curve.series +
                            "\" have different axes.",
                        "Export them one by one.");
}

std::vector<std::string> parameterNames(std::span<const Curve> curves) {
    std::vector<std::string> names;
    for (const Curve& curve : curves)
        for (const Point& point : curve.points)
            for (const auto& [name, value] : point.values)
                if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    return names;
}

void addCells(std::string& row, std::initializer_list<std::string> cells) {
    for (const std::string& cell : cells)
        row += (row.empty() ? "" : ",") + csvField(cell);
}

void addParameters(std::string& row, const RowValues& values, const std::vector<std::string>& names) {
    for (const std::string& wanted : names) {
        const auto found = std::find_if(values.begin(), values.end(),
                                        [&](const auto& pair) { return pair.first == wanted; });
        row += "," + (found == values.end() ? std::string() : csvField(found->second));
    }
}

bool anyReaches(std::span<const Curve> curves) {
    return std::any_of(curves.begin(), curves.end(),
                       [](const Curve& curve) { return !curve.reaches.empty(); });
}

bool anyGroup(std::span<const Curve> curves) {
    return std::any_of(curves.begin(), curves.end(), [](const Curve& curve) { return !curve.group.empty(); });
}

void addReached(std::string& row, const Curve& curve, const std::optional<ReachedValues>& reached) {
    if (reached)
        addCells(row, {curve.reaches, shortest(reached->mean), shortest(reached->least),
                       shortest(reached->greatest), std::to_string(reached->outside)});
    else
        row += ",,,,,";
}

std::string parameterHeader(const std::vector<std::string>& names) {
    std::string header;
    for (const std::string& name : names)
        header += "," + csvField(name);
    return header + lineEnd;
}

}  // namespace

CsvTable parseCsv(std::string_view text, const std::string& source, char separator) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    CsvTable table;
    table.source = source;
    CsvReader reader(text, source, separator);
    while (!reader.atEnd()) {
        if (reader.passEmptyLine()) continue;
        const std::size_t line = reader.line();
        std::vector<std::string> cells = reader.row();
        if (table.header.empty()) {
            table.header = std::move(cells);
            if (std::set<std::string>(table.header.begin(), table.header.end()).size() != table.header.size())
                refuse(source, line, "Two columns have the same name.", "Give every column its own name.");
            continue;
        }
        if (cells.size() != table.header.size())
            refuse(source, line,
                   "The row has " + std::to_string(cells.size()) + " cells, the header has " +
                       std::to_string(table.header.size()) + ".",
                   separator == ',' ? "Give every row one cell for each column, with commas between them."
                                    : "Give every row one cell for each column.");
        table.rows.push_back(std::move(cells));
        table.lines.push_back(line);
    }
    if (table.header.empty())
        throw Error(ErrorKind::Input, source + " is empty.",
                    "Write a header line with the names of the columns.");
    return table;
}

CsvTable readCsv(const std::filesystem::path& file, char separator) {
    std::error_code failure;
    const std::uintmax_t size = std::filesystem::file_size(file, failure);
    std::ifstream stream(file, std::ios::binary);
    if (failure || !stream)
        throw Error(ErrorKind::Input, file.string() + " can't be read.",
                    "Check that the file exists and may be read.");
    if (size > largestCsv)
        throw Error(ErrorKind::Input, file.string() + " is larger than 64 MiB.",
                    "Cut it to the columns and rows needed.");
    std::string text(static_cast<std::size_t>(size), '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return parseCsv(text, file.string(), separator);
}

std::vector<double> numbersOf(const CsvTable& table, const std::string& name) {
    const auto found = std::find(table.header.begin(), table.header.end(), name);
    if (found == table.header.end())
        throw Error(
            ErrorKind::Input,
            table.source + " has no column \"" + name + "\"; its columns are: " + joined(table.header) + ".",
            "Name the column \"" + name + "\" in the header, and separate columns by commas.");
    const auto column = static_cast<std::size_t>(found - table.header.begin());
    std::vector<double> numbers;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const std::string& cell = table.rows[i][column];
        const std::optional<double> number = readNumber(cell);
        if (!number || std::isnan(*number))
            refuse(table.source, table.lines[i],
                   "\"" + cell + "\" in the column \"" + name + "\" is not a number.",
                   "Write numbers with a decimal point and without digit grouping.");
        numbers.push_back(*number);
    }
    return numbers;
}

RdCurve readRdCurve(const std::filesystem::path& file) {
    const CsvTable table = readCsv(file);
    const std::vector<double> rates = numbersOf(table, "rate");
    const std::vector<double> qualities = numbersOf(table, "quality");
    if (rates.empty())
        throw Error(ErrorKind::Input, table.source + " has a header and no rows.",
                    "Add one row for each point.");
    RdCurve curve{file.string(), {}};
    for (std::size_t i = 0; i < rates.size(); ++i)
        curve.points.push_back({rates[i], qualities[i]});
    return curve;
}

std::string csvField(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string field = "\"";
    for (const char c : text) {
        if (c == '"') field += '"';
        field += c;
    }
    return field + "\"";
}

std::string csvOfPoints(std::span<const Curve> curves) {
    if (curves.empty()) return {};
    requireSharedAxes(curves);
    const std::string& y = curves.front().y.id;
    const std::vector<std::string> names = parameterNames(curves);
    std::string text;
    addCells(text, {"series", "title", "evidence", curves.front().x.id, y, y + "_low", y + "_high", "n",
                    "expected", "dropped"});
    const bool reaches = anyReaches(curves), groups = anyGroup(curves);
    if (groups) addCells(text, {"group"});
    if (reaches)
        addCells(text,
                 {"reached_parameter", "reached", "reached_least", "reached_greatest", "outside_tolerance"});
    text += parameterHeader(names);
    for (const Curve& curve : curves)
        for (const Point& point : curve.points) {
            std::string row;
            addCells(row, {curve.series, curve.title, toText(curve.evidence), shortest(point.x),
                           shortest(point.y), point.interval ? shortest(point.interval->low) : "",
                           point.interval ? shortest(point.interval->high) : "", std::to_string(point.n),
                           std::to_string(point.expected), std::to_string(point.dropped)});
            if (groups) addCells(row, {curve.group});
            if (reaches) addReached(row, curve, point.reached);
            addParameters(row, point.values, names);
            text += row + lineEnd;
        }
    return text;
}

std::string csvOfItems(std::span<const Curve> curves) {
    if (curves.empty()) return {};
    requireSharedAxes(curves);
    const std::vector<std::string> names = parameterNames(curves);
    std::string text;
    addCells(text, {"series", "asset", "seed", curves.front().x.id, curves.front().y.id});
    const bool reaches = anyReaches(curves);
    if (reaches) addCells(text, {"reached_parameter", "reached", "within_tolerance"});
    text += parameterHeader(names);
    for (const Curve& curve : curves)
        for (const Point& point : curve.points)
            for (const Sample& sample : point.samples) {
                const Item& item = curve.items[sample.item];
                std::string row;
                addCells(row, {curve.series, item.asset, std::to_string(item.seed),
                               shortest(finish(curve.x.finish, sample.x.s0, sample.x.s1)),
                               shortest(finish(curve.y.finish, sample.y.s0, sample.y.s1))});
                if (reaches && sample.reached)
                    addCells(row, {curve.reaches, shortest(sample.reached->value),
                                   sample.reached->within ? "true" : "false"});
                else if (reaches)
                    row += ",,,";
                addParameters(row, point.values, names);
                text += row + lineEnd;
            }
    return text;
}

}  // namespace ratescope::curves
