#include "plugins/weights/allocation_table.h"

#include "core/error.h"
#include "plugins/weights/level_database.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ratescope::media::weights {
namespace {

/// What an allocation of a kind says of each unit.
struct Meaning {
    AllocationKind kind;
    const char* column;
    const char* unit;
    std::int64_t least, most;
    const char* range;
};

constexpr std::array meanings{
    Meaning{AllocationKind::Bits, "bits", "bit", leastBits, mostBits, "width from 2 to 6 bits"},
    Meaning{AllocationKind::LeftOut, "left-out", "", 0, 1, "0 or 1"},
    Meaning{AllocationKind::Sparsity, "zeros", "", 0, std::int64_t{1} << 40, "number of weights"}};

const Meaning& meaningOf(AllocationKind kind) {
    return *std::ranges::find(meanings, kind, &Meaning::kind);
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
    const Meaning& meaning = meaningOf(kind);
    table.columns = {{"unit", "", std::move(names)},
                     {meaning.column, meaning.unit, std::move(values)},
                     {"weights", "", std::move(weights)},
                     {"stored", "bit", std::move(bits)}};
    return table;
}

UnitAllocation allocationFrom(const Table& table) {
    const auto meaning = std::ranges::find_if(
        meanings, [&](const Meaning& one) { return table.column(one.column) != nullptr; });
    const auto* const units = cells<std::string>(table, "unit");
    const auto* const values =
        meaning == meanings.end() ? nullptr : cells<std::int64_t>(table, meaning->column);
    if (!units || !values)
        refuse("has no column of units, or none of whole numbers \"bits\", \"left-out\" or \"zeros\"");
    if (units->empty() || units->size() != values->size()) refuse("has no units");
    UnitAllocation allocation{meaning->kind, {}};
    for (std::size_t row = 0; row < units->size(); ++row) {
        const std::int64_t value = (*values)[row];
        if (value < meaning->least || value > meaning->most)
            refuse("gives \"" + (*units)[row] + "\" the value " + std::to_string(value) + ", which is no " +
                   meaning->range);
        if (!allocation.of.emplace((*units)[row], value).second)
            refuse("has \"" + (*units)[row] + "\" twice");
    }
    return allocation;
}

}  // namespace ratescope::media::weights
