#include "core/store/item_index.h"

#include "core/error.h"
#include "core/store/connection.h"
#include "core/store/item_quantity.h"
#include "core/store/item_rows.h"
#include "core/store/swept_json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <unordered_map>

namespace ratescope::store {
namespace {

constexpr std::size_t mostWords = 32;

std::string lowered(std::string text) {
    for (char& character : text)
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    return text;
}

/// The words that are looked for, and which of them a text has: one bit each.
class Words {
  public:
    explicit Words(const std::string& text) {
        std::istringstream stream(lowered(text));
        for (std::string word; words_.size() < mostWords && stream >> word;)
            words_.push_back(word);
    }

    std::uint32_t in(const std::string& text) const {
        if (words_.empty()) return 0;
        const std::string whole = lowered(text);
        std::uint32_t found = 0;
        for (std::size_t i = 0; i < words_.size(); ++i)
            if (whole.find(words_[i]) != std::string::npos) found |= 1u << i;
        return found;
    }
    bool areAll(std::uint32_t found) const {
        return found == (words_.size() == mostWords ? ~0u : (1u << words_.size()) - 1);
    }

  private:
    std::vector<std::string> words_;
};

/// What orders rows, for each SELECT of the pass: a column of `item`, or "NULL".
const char* sortColumn(const IndexOrder& order) {
    if (!order.quantity.empty()) return "NULL";
    switch (order.column) {
        case ItemOrder::State:
            return "state";
        case ItemOrder::Seed:
            return "seed";
        case ItemOrder::Bytes:
            return "bytes";
        case ItemOrder::EncodeSeconds:
            return "encode_seconds";
        case ItemOrder::Ended:
            return "ended";
        case ItemOrder::Planned:
        case ItemOrder::Series:
        case ItemOrder::Asset:
            return "NULL";
    }
    return "NULL";
}

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Reads the items of a study once, in planned order, and sorts them into their groups.
class Pass {
  public:
    Pass(const Library& library, StudyId study, const IndexFilter& filter, const IndexOrder& order,
         GroupBy groupBy)
        : library_(library),
          database_(*library.connection().database),
          study_(study),
          filter_(filter),
          order_(order),
          groupBy_(groupBy),
          words_(filter.text) {}

    ItemIndex make() {
        readSeries();
        if (!order_.quantity.empty()) values_ = ItemQuantity(library_, study_, order_.quantity).ofAll(study_);
        readItems();
        if (order_.column == ItemOrder::Asset && order_.quantity.empty()) rankAssets();
        finishGroups();
        index_.counts = library_.itemCounts(study_);
        return std::move(index_);
    }

  private:
    struct SeriesFacts {
        std::uint32_t index = 0, words = 0;
    };
    struct AssetFacts {
        std::string name;
        std::uint32_t words = 0;
    };
    /// A group while it is made.
    struct Making {
        ItemGroup group;
        std::vector<double> sortValues;  ///< of its items
        std::vector<bool> assets;        ///< by their places: those that it has
        std::int64_t firstPoint = 0, lastPoint = 0;
    };

    void readSeries() {
        Statement rows = database_.query(
            "SELECT series.id, branch.slug, branch.title, series.slug, series.title FROM branch "
            "JOIN series ON series.branch = branch.id WHERE branch.study = ? "
            "ORDER BY branch.position, series.position, series.id",
            study_);
        while (rows.next()) {
            const auto place = static_cast<std::uint32_t>(index_.series.size());
            index_.series.push_back({rows.text(1), rows.text(2), rows.text(3), rows.text(4)});
            series_[rows.integer(0)] = {place, words_.in(rows.text(3) + " " + rows.text(4))};
        }
    }

    void readItems() {
        const bool isWritten = library_.connection().isWritten();
        Statement rows = database_.query(
            std::string("SELECT id, state, series, asset, point, encode_seconds, decode_seconds, bytes, "
                        "started, ended, ") +
                sortColumn(order_) +
                " FROM item INDEXED BY item_planned WHERE study = ? AND orphaned = 0 ORDER BY position, id",
            study_);
        while (rows.next()) {
            const auto series = series_.find(rows.integer(2));
            if (series == series_.end()) continue;
            const std::uint32_t asset = assetOf(rows.text(3));
            if (!passes(series->second, asset, rows.integer(4))) continue;
            auto state = static_cast<State>(rows.integer(1));
            if (state == State::Running && !isWritten) state = State::Interrupted;
            take(rows, series->second.index, asset, state);
        }
    }

