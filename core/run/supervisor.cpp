#include "core/run/supervisor.h"

#include "core/graph/document_json.h"
#include "core/graph/named_roots.h"
#include "core/graph/strict_json.h"
#include "core/graph/validate.h"
#include "core/run/environment.h"
#include "core/run/supervisor_state.h"
#include "core/store/query.h"

#include <nlohmann/json.hpp>
#include <poll.h>

#include <algorithm>
#include <set>
#include <utility>

namespace ratescope::run {
namespace {

using RowState = store::State;

constexpr int quitMs = 1000;

bool hasState(const store::ReconciledItem& row, RowState state) {
    return row.state == state || std::any_of(row.measurements.begin(), row.measurements.end(),
                                             [&](const auto& one) { return one.state == state; });
}

const char* toText(Phase phase) {
    return phase == Phase::Timing ? "timing" : phase == Phase::Analysis ? "analysis" : "items";
}

}  // namespace

Supervisor::State::State(store::Library& library, const graph::Catalogue& catalogue,
                         SupervisorOptions options, Observer& theObserver)
    : observer(theObserver),
      house(library, catalogue, std::move(options), events()),
      runner(house),
      values(house),
      timing(house),
      analyses(house),
      nextHeartbeat(Clock::now()),
      nextShrink(Clock::now()) {
    house.log.committed = [this](store::StudyId study, const store::ItemOutcome& outcome) {
        sumsAreStale = true;
        if (observer.item) observer.item(study, outcome.item, outcome.state);
    };
    house.onTrouble = [this](const Error& error) {
        if (observer.trouble) observer.trouble(error);
    };
    watches[hashes.descriptor()] = {POLLIN, [this](short) { hashes.handle(); }};
    analyses.failed = [this](store::StudyId study, const std::string& node, const Error& error) {
        if (observer.analysisFailed) observer.analysisFailed(study, node, error);
    };
}

DirectChain* Supervisor::State::directChain(std::uint64_t chain) {
    for (DirectChain* const direct : {&values.chain(), &timing.chain(), &analyses.chain()})
        if (direct->owns(chain)) return direct;
    return nullptr;
}

WorkerEvents Supervisor::State::events() {
    WorkerEvents events;
    events.report = [this](WorkerNumber worker, const TaskReport& report) {
        if (DirectChain* const direct = directChain(report.chain))
            direct->onReport(report);
        else
            runner.onReport(worker, report);
    };
    events.done = [this](WorkerNumber worker, std::uint64_t chain) {
        if (DirectChain* const direct = directChain(chain))
            direct->onDone();
        else
            runner.onDone(worker, chain);
    };
    events.resources = [this](WorkerNumber, const ResourceAnswer& answer) { runner.onResources(answer); };
    events.lost = [this](const Loss& loss) {
        std::vector<std::uint64_t> chains = loss.queued;
        if (loss.chain) chains.push_back(*loss.chain);
        for (const std::uint64_t chain : chains)
            if (DirectChain* const direct = directChain(chain)) direct->onLost(loss.failure);
        runner.onLost(loss);
    };
    events.unusable = [this](const Error& error) { house.raise(error); };
    return events;
}

// --- studies -----------------------------------------------------------------------------------------------

/// Of the study that the document is or will be in the library.
std::string Supervisor::State::nameOf(const graph::Document& document) const {
    for (const store::StudyRecord& study : house.library.studies())
        if (study.documentId == document.id) return study.name;
    return document.name;
}

void Supervisor::State::prepare(const graph::Document& document, const std::filesystem::path& directory,
                                std::function<void(const std::optional<Error>&)> ready) {
    graph::requireValid(document, house.catalogue);
    std::set<std::filesystem::path> unknown;
    listAssets(document, house.catalogue, {directory, house.options.roots},
               [&](const std::filesystem::path& file) {
                   const auto known = house.library.findFileHash(file);
                   if (!known) unknown.insert(file);
                   return known.value_or(Hash());
               });
    if (unknown.empty()) return ready({});
    const auto finish = [this, ready = std::move(ready)](HashDesk::Number number,
                                                         const std::optional<HashDesk::Hashes>& made) {
        std::erase_if(preparations, [&](const Preparation& one) { return one.number == number; });
        if (!made)
            return ready(Error(ErrorKind::Cancelled, "The study was stopped before its files were read.",
                               "Submit it again to go on: files that were read are remembered."));
        for (const auto& [file, hash] : *made)
            house.library.rememberFileHash(file, hash);
        ready({});
    };
    preparations.push_back({hashes.request({unknown.begin(), unknown.end()}, finish), nameOf(document)});
}

bool Supervisor::State::stopPreparing(const std::string& study) {
    std::vector<HashDesk::Number> stopped;
    for (const Preparation& one : preparations)
        if (study.empty() || one.study == study) stopped.push_back(one.number);
    for (const HashDesk::Number number : stopped)
        hashes.forget(number);
    return !stopped.empty();
}

Submitted Supervisor::State::load(graph::Document document, const std::filesystem::path& directory,
                                  const StudyOptions& options, bool starts) {
    graph::requireValid(document, house.catalogue);
    // What is stored is what is run, so that it can be taken up again without the command line.
    if (!options.seeds.empty()) document.seeds = options.seeds;
    const Assets assets = listAssets(document, house.catalogue, {directory, house.options.roots},
                                     rememberedHash(house.library));
    auto plan = std::make_shared<StudyPlan>(makePlan(document, house.catalogue, assets));
    requireApproval(commandsOf(*plan, house.catalogue), options.approval);
    house.log.flush();
    store::StudyRecord record;
    record.documentId = document.id;
    record.name = document.name;
    record.title = document.title;
    record.notes = document.notes;
    record.document = graph::toJson(document).dump();
    record.directory = std::filesystem::absolute(directory);
    const store::StudyId id = house.library.saveStudy(record);
    const store::Reconciliation changes =
        house.library.reconcile(id, plan->items, plan->attributes, plan->keptTasks);
    const std::string name = nameOf(document);
    runner.unload(id);
    house.studies[id] =
        std::make_shared<StudyRun>(id, name, plan, changes.items,
                                   StudySettings{document.threads, document.stallSeconds, options.repeats});
    runner.loaded(*house.study(id));
    store::Environment environment = gatherEnvironment(house.options.commandLine, house.options.device);
    environment.documentHash = sha256(record.document).hex();
    environment.threads = document.threads;
    house.log.setEnvironment(id, std::move(environment));
    if (starts) start(id);
    Submitted submitted{
        id, summaryOf(document, house.catalogue, *plan, &house.library, changes, house.options.jobs)};
    submitted.plan.study = name;
    return submitted;
}

/// Makes cancelled and interrupted rows pending, and runs what is missing.
void Supervisor::State::start(store::StudyId id) {
    StudyRun& study = *house.study(id);
    const bool stopped = std::any_of(study.rows().begin(), study.rows().end(), [](const auto& row) {
        return hasState(row, RowState::Cancelled) || hasState(row, RowState::Interrupted);
    });
    if (stopped) {
        house.library.resume(id);
        reload(study);
    }
    runner.resetRan(id);
    runner.refill(id);
    turns[id].phase = Phase::Items;
}

void Supervisor::State::reload(StudyRun& study) {
    house.log.flush();
    const StudyPlan& plan = study.plan();
    study.setRows(house.library.reconcile(study.id(), plan.items, plan.attributes, plan.keptTasks).items);
}

void Supervisor::State::open(store::StudyId id, bool starts) {
    if (house.study(id)) return;
    for (const store::StudyRecord& record : house.library.studies()) {
        if (record.id != id) continue;
        const auto json = graph::parseJson(record.document, "the document of the study " + record.name);
        load(graph::documentFromJson(json), record.directory, {}, starts);
        return;
    }
    throw Error(ErrorKind::Usage, "The library has no study " + std::to_string(id) + ".",
                "List its studies with `ratescope-cli status`.");
}

std::shared_ptr<StudyRun> Supervisor::State::studyWith(store::ItemId item) {
    for (const auto& [id, study] : house.studies)
        if (study->indexOf(item)) return study;
    for (const store::StudyRecord& record : house.library.studies()) {
        if (house.study(record.id)) continue;
        open(record.id, false);
        if (house.study(record.id)->indexOf(item)) return house.studies.at(record.id);
    }
    throw Error(ErrorKind::Usage, "No study has the item " + std::to_string(item) + ".",
                "Its document may have changed: submit it again.");
}

Progress Supervisor::State::progress(store::StudyId id) {
    const StudyRun* const study = house.study(id);
    if (!study)
        throw Error(ErrorKind::Usage, "The study " + std::to_string(id) + " is not loaded.",
                    "Submit it first.");
    const Turn& turn = turns[id];
    Progress progress;
    progress.study = id;
    progress.name = study->name();
    progress.failed = study->count(RowState::Failed);
    progress.done = study->count(RowState::Done) + progress.failed;
    progress.total = static_cast<std::int64_t>(study->rows().size());
    for (const WorkerPool::Activity& activity : house.pool.activities())
        if (auto running = runner.running(activity, id)) progress.running.push_back(std::move(*running));
    progress.itemsPerMinute = turn.meter.perMinute();
    if (study->ended() < progress.total)
        progress.secondsLeft = turn.meter.secondsFor(progress.total - study->ended());
    progress.phase = toText(turn.phase);
    progress.paused = house.paused;
    return progress;
}

Supervisor::Supervisor(store::Library& library, const graph::Catalogue& catalogue, SupervisorOptions options)
    : state_(std::make_unique<State>(library, catalogue, std::move(options), observer)) {}

Supervisor::~Supervisor() {
    try {
        state_->house.log.flush();
    } catch (const std::exception&) {
        // What could not be committed is interrupted, and runs again.
    }
    state_->house.pool.quit(quitMs);
}

void Supervisor::prepare(const graph::Document& document, const std::filesystem::path& directory,
                         std::function<void(const std::optional<Error>&)> ready) {
    state_->prepare(document, directory, std::move(ready));
}

bool Supervisor::stopPreparing(const std::string& study) {
    return state_->stopPreparing(study);
}

Submitted Supervisor::submit(const graph::Document& document, const std::filesystem::path& directory,
                             const StudyOptions& options) {
    return state_->load(document, directory, options, true);
}

PlanSummary Supervisor::plan(const graph::Document& document, const std::filesystem::path& directory,
                             const StudyOptions& options) const {
    return summarise(document, directory, state_->house.catalogue, &state_->house.library,
                     state_->house.options, options);
}

void Supervisor::pause() {
    state_->house.paused = true;
    tellSoon();
}

void Supervisor::tellSoon() {
    for (auto& [id, turn] : state_->turns)
        turn.told = {};
}

bool Supervisor::paused() const {
    return state_->house.paused;
}

const std::optional<Error>& Supervisor::trouble() const {
    return state_->house.trouble;
}

std::int64_t Supervisor::resume(std::optional<store::StudyId> study) {
    House& house = state_->house;
    house.paused = false;
    house.trouble.reset();
    tellSoon();
    if (study) state_->open(*study, false);
    std::int64_t resumed = 0;
    for (const auto& [id, run] : house.studies) {
        if (study && id != *study) continue;
        resumed += house.library.resume(id);
        state_->reload(*run);
        state_->runner.refill(id);
        if (!state_->runner.idle(id)) state_->turns[id].phase = Phase::Items;
    }
    return resumed;
}

std::int64_t Supervisor::cancel(store::StudyId id) {
    House& house = state_->house;
    house.flush();
    const std::int64_t cancelled = house.library.cancel(id);
    if (StudyRun* const study = house.study(id)) {
        for (const store::ReconciledItem& row : study->rows())
            house.log.forget(row.id);
        study->cancelAll();
        state_->runner.cancelFinished(id);
        state_->timing.remove(id);
        state_->analyses.remove(id);
    }
    state_->endPauseUnlessOthersWait(id);
    return cancelled;
}

/// A pause is for what is left to do: once that is cancelled it would only hold up what is asked for next.
void Supervisor::State::endPauseUnlessOthersWait(store::StudyId cancelled) {
    const bool othersWait = std::any_of(turns.begin(), turns.end(), [&](const auto& each) {
        return each.first != cancelled && each.second.phase != Phase::Idle;
    });
    if (!house.trouble && !othersWait) house.paused = false;
}

std::int64_t Supervisor::cancel(std::span<const store::ItemId> items) {
    House& house = state_->house;
    house.flush();
    std::vector<store::ItemId> open;
    std::vector<store::MeasurementId> measurements;
    std::map<StudyRun*, std::vector<std::size_t>> rows;
    for (const store::ItemId item : items) {
        StudyRun& study = *state_->studyWith(item);
        const std::size_t index = study.indexOf(item).value();
        rows[&study].push_back(index);
        if (isOpen(study.state(index))) open.push_back(item);
        for (const auto& measurement : study.rows()[index].measurements)
            if (isOpen(measurement.state)) measurements.push_back(measurement.id);
        house.log.forget(item);
    }
    house.library.setState(open, RowState::Cancelled);
    house.library.setMeasurementState(measurements, RowState::Cancelled);
    for (const auto& [study, indices] : rows) {
        study->cancel(indices);
        state_->runner.cancelFinished(study->id());
    }
    return static_cast<std::int64_t>(open.size());
}

std::int64_t Supervisor::retry(store::StudyId id, std::span<const store::ItemId> items) {
    House& house = state_->house;
    state_->open(id, false);
    house.log.flush();
    const std::int64_t retried = house.library.retry(id, items);
    state_->runner.forgetFailures();
    state_->reload(*house.study(id));
    state_->runner.refill(id);
    if (!state_->runner.idle(id)) state_->turns[id].phase = Phase::Items;
    return retried;
}

void Supervisor::forget(store::StudyId id) {
    House& house = state_->house;
    StudyRun* const study = house.study(id);
    if (!study) return;
    house.flush();
    for (const store::ReconciledItem& row : study->rows())
        house.log.forget(row.id);
    study->cancelAll();
    state_->runner.cancelFinished(id);
    state_->timing.remove(id);
    state_->analyses.remove(id);
    house.studies.erase(id);
    state_->turns.erase(id);
}

void Supervisor::forgetStreams() {
    state_->house.streams.forget();
}

void Supervisor::setJobs(int jobs) {
    state_->house.options.jobs = jobs;
    state_->runner.setJobs(jobs);
}

RequestId Supervisor::requestValue(const ValueRequest& request, ValueAnswer answer) {
    return state_->values.request(state_->studyWith(request.item), request, std::move(answer));
}

void Supervisor::forgetValue(RequestId request) {
    state_->values.forget(request);
}

bool Supervisor::idle() const {
    return !state_->unfinished() && state_->runner.idle() && state_->values.idle() && state_->hashes.idle() &&
           state_->house.log.empty();
}

std::vector<store::StudyId> Supervisor::studies() const {
    std::vector<store::StudyId> loaded;
    for (const auto& [id, study] : state_->house.studies)
        loaded.push_back(id);
    return loaded;
}

Progress Supervisor::progress(store::StudyId study) const {
    return state_->progress(study);
}

Ran Supervisor::ran(store::StudyId study) const {
    return state_->runner.ran(study);
}

void Supervisor::watch(int descriptor, short events, std::function<void(short)> ready) {
    state_->watches[descriptor] = {events, std::move(ready)};
}

void Supervisor::unwatch(int descriptor) {
    state_->watches.erase(descriptor);
}

void Supervisor::step(int timeoutMs) {
    const bool hadWork = state_->unfinished();
    state_->work();
    // What was all there already is finished by now: nothing would wake the wait below.
    if (hadWork && !state_->unfinished()) return;
    state_->wait(timeoutMs);
    state_->work();
}

void Supervisor::runUntilIdle(const std::function<bool()>& stop) {
    for (;;) {
        state_->work();
        if (trouble()) throw Error(*trouble());
        if (idle() || (stop && stop())) return;
        state_->wait(-1);
    }
}

void Supervisor::shutdown(bool now) {
    pause();
    stopPreparing("");
    House& house = state_->house;
    while (!now && house.pool.load() > 0)
        step(-1);
    house.pool.quit(now ? 0 : quitMs);
    std::vector<store::ItemId> running;
    for (const auto& [id, study] : house.studies)
        for (const store::ReconciledItem& row : study->rows())
            if (row.state == RowState::Running) running.push_back(row.id);
    house.log.flush();
    house.library.setState(running, RowState::Interrupted);
}

}  // namespace ratescope::run
