#pragma once

// The value of a rate, metric or time for single items, as v_points and v_items say it.

#include "core/store/curve_axis.h"
#include "core/store/sqlite.h"

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

namespace ratescope::store {

class ItemQuantity {
  public:
    /// `id`: of metricsOf or ratesOf, "time-encode", "time-decode". Throws Error(Usage) for another one.
    ItemQuantity(const Library& library, StudyId study, const std::string& id);

    std::optional<double> of(ItemId item);
    /// Of every item of the study that has one.
    std::unordered_map<ItemId, double> ofAll(StudyId study);

  private:
    Statement rows(const char* condition, std::int64_t argument) const;
    std::optional<double> read(const Statement& rows);

    Database& database_;
    CurveAxis axis_;
    /// Sets of counts are few and shared by items.
    std::unordered_map<std::int64_t, std::map<std::string, std::uint64_t>> counts_;
};

}  // namespace ratescope::store
