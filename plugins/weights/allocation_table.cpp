#include "plugins/weights/allocation_table.h"

#include "core/error.h"
#include "plugins/weights/level_database.h"

#include <utility>

namespace ratescope::media::weights {
namespace {

const char* nameOf(AllocationKind kind) {
    return kind == AllocationKind::Bits ? "bits" : "left-out";
}

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::Input, "The allocation " + what + ".",
                "Connect the allocation that weights.evopress.search gives.");
}

template <typename Cell>
const std::vector<Cell>* cells(const Table& table, const char* name) {
    const Column* const column = table.column(name);
    return column ? std::get_if<std::vector<Cell>>(&column->cells) : nullptr;
}

}  // namespace

Table allocationTable(AllocationKind kind, const std::vector<AllocatedUnit>& units) {
    std::vector<std::string> names;
    std::vector<std::int64_t> values, weights, bits;
    for (const AllocatedUnit& unit : units) {
        names.push_back(unit.unit);
        values.push_back(unit.value);
        weights.push_back(static_cast<std::int64_t>(unit.weights));
        bits.push_back(static_cast<std::int64_t>(unit.storedBits));
    }
    Table table;
    table.schema = allocationSchema;
    table.view = TableView::Bars;
    table.columns = {{"unit", "", std::move(names)},
                     {nameOf(kind), kind == AllocationKind::Bits ? "bit" : "", std::move(values)},
                     {"weights", "", std::move(weights)},
                     {"stored", "bit", std::move(bits)}};
    return table;
}

UnitAllocation allocationFrom(const Table& table) {
    UnitAllocation allocation;
    if (table.column(nameOf(AllocationKind::LeftOut))) allocation.kind = AllocationKind::LeftOut;
    const auto* const units = cells<std::string>(table, "unit");
    const auto* const values = cells<std::int64_t>(table, nameOf(allocation.kind));
    if (!units || !values)
        refuse("has no column of units, or none of whole numbers \"bits\" or \"left-out\"");
    if (units->empty() || units->size() != values->size()) refuse("has no units");
    const bool isBits = allocation.kind == AllocationKind::Bits;
    for (std::size_t row = 0; row < units->size(); ++row) {
        const std::int64_t value = (*values)[row];
        if (isBits ? value < leastBits || value > mostBits : value < 0 || value > 1)
            refuse("gives \"" + (*units)[row] + "\" the value " + std::to_string(value) + ", which is no " +
                   (isBits ? "width from 2 to 6 bits" : "0 or 1"));
        if (!allocation.of.emplace((*units)[row], static_cast<int>(value)).second)
            refuse("has \"" + (*units)[row] + "\" twice");
    }
    return allocation;
}

}  // namespace ratescope::media::weights
