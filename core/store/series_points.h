#pragma once

// The points of a series that its document asks for, packed into one blob of the row of the series when a study is
// planned: a curve of 200,000 points is then read at once, and no value is parsed.

#include "core/store/swept_json.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::store {

class Database;

/// A packed series as it is read. Points are counted from 0, in the order of the document.
class SeriesPoints {
  public:
    SeriesPoints() = default;
    /// Throws Error(Library) for bytes that are no such blob, as the functions below do where they meet damage.
    explicit SeriesPoints(std::vector<std::byte> packed);

    std::size_t size() const { return size_; }
    /// The greatest number of items that one of the points should have.
    std::size_t items() const { return items_; }
    std::int64_t id(std::size_t point) const;  ///< row of the table `point`
    /// Columns and canonical texts of the swept values.
    curves::RowValues values(std::size_t point) const;
    /// The value of a column, if it is a number.
    std::optional<double> number(std::size_t point, const std::string& column) const;

  private:
    struct Entry;
    template <typename Visit>
    void visit(std::size_t point, Visit visit) const;

    std::vector<std::byte> packed_;
    std::vector<std::string> columns_;
    std::size_t size_ = 0, items_ = 0;
    std::size_t ids_ = 0, ends_ = 0, values_ = 0;  ///< where these parts begin
};

/// Packs every series of the study anew from its points; the caller holds a write transaction.
void packSeries(Database& database, std::int64_t study);

}  // namespace ratescope::store
