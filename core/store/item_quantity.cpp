#include "core/store/item_quantity.h"

#include "core/store/connection.h"
#include "core/store/rows.h"

#include <string>

namespace ratescope::store {

ItemQuantity::ItemQuantity(const Library& library, StudyId study, const std::string& id)
    : database_(*library.connection().database), axis_(yAxis(library, study, id)) {}

std::optional<double> ItemQuantity::of(ItemId item) {
    Statement found = rows("item.id = ?1", item);
    return found.next() ? read(found) : std::nullopt;
}

std::unordered_map<ItemId, double> ItemQuantity::ofAll(StudyId study) {
    std::unordered_map<ItemId, double> values;
    Statement all = rows("item.study = ?1 AND item.orphaned = 0", study);
    while (all.next())
        if (const std::optional<double> value = read(all)) values.emplace(all.integer(0), *value);
    return values;
}

Statement ItemQuantity::rows(const char* condition, std::int64_t argument) const {
    return database_.query(
        std::string(
            "SELECT item.id, item.bits, item.searched_bits, item.encode_seconds, item.decode_seconds, "
            "measurement.counts, score.value FROM item LEFT JOIN measurement ON measurement.item = item.id "
            "AND measurement.measure = ?2 AND measurement.orphaned = 0 AND measurement.state = 2 "
            "LEFT JOIN score ON score.measurement = measurement.id AND score.metric = ?3 WHERE ") +
            condition,
        argument, axis_.measure, axis_.metric);
}

std::optional<double> ItemQuantity::read(const Statement& rows) {
    using Kind = curves::Quantity::Kind;
    if (axis_.quantity.kind == Kind::Metric) return rows.optionalReal(6);
    if (axis_.quantity.kind == Kind::Time)
        return rows.optionalReal(axis_.quantity.id == "time-encode" ? 3 : 4);
    if (axis_.quantity.kind != Kind::Rate || rows.isNull(1)) return std::nullopt;
    curves::ItemBits bits{rows.real(1), rows.isNull(2) ? 0 : rows.real(2), {}};
    if (!rows.isNull(5)) {
        const auto [found, isNew] = counts_.try_emplace(rows.integer(5));
        if (isNew) found->second = readCounts(database_, rows.integer(5));
        bits.counts = found->second;
    }
    const std::optional<curves::Statistic> rate = curves::rateOf(*axis_.rate, bits);
    if (!rate || rate->s1 <= 0) return std::nullopt;
    return rate->s0 / rate->s1;
}

}  // namespace ratescope::store
