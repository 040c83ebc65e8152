#include "views/runs/run_rows.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <unordered_set>

namespace ratescope::views {
namespace {

/// Of a group: the same as long as it is there. Never an item's id.
std::int64_t keyOf(const store::ItemGroup& group) {
    return -static_cast<std::int64_t>(std::hash<std::string>{}(group.key) >> 1) - 1;
}

std::int64_t recency(const store::IndexedItem& item) {
    return item.state == store::State::Running ? std::numeric_limits<std::int64_t>::max() : item.touched;
}

/// Those that moved last, in the order in which they stand; where fewer have, the next that will.
void keepLatest(std::vector<store::IndexedItem>& items, store::ItemId pinned) {
    if (items.size() <= latestCount) return;
    std::vector<std::size_t> places(items.size());
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = i;
    std::partial_sort(places.begin(), places.begin() + latestCount, places.end(),
                      [&](std::size_t a, std::size_t b) {
                          const std::int64_t first = recency(items[a]), second = recency(items[b]);
                          return first != second ? first > second : a < b;
                      });
    places.resize(latestCount);
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.id == pinned; });
    if (found != items.end()) places.push_back(static_cast<std::size_t>(found - items.begin()));
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    std::vector<store::IndexedItem> kept;
    for (const std::size_t place : places)
        kept.push_back(items[place]);
    items = std::move(kept);
}

std::vector<RunRow> shownRows(const RunsSnapshot& snapshot, const RunsChoice& choice,
                              const std::set<std::string>& open) {
    const bool isFlat = choice.groupBy == store::GroupBy::None;
    std::vector<RunRow> rows;
    for (std::uint32_t i = 0; i < snapshot.index.groups.size(); ++i) {
        const store::ItemGroup& group = snapshot.index.groups[i];
        if (!isFlat) rows.push_back({snapshot.groupKeys[i], i, 0, store::State::Pending});
        if (!isFlat && !open.contains(group.key)) continue;
        const std::vector<RunRow> below = snapshot.rowsOf(i);
        rows.insert(rows.end(), below.begin(), below.end());
    }
    return rows;
}

/// An order by what the study has no more is that of the document.
store::ItemIndex indexOf(const store::Library& library, store::StudyId study, const RunsChoice& choice,
                         const RunQuantities& quantities) {
    store::IndexOrder order = choice.order;
    const std::vector<std::string> ids = quantities.ids();
    if (std::find(ids.begin(), ids.end(), order.quantity) == ids.end() && order.quantity != "time-decode")
        order.quantity.clear();
    return store::itemIndex(library, study, choice.filter, order, choice.groupBy);
}

bool sameKey(const RunRow& a, const RunRow& b) {
    return a.key == b.key;
}

}  // namespace

std::vector<RunRow> RunsSnapshot::rowsOf(std::uint32_t group) const {
    std::vector<RunRow> rows;
    rows.reserve(index.groups[group].items.size());
    for (const store::IndexedItem& item : index.groups[group].items)
        rows.push_back({item.id, group, item.series, item.state});
    return rows;
}

RowChange changeOf(const std::vector<RunRow>& before, const std::vector<RunRow>& after) {
    RowChange change;
    if (std::equal(before.begin(), before.end(), after.begin(), after.end(), sameKey)) return change;
    std::unordered_set<std::int64_t> wasThere, isThere;
    wasThere.reserve(before.size());
    isThere.reserve(after.size());
    for (const RunRow& row : before)
        wasThere.insert(row.key);
    for (const RunRow& row : after)
        isThere.insert(row.key);
    for (const RunRow& row : before)
        if (!isThere.contains(row.key)) change.vanished.push_back(row);
    for (const RunRow& row : after)
        if (!wasThere.contains(row.key)) change.added.push_back(row);
    std::vector<RunRow> first = before, last = after;
    first.insert(first.end(), change.added.begin(), change.added.end());
    last.insert(last.end(), change.vanished.begin(), change.vanished.end());
    change.isReordered = !std::equal(first.begin(), first.end(), last.begin(), last.end(), sameKey);
    return change;
}

FreshRows readRows(const OpenLibrary& library, const RunsChoice& choice, const std::set<std::string>& open,
                   store::ItemId pinned, const std::vector<RunRow>& before) {
    const auto start = std::chrono::steady_clock::now();
    auto snapshot = std::make_shared<RunsSnapshot>();
    if (library.study) {
        const store::StudyId study = library.study->id;
        snapshot->hasStudy = true;
        snapshot->study = library.study->name;
        snapshot->quantities = {store::ratesOf(library.library, study),
                                store::metricsOf(library.library, study)};
        snapshot->index = indexOf(library.library, study, choice, snapshot->quantities);
        for (store::ItemGroup& group : snapshot->index.groups) {
            if (choice.latestOnly && choice.groupBy != store::GroupBy::None) keepLatest(group.items, pinned);
            snapshot->groupKeys.push_back(keyOf(group));
        }
    }
    FreshRows fresh;
    fresh.rows = shownRows(*snapshot, choice, open);
    fresh.change = changeOf(before, fresh.rows);
    fresh.snapshot = std::move(snapshot);
    fresh.milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start)
            .count();
    return fresh;
}

}  // namespace ratescope::views
