#pragma once

// The inside of the supervisor: the parts, and how they take turns.

#include "core/run/analysis.h"
#include "core/run/hash_desk.h"
#include "core/run/item_runner.h"
#include "core/run/progress_meter.h"
#include "core/run/timing.h"
#include "core/run/value_desk.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace ratescope::run {

PlanSummary summaryOf(const graph::Document& document, const graph::Catalogue& catalogue,
                      const StudyPlan& plan, const store::Library* library,
                      const store::Reconciliation& changes, int jobs);

/// What a study is at.
enum class Phase { Items, Timing, Analysis, Idle };

struct Supervisor::State {
    struct Turn {
        Phase phase = Phase::Idle;
        ProgressMeter meter;
        Clock::time_point told;  ///< when progress was last told
    };
    struct Preparation {
        HashDesk::Number number = 0;
        std::string study;
    };
    struct Watch {
        short events = 0;
        std::function<void(short)> ready;
    };

    State(store::Library& library, const graph::Catalogue& catalogue, SupervisorOptions options,
          Observer& theObserver);

    WorkerEvents events();
    DirectChain* directChain(std::uint64_t chain);

    // --- studies (supervisor.cpp)
    std::string nameOf(const graph::Document& document) const;
    void prepare(const graph::Document& document, const std::filesystem::path& directory,
                 std::function<void(const std::optional<Error>&)> ready);
    bool stopPreparing(const std::string& study);
    Submitted load(graph::Document document, const std::filesystem::path& directory,
                   const StudyOptions& options, bool start);
    void open(store::StudyId study, bool start);
    void start(store::StudyId study);
    void reload(StudyRun& study);
    std::shared_ptr<StudyRun> studyWith(store::ItemId item);
    Progress progress(store::StudyId study);

    // --- turns (supervisor_loop.cpp)
    void work();
    void wait(int timeoutMs);
    void advance(store::StudyId id, Turn& turn);
    void runDirect();
    void tellProgress();
    void keepHouse();
    int timeout(int mostMs) const;
    bool unfinished() const;
    void endPauseUnlessOthersWait(store::StudyId cancelled);
    bool inUse(const std::filesystem::path& file) const;

    Observer& observer;
    House house;
    ItemRunner runner;
    ValueDesk values;
    Timing timing;
    AnalysisRun analyses;
    std::map<store::StudyId, Turn> turns;
    HashDesk hashes;
    std::vector<Preparation> preparations;
    std::map<int, Watch> watches;
    Clock::time_point nextHeartbeat, nextShrink;
    bool sumsAreStale = true;
};

}  // namespace ratescope::run