    bool passes(const SeriesFacts& series, std::uint32_t asset, std::int64_t point) {
        if (filter_.series && index_.series[series.index].series != *filter_.series) return false;
        if (filter_.text.empty()) return true;
        const std::uint32_t found = series.words | assets_[asset].words;
        return words_.areAll(found) || words_.areAll(found | wordsOfPoint(point));
    }

    std::uint32_t wordsOfPoint(std::int64_t point) {
        const auto [found, isNew] = points_.try_emplace(point);
        if (isNew) found->second = words_.in(sweptOf(point));
        return found->second;
    }

    std::string sweptOf(std::int64_t point) {
        Statement rows = database_.query("SELECT swept FROM point WHERE id = ?", point);
        return rows.next() ? rows.text(0) : "{}";
    }

    std::uint32_t assetOf(const std::string& name) {
        const auto [found, isNew] =
            assetPlaces_.try_emplace(name, static_cast<std::uint32_t>(assets_.size()));
        if (isNew) assets_.push_back({name, words_.in(name)});
        return found->second;
    }

    void take(const Statement& rows, std::uint32_t series, std::uint32_t asset, State state) {
        Making& making = groupOf(series, asset);
        ItemGroup& group = making.group;
        ++group.counts.of.at(static_cast<std::size_t>(state));
        if (groupBy_ != GroupBy::Asset) countAsset(making, asset);
        if (making.firstPoint == 0) making.firstPoint = rows.integer(4);
        making.lastPoint = rows.integer(4);
        if (!rows.isNull(5)) group.encodeSeconds += rows.real(5);
        if (!rows.isNull(6)) group.decodeSeconds += rows.real(6);
        if (!rows.isNull(7)) group.bytes = group.bytes.value_or(0) + rows.natural(7);
        if (filter_.state && *filter_.state != state) return;
        const std::int64_t touched = !rows.isNull(9) ? rows.integer(9) : rows.isNull(8) ? 0 : rows.integer(8);
        group.items.push_back({rows.integer(0), series, state, touched});
        if (isSorted()) making.sortValues.push_back(sortValue(rows, series, asset, state));
    }

    static void countAsset(Making& making, std::uint32_t asset) {
        if (making.assets.size() <= asset) making.assets.resize(asset + 1, false);
        if (making.assets[asset]) return;
        making.assets[asset] = true;
        ++making.group.assets;
    }

    Making& groupOf(std::uint32_t series, std::uint32_t asset) {
        const ItemIndex::Series& facts = index_.series[series];
        std::string key;
        if (groupBy_ == GroupBy::Branch) key = facts.branch;
        if (groupBy_ == GroupBy::Asset) key = assets_[asset].name;
        const auto [found, isNew] = groupPlaces_.try_emplace(key, making_.size());
        if (isNew) {
            Making& making = making_.emplace_back();
            making.group.key = key;
            making.group.title = groupBy_ == GroupBy::Branch ? facts.branchTitle : key;
        }
        return making_[found->second];
    }

    bool isSorted() const { return !order_.quantity.empty() || order_.column != ItemOrder::Planned; }

    double sortValue(const Statement& rows, std::uint32_t series, std::uint32_t asset, State state) const {
        if (!order_.quantity.empty()) {
            const auto found = values_.find(rows.integer(0));
            return found == values_.end() ? missing : found->second;
        }
        if (order_.column == ItemOrder::Series) return series;
        if (order_.column == ItemOrder::Asset) return asset;
        if (order_.column == ItemOrder::State) return static_cast<double>(state);
        return rows.isNull(10) ? missing : rows.real(10);
    }

    /// Assets are sorted by name; until here their values are their places in the order in which they came.
    void rankAssets() {
        std::vector<std::uint32_t> byName(assets_.size());
        for (std::uint32_t i = 0; i < byName.size(); ++i)
            byName[i] = i;
        std::sort(byName.begin(), byName.end(),
                  [this](std::uint32_t a, std::uint32_t b) { return assets_[a].name < assets_[b].name; });
        std::vector<double> rank(assets_.size());
        for (std::size_t i = 0; i < byName.size(); ++i)
            rank[byName[i]] = static_cast<double>(i);
        for (Making& making : making_)
            for (double& value : making.sortValues)
                value = rank[static_cast<std::size_t>(value)];
    }

