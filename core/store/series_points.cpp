#include "core/store/series_points.h"

#include "core/error.h"
#include "core/store/sqlite.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <string_view>

static_assert(std::endian::native == std::endian::little, "packed series are little-endian");

// The blob: how many items a point should have at most (u64), how many points (u32) and columns (u32); for each
// point its id (i64), then for each the end of its values (u32, from their start); for each column its name; then
// the values: number of the column (u32), the value as a number or a NaN (f64), its text. A text is its length
// (u32) and its bytes.

namespace ratescope::store {
namespace {

constexpr std::size_t headerBytes = 16;

Error damaged() {
    return Error(ErrorKind::Library, "The library holds a damaged list of a series' points.",
                 "Restore a backup, or run the study again in a new library.");
}

/// Reads one field after the other.
class Reader {
  public:
    Reader(std::span<const std::byte> bytes, std::size_t position, std::size_t end)
        : bytes_(bytes), position_(position), end_(end) {
        if (position > end || end > bytes.size()) throw damaged();
    }

    template <typename Number>
    Number number() {
        if (end_ - position_ < sizeof(Number)) throw damaged();
        Number number;
        std::memcpy(&number, bytes_.data() + position_, sizeof number);
        position_ += sizeof number;
        return number;
    }
    std::string_view text() {
        const auto length = number<std::uint32_t>();
        if (end_ - position_ < length) throw damaged();
        const std::string_view text(reinterpret_cast<const char*>(bytes_.data() + position_), length);
        position_ += length;
        return text;
    }
    std::size_t position() const { return position_; }
    bool atEnd() const { return position_ == end_; }

  private:
    std::span<const std::byte> bytes_;
    std::size_t position_, end_;
};

class Writer {
  public:
    template <typename Number>
    void number(Number number) {
        const auto bytes = std::as_bytes(std::span(&number, 1));
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
    void text(std::string_view text) {
        number(static_cast<std::uint32_t>(text.size()));
        const auto bytes = std::as_bytes(std::span(text));
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
    void add(const Writer& other) { bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end()); }
    const std::vector<std::byte>& bytes() const { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

double numberOf(const graph::ParameterValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::numeric_limits<double>::quiet_NaN();
}

/// Gathers the points of one series.
class Packer {
  public:
    void add(std::int64_t id, std::uint64_t expected, const SweptValues& swept) {
        items_ = std::max(items_, expected);
        ids_.number(id);
        for (const auto& [column, value] : swept) {
            const auto next = static_cast<std::uint32_t>(columns_.size());
            const auto [known, isNew] = columns_.try_emplace(column, next);
            if (isNew) names_.text(column);
            values_.number(known->second);
            values_.number(numberOf(value));
            values_.text(graph::toText(value));
        }
        ends_.number(static_cast<std::uint32_t>(values_.bytes().size()));
        ++size_;
    }

    /// Nothing for a series without points.
    std::optional<std::vector<std::byte>> take() const {
        if (size_ == 0) return std::nullopt;
        Writer blob;
        blob.number(items_);
        blob.number(size_);
        blob.number(static_cast<std::uint32_t>(columns_.size()));
        for (const Writer* const part : {&ids_, &ends_, &names_, &values_})
            blob.add(*part);
        return blob.bytes();
    }

  private:
    std::uint64_t items_ = 0;
    std::uint32_t size_ = 0;
    std::map<std::string, std::uint32_t> columns_;
    Writer ids_, ends_, names_, values_;
};

}  // namespace

/// A swept value of a point.
struct SeriesPoints::Entry {
    const std::string& column;
    double number;
    std::string_view text;
};

SeriesPoints::SeriesPoints(std::vector<std::byte> packed) : packed_(std::move(packed)) {
    Reader header(packed_, 0, packed_.size());
    items_ = header.number<std::uint64_t>();
    size_ = header.number<std::uint32_t>();
    const auto columns = header.number<std::uint32_t>();
    ids_ = headerBytes;
    ends_ = ids_ + size_ * sizeof(std::int64_t);
    Reader names(packed_, ends_ + size_ * sizeof(std::uint32_t), packed_.size());
    for (std::uint32_t i = 0; i < columns; ++i)
        columns_.emplace_back(names.text());
    values_ = names.position();
}

template <typename Visit>
void SeriesPoints::visit(std::size_t point, Visit visit) const {
    const auto endOf = [&](std::size_t other) {
        std::uint32_t end = 0;
        std::memcpy(&end, packed_.data() + ends_ + other * sizeof end, sizeof end);
        return end;
    };
    Reader values(packed_, values_ + (point > 0 ? endOf(point - 1) : 0), values_ + endOf(point));
    while (!values.atEnd()) {
        const auto column = values.number<std::uint32_t>();
        if (column >= columns_.size()) throw damaged();
        const auto number = values.number<double>();
        visit(Entry{columns_[column], number, values.text()});
    }
}

std::int64_t SeriesPoints::id(std::size_t point) const {
    std::int64_t id = 0;
    std::memcpy(&id, packed_.data() + ids_ + point * sizeof id, sizeof id);
    return id;
}

curves::RowValues SeriesPoints::values(std::size_t point) const {
    curves::RowValues values;
    visit(point, [&](const Entry& entry) { values.emplace_back(entry.column, entry.text); });
    return values;
}

std::optional<double> SeriesPoints::number(std::size_t point, const std::string& column) const {
    std::optional<double> found;
    visit(point, [&](const Entry& entry) {
        if (entry.column == column && !std::isnan(entry.number)) found = entry.number;
    });
    return found;
}

void packSeries(Database& database, std::int64_t study) {
    std::vector<std::int64_t> series;
    {
        Statement rows = database.query(
            "SELECT series.id FROM branch JOIN series ON series.branch = branch.id WHERE branch.study = ?",
            study);
        while (rows.next())
            series.push_back(rows.integer(0));
    }
    for (const std::int64_t one : series) {
        Packer packer;
        Statement rows = database.query(
            "SELECT id, expected, swept FROM point WHERE series = ? AND expected > 0 ORDER BY position", one);
        while (rows.next())
            packer.add(rows.integer(0), rows.natural(1), fromSweptJson(rows.text(2)));
        const auto packed = packer.take();
        database.run("UPDATE series SET points = ?1 WHERE id = ?2 AND points IS NOT ?1",
                     packed ? std::optional(std::span<const std::byte>(*packed)) : std::nullopt, one);
    }
}

}  // namespace ratescope::store
