#include "core/store/kept_sums.h"

#include "core/error.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <span>
#include <type_traits>

namespace ratescope::store {
namespace {

static_assert(std::endian::native == std::endian::little, "kept sums are little-endian");
static_assert(std::is_trivially_copyable_v<SumsRecord> && sizeof(SumsRecord) == 56, "a blob is records");

// So many fill one overflow page of the file beside what the row holds itself.
constexpr std::int64_t pointsPerBlock = 80;

std::int64_t blockOf(std::int64_t point) {
    return point / pointsPerBlock;
}

using Block = std::map<std::int64_t, PointSums>;  ///< by point

void append(std::vector<SumsRecord>& records, std::span<const std::byte> blob) {
    if (blob.size() % sizeof(SumsRecord) != 0)
        throw Error(ErrorKind::Library, "The library holds damaged sums of points.",
                    "Restore a backup, or run the study again in a new library.");
    const std::size_t before = records.size();
    records.resize(before + blob.size() / sizeof(SumsRecord));
    if (!blob.empty()) std::memcpy(records.data() + before, blob.data(), blob.size());
}

std::map<SumsKey, Block> readBlocks(Database& database, std::int64_t number) {
    std::map<SumsKey, Block> blocks;
    Statement rows = database.query("SELECT measure, metric, x, sums FROM summary WHERE block = ?", number);
    while (rows.next()) {
        std::vector<SumsRecord> records;
        append(records, rows.bytes(3));
        Block& block = blocks[{rows.integer(0), rows.text(1), rows.text(2)}];
        for (const SumsRecord& record : records)
            block.emplace(record.point, record.sums);
    }
    return blocks;
}

void write(Database& database, std::int64_t number, const SumsKey& key, const Block& block) {
    const auto& [measure, metric, x] = key;
    std::vector<SumsRecord> records;
    for (const auto& [point, sums] : block)
        records.push_back({point, sums});
    if (records.empty())
        database.run("DELETE FROM summary WHERE measure = ? AND metric = ? AND x = ? AND block = ?", measure,
                     metric, x, number);
    else
        database.run("INSERT OR REPLACE INTO summary VALUES (?, ?, ?, ?, ?)", measure, metric, x, number,
                     std::as_bytes(std::span(records)));
}

}  // namespace

KeptSums::KeptSums(Database& database, const SumsKey& key) {
    const auto& [measure, metric, x] = key;
    const std::int64_t blocks = database.integer(
        "SELECT count(*) FROM summary WHERE measure = ? AND metric = ? AND x = ?", measure, metric, x);
    records_.reserve(static_cast<std::size_t>(blocks * pointsPerBlock));
    Statement rows =
        database.query("SELECT sums FROM summary WHERE measure = ? AND metric = ? AND x = ? ORDER BY block",
                       measure, metric, x);
    while (rows.next())
        append(records_, rows.bytes(0));
}

const PointSums* KeptSums::find(std::int64_t point) {
    if (next_ >= records_.size() || records_[next_].point != point) {
        const auto found = std::lower_bound(
            records_.begin(), records_.end(), point,
            [](const SumsRecord& record, std::int64_t wanted) { return record.point < wanted; });
        if (found == records_.end() || found->point != point) return nullptr;
        next_ = static_cast<std::size_t>(found - records_.begin());
    }
    return &records_[next_++].sums;
}

void keepSums(Database& database, const std::map<std::int64_t, std::map<SumsKey, PointSums>>& ofPoints) {
    for (auto next = ofPoints.begin(); next != ofPoints.end();) {
        const std::int64_t number = blockOf(next->first);
        std::map<SumsKey, Block> blocks = readBlocks(database, number);
        std::set<SumsKey> changed;
        for (; next != ofPoints.end() && blockOf(next->first) == number; ++next) {
            for (auto& [key, block] : blocks)
                if (block.erase(next->first) > 0) changed.insert(key);
            for (const auto& [key, sums] : next->second) {
                blocks[key][next->first] = sums;
                changed.insert(key);
            }
        }
        for (const SumsKey& key : changed)
            write(database, number, key, blocks.at(key));
    }
}

}  // namespace ratescope::store