    void finishGroups() {
        if (groupBy_ == GroupBy::Branch) sortBranches();
        for (Making& making : making_) {
            if (isSorted()) sort(making);
            if (groupBy_ == GroupBy::Asset) making.group.assets = 1;
            if (groupBy_ == GroupBy::Branch) findEnds(making);
            if (!making.group.items.empty()) index_.groups.push_back(std::move(making.group));
        }
    }

    void findEnds(Making& making) {
        const SweptValues first = fromSweptJson(sweptOf(making.firstPoint)),
                          last = fromSweptJson(sweptOf(making.lastPoint));
        making.group.isSwept = !first.empty() && !last.empty();
        if (!making.group.isSwept) return;
        making.group.from = first.front().second;
        making.group.to = last.front().second;
    }

    void sortBranches() {
        std::unordered_map<std::string, std::size_t> places;
        for (std::size_t i = 0; i < index_.series.size(); ++i)
            places.try_emplace(index_.series[i].branch, i);
        std::stable_sort(making_.begin(), making_.end(), [&](const Making& a, const Making& b) {
            return places.at(a.group.key) < places.at(b.group.key);
        });
    }

    void sort(Making& making) const {
        const std::vector<double>& values = making.sortValues;
        std::vector<std::uint32_t> order(values.size());
        for (std::uint32_t i = 0; i < order.size(); ++i)
            order[i] = i;
        const bool descending = order_.descending;
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            if (std::isnan(values[a])) return false;
            if (std::isnan(values[b])) return true;
            return descending ? values[a] > values[b] : values[a] < values[b];
        });
        std::vector<IndexedItem> sorted;
        sorted.reserve(order.size());
        for (const std::uint32_t place : order)
            sorted.push_back(making.group.items[place]);
        making.group.items = std::move(sorted);
    }

    const Library& library_;
    Database& database_;
    StudyId study_;
    const IndexFilter& filter_;
    const IndexOrder& order_;
    GroupBy groupBy_;
    Words words_;
    ItemIndex index_;
    std::unordered_map<std::int64_t, SeriesFacts> series_;
    std::unordered_map<std::int64_t, std::uint32_t> points_;  ///< words that their swept values have
    std::vector<AssetFacts> assets_;
    std::unordered_map<std::string, std::uint32_t> assetPlaces_;
    std::vector<Making> making_;
    std::unordered_map<std::string, std::size_t> groupPlaces_;
    std::unordered_map<ItemId, double> values_;
};

/// One reader a quantity; nothing for those that the study does not have.
std::vector<std::optional<ItemQuantity>> readersOf(const Library& library, StudyId study,
                                                   const std::vector<std::string>& quantities) {
    std::vector<std::optional<ItemQuantity>> readers;
    for (const std::string& id : quantities) {
        readers.emplace_back();
        try {
            readers.back().emplace(library, study, id);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Usage) throw;
        }
    }
    return readers;
}

}  // namespace

ItemIndex itemIndex(const Library& library, StudyId study, const IndexFilter& filter, const IndexOrder& order,
                    GroupBy groupBy) {
    const Snapshot snapshot(*library.connection().database);
    return Pass(library, study, filter, order, groupBy).make();
}

std::vector<ItemLine> itemLines(const Library& library, StudyId study, std::span<const ItemId> ids,
                                const std::vector<std::string>& quantities) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    const bool isWritten = library.connection().isWritten();
    std::vector<std::optional<ItemQuantity>> readers = readersOf(library, study, quantities);
    std::vector<ItemLine> lines;
    for (const ItemId id : ids) {
        std::optional<ItemRow> row = findItemRow(database, id);
        if (!row) continue;
        if (row->state == State::Running && !isWritten) row->state = State::Interrupted;
        ItemLine line{*std::move(row), {}};
        for (std::optional<ItemQuantity>& reader : readers)
            line.quantities.push_back(reader ? reader->of(id) : std::nullopt);
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace ratescope::store
