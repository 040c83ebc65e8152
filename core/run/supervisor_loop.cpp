#include "core/run/supervisor_state.h"
#include "core/store/query.h"

#include <poll.h>

#include <algorithm>

namespace ratescope::run {
namespace {

constexpr std::chrono::milliseconds progressInterval{100};
constexpr std::chrono::seconds heartbeatInterval{5}, shrinkInterval{5};
constexpr std::chrono::milliseconds sumsBudget{20};

}  // namespace

bool Supervisor::State::unfinished() const {
    return std::any_of(turns.begin(), turns.end(),
                       [](const auto& turn) { return turn.second.phase != Phase::Idle; });
}

int Supervisor::State::timeout(int mostMs) const {
    std::optional<Clock::time_point> next = house.pool.deadline();
    const auto consider = [&](const std::optional<Clock::time_point>& time) {
        if (time && (!next || *time < *next)) next = time;
    };
    if (!house.trouble) consider(house.log.deadline());
    if (unfinished()) consider(nextHeartbeat);
    if (unfinished() && house.pool.load() > 0 && observer.progress) consider(Clock::now() + progressInterval);
    if (sumsAreStale && !unfinished()) return 0;
    if (!next) return mostMs;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now()).count();
    const int ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
    return mostMs < 0 ? ms : std::min(ms, mostMs);
}

void Supervisor::State::wait(int timeoutMs) {
    std::vector<pollfd> descriptors;
    house.pool.addDescriptors(descriptors);
    for (const auto& [descriptor, watch] : watches)
        descriptors.push_back({descriptor, watch.events, 0});
    const int ready = ::poll(descriptors.data(), descriptors.size(), timeout(timeoutMs));
    if (ready > 0)
        for (const pollfd& descriptor : descriptors) {
            if (descriptor.revents == 0 || house.pool.handle(descriptor)) continue;
            const auto watch = watches.find(descriptor.fd);
            if (watch == watches.end()) continue;
            const auto callback = watch->second.ready;  // it may unwatch itself
            callback(descriptor.revents);
        }
}

void Supervisor::State::work() {
    house.pool.checkDeadlines();
    if (!house.trouble && house.log.deadline() && *house.log.deadline() <= Clock::now()) house.flush();
    if (!house.paused && !timing.busy()) runner.dispatch();
    runDirect();
    for (auto& [id, turn] : turns)
        advance(id, turn);
    tellProgress();
    keepHouse();
}

/// Values for views; and, once no items run, timing alone, then analyses.
void Supervisor::State::runDirect() {
    if (!timing.busy()) values.serve();
    if (house.paused) return;
    try {
        while (!timing.idle() && !timing.busy() && runner.idle() && !values.busy() && !analyses.busy())
            timing.next();
        while (!analyses.idle() && !analyses.busy() && !timing.busy())
            analyses.next();
    } catch (const Error& error) {
        house.raise(error);
    }
}

void Supervisor::State::advance(store::StudyId id, Turn& turn) {
    StudyRun* const study = house.study(id);
    if (!study || house.trouble) return;
    if (turn.phase == Phase::Items && runner.idle(id) && house.flush()) {
        turn.phase = Phase::Timing;
        if (study->settings().repeats > 0) {
            timing.add(*study);
            runDirect();
        }
    }
    if (turn.phase == Phase::Timing && !timing.waits(id) && !timing.busy() && house.flush()) {
        turn.phase = Phase::Analysis;
        analyses.add(id);
        runDirect();
    }
    if (turn.phase == Phase::Analysis && !analyses.waits(id) && house.flush()) {
        turn.phase = Phase::Idle;
        sumsAreStale = true;
        if (observer.progress) observer.progress(progress(id));
        if (observer.idle) observer.idle(id);
    }
}

void Supervisor::State::tellProgress() {
    const auto now = Clock::now();
    for (auto& [id, turn] : turns) {
        const StudyRun* const study = house.study(id);
        if (turn.phase == Phase::Idle || !study || now - turn.told < progressInterval) continue;
        turn.told = now;
        turn.meter.note(study->ended(), now);
        if (observer.progress) observer.progress(progress(id));
    }
}

bool Supervisor::State::inUse(const std::filesystem::path& file) const {
    if (const auto task = CacheFolder::taskOf(file))
        return runner.uses(*task) || values.uses(*task) || timing.uses(*task);
    return house.pool.load() > 0;  // a small artefact's file, or one that is being written
}

void Supervisor::State::keepHouse() {
    const auto now = Clock::now();
    try {
        if (unfinished() && nextHeartbeat <= now) {
            nextHeartbeat = now + heartbeatInterval;
            house.library.heartbeat();
        }
        if (sumsAreStale && !unfinished()) sumsAreStale = !store::refreshSummaries(house.library, sumsBudget);
    } catch (const Error& error) {
        sumsAreStale = false;
        if (error.kind() != ErrorKind::Resource) throw;
        house.raise(error);
    }
    if (nextShrink > now || (!unfinished() && values.idle())) return;
    nextShrink = now + shrinkInterval;
    house.cache.shrink([this](const auto& file) { return inUse(file); },
                       [this](const auto& file) {
                           if (const auto task = CacheFolder::taskOf(file)) runner.unpublished(*task);
                       });
}

}  // namespace ratescope::run
