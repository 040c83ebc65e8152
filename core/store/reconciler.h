#pragma once

// Makes a study's rows those that its document asks for. Rows are known by (branch, swept values, asset,
// seed, item key), measurements of a row by their key. What is new takes its result from a finished row of
// the same key anywhere in the library: a task is computed once.

#include "core/store/library.h"
#include "core/store/sqlite.h"
#include "core/store/swept_json.h"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace ratescope::store {

class Reconciler {
  public:
    enum class Effect { None, Write };

    /// With Effect::Write the caller holds a write transaction. `study` is 0 for an unknown document.
    Reconciler(Database& database, StudyId study, Effect effect);
    Reconciliation run(const std::vector<PlannedItem>& planned);

  private:
    struct KnownItem {
        ItemId id = 0;
        State state = State::Pending;
        bool orphaned = false;
        std::int64_t point = 0, position = 0;
    };
    struct KnownMeasurement {
        MeasurementId id = 0;
        std::string node;
        Hash key;
        State state = State::Pending;
        bool orphaned = false, matched = false;
        std::int64_t measure = 0;
    };
    struct PointRow {
        std::int64_t id = 0, series = 0, position = 0, expectedBefore = 0, expected = 0;
        std::string swept;
    };

    bool writes() const { return effect_ == Effect::Write; }
    void readPoints();
    ReconciledItem place(const PlannedItem& item, std::int64_t position);
    const KnownItem* findItem(const PlannedItem& item, const std::string& identity);
    ReconciledItem addItem(const PlannedItem& item, PointRow* point, std::int64_t position);
    std::int64_t reconstructionFor(const PlannedItem& item);
    State keepReconstruction(const PlannedItem& item, ItemId id, State state);
    void keepItem(const KnownItem& known, const PointRow& point, std::int64_t position);
    void placeMeasurements(const PlannedItem& item, ReconciledItem& placed);
    std::vector<KnownMeasurement> measurementsOf(ItemId item);
    ReconciledMeasurement addMeasurement(const PlannedMeasurement& planned, ItemId item);
    void keepMeasurement(const KnownMeasurement& known, const PlannedMeasurement& planned);
    void orphanMeasurement(MeasurementId id);
    void orphanUnplanned();
    PointRow& pointFor(const PlannedItem& item, const std::string& identity);
    std::int64_t seriesFor(const PlannedItem& item);
    std::int64_t measureFor(const PlannedMeasurement& planned);
    void writeExpected();
    void findRateDifferences();

    Database& database_;
    StudyId study_;
    Effect effect_;
    Reconciliation result_;
    bool resultsMoved_ = false;  ///< finished measurements were taken back or over
    KnownItem known_;
    std::unordered_set<ItemId> seen_;
    /// (branch, identity) → rows of the points with these values: one, unless its series was split otherwise.
    std::map<std::pair<std::string, std::string>, std::vector<std::int64_t>> pointsByIdentity_;
    std::map<std::pair<std::string, std::string>, PointRow> points_;  ///< (series slug, identity)
    std::map<std::string, std::int64_t> branches_, series_;           ///< those planned, slug → row
    std::map<std::string, std::vector<std::pair<std::vector<graph::Metric>, std::int64_t>>> measures_;
};

}  // namespace ratescope::store
