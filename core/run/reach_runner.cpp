#include "core/run/reach_runner.h"

#include "core/curves/rate.h"
#include "core/curves/statistic.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ratescope::run {
namespace {

/// "quality=50"
std::string placeText(const PlannedReach& reach, double place) {
    return reach.parameter + "=" + graph::toText(reach.aim.range.value(place));
}

/// "0.4971 bpp"
std::string quantityText(const PlannedReach& reach, double quantity) {
    std::array<char, 32> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), quantity, std::chars_format::general, 4).ptr;
    return std::string(text.data(), end) + " " + reach.quantity;
}

store::Failure unreachable(const PlannedReach& reach, const ReachSearch& search) {
    const auto at = [&](const ReachStep& step) {
        return quantityText(reach, step.quantity) + " at " + placeText(reach, step.place);
    };
    return {ErrorKind::Input,
            reach.node + " can't reach " + graph::toText(reach.aim.target) + " " + reach.quantity +
                ": it gives " + at(search.low()) + " and " + at(search.high()) + ".",
            "Choose a target between these, or a wider range.", ""};
}

}  // namespace

ProbeTasks ReachRunner::tasksOf(const StudyRun& study, std::size_t item, double place, Extent extent) const {
    return tasksAt(study.plan().tasks, house_.catalogue, study.plan().itemTasks[item], place, extent);
}

void ReachRunner::settleFound(StudyRun& study) const {
    for (std::size_t item = 0; item < study.rows().size(); ++item) {
        const auto& reached = study.rows()[item].reached;
        if (!reached || study.hasFound(item)) continue;
        const auto place = std::visit(
            [](const auto& value) -> double {
                if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>)
                    return static_cast<double>(value);
                return 0;
            },
            reached->value);
        study.settle(item, tasksOf(study, item, place, Extent::Item));
    }
}

void ReachRunner::refill(StudyRun& study) {
    settleFound(study);
    for (std::size_t item = 0; item < study.rows().size(); ++item) {
        if (!study.isSeeking(item)) continue;
        const Seeker seeker{study.id(), item};
        const auto search = searches_.find(seeker);
        if (search != searches_.end() && calls_.runs(study.id(), search->second.probe)) continue;
        searches_.erase(seeker);
        if (std::find(ready_.begin(), ready_.end(), seeker) == ready_.end()) ready_.push_back(seeker);
    }
}

void ReachRunner::unload(store::StudyId study) {
    std::erase_if(searches_, [&](const auto& search) { return search.first.first == study; });
    std::erase_if(ready_, [&](const Seeker& seeker) { return seeker.first == study; });
}

bool ReachRunner::idle(store::StudyId study) const {
    return std::none_of(ready_.begin(), ready_.end(),
                        [&](const Seeker& seeker) { return seeker.first == study; });
}

// --- what is known -----------------------------------------------------------------------------------------

void ReachRunner::took(const Task& task, const TaskReport& report) {
    if (task.kind != TaskKind::Score) return;
    if (const auto asked = scores_.find(report.key); asked != scores_.end()) asked->second = report.scores;
}

bool ReachRunner::knowsScore(const Hash& task) {
    auto& known = scores_[task];
    if (!known)
        if (auto found = house_.library.findScore(task)) known = std::move(found->scores);
    return known.has_value();
}

bool ReachRunner::has(const Task& task) {
    if (makesStream(task.kind)) return house_.streams.size(task.key).has_value();
    return task.kind == TaskKind::Score ? knowsScore(task.key) : house_.counts.count(task.key) != 0;
}

/// The count that divides the rate; nullptr if it is not known of the prepare task.
const std::uint64_t* ReachRunner::countOf(const PlannedReach& reach, const Hash& prepare) const {
    const auto counts = house_.counts.find(prepare);
    if (counts == house_.counts.end()) return nullptr;
    const auto count = counts->second.find(reach.told.rate->count);
    static const std::uint64_t none = 0;
    return count == counts->second.end() ? &none : &count->second;
}

/// The tasks that have to run before the quantity can be told.
std::vector<Hash> ReachRunner::unknown(const PlannedReach& reach, const ProbeTasks& probe) {
    std::vector<Hash> tasks;
    if (!reach.told.rate) {
        if (!knowsScore(probe.wanted.front())) tasks = probe.wanted;
        return tasks;
    }
    for (const Hash& stream : probe.wanted)
        if (!house_.streams.size(stream)) tasks.push_back(stream);
    for (const std::size_t measure : reach.told.measures) {
        const std::uint64_t* const count = countOf(reach, probe.item.prepares[measure]);
        if (!count) tasks.push_back(probe.item.prepares[measure]);
        if (!count || *count > 0) break;
    }
    return tasks;
}

double ReachRunner::quantityOf(const PlannedReach& reach, const ProbeTasks& probe) const {
    if (!reach.told.rate) {
        const Hash& key = probe.wanted.front();
        for (const MetricScore& score : scores_.at(key).value())
            if (score.metric == reach.told.metric) return curves::finish(reach.finish, score.s0, score.s1);
        throw Error(ErrorKind::Plugin, "The measure gave no " + reach.told.metric + ".",
                    "Update the plugin, or report it to its author.");
    }
    curves::ItemBits bits;
    for (const Hash& stream : probe.wanted) {
        const StreamSize size = house_.streams.size(stream).value();
        bits.bits += static_cast<double>(size.bits);
        bits.searchedBits += static_cast<double>(size.searchedBits);
    }
    for (const std::size_t measure : reach.told.measures)
        if (const auto* const count = countOf(reach, probe.item.prepares[measure]); count && *count > 0)
            bits.counts.emplace(reach.told.rate->count, *count);
    const auto rate = curves::rateOf(*reach.told.rate, bits);
    if (!rate)
        throw Error(ErrorKind::Input,
                    "No reference of a measure counts " + std::string(reach.told.rate->count) + ".",
                    "Reach bytes, or add a measure that does.");
    return curves::finish(graph::Finish::Ratio, rate->s0, rate->s1);
}

// --- steps -------------------------------------------------------------------------------------------------

void ReachRunner::advance() {
    while (!ready_.empty() && !house_.trouble) {
        const Seeker seeker = ready_.front();
        ready_.pop_front();
        StudyRun* const study = house_.study(seeker.first);
        if (study && seeker.second < study->rows().size() && study->isSeeking(seeker.second))
            step(*study, seeker.second);
    }
}

/// Tells the search all that is known; then the item waits for a probe, or is over.
void ReachRunner::step(StudyRun& study, std::size_t item) {
    const PlannedReach& reach = *study.plan().itemTasks[item].reach;
    Search& search = searches_.try_emplace({study.id(), item}, reach.aim).first->second;
    while (const std::optional<double> place = search.steps.next()) {
        ProbeTasks probe = tasksOf(study, item, *place, Extent::Probe);
        search.streams.insert(probe.streams.begin(), probe.streams.end());
        const std::vector<Hash> wanted = unknown(reach, probe);
        if (!wanted.empty()) {
            search.probe = probe.wanted.back();
            study.wait(item, search.probe, std::move(probe), wanted);
            calls_.run(study, search.probe);
            return;
        }
        try {
            search.steps.tell(quantityOf(reach, probe));
        } catch (const Error& error) {
            failItem(study, item,
                     {error.kind(), reach.node + ", " + placeText(reach, *place) + ": " + error.what(),
                      error.remedy(), ""});
            return;
        }
    }
    if (search.steps.unreachable())
        failItem(study, item, unreachable(reach, search.steps));
    else
        end(study, item, search);
}

void ReachRunner::look(StudyRun& study, const Hash& probe) {
    const std::vector<std::size_t> items = study.endProbe(probe);
    for (const std::size_t item : items) {
        const auto search = searches_.find({study.id(), item});
        if (search == searches_.end() || !study.isSeeking(item)) continue;
        const PlannedReach& reach = *study.plan().itemTasks[item].reach;
        ProbeTasks tasks = tasksOf(study, item, *search->second.steps.next(), Extent::Probe);
        const std::vector<Hash> wanted = unknown(reach, tasks);
        if (wanted.empty())
            ready_.push_back({study.id(), item});
        else
            study.wait(item, probe, std::move(tasks), wanted);
    }
}

void ReachRunner::fail(StudyRun& study, const Hash& probe, const store::Failure& failure) {
    for (const std::size_t item : study.endProbe(probe)) {
        const auto search = searches_.find({study.id(), item});
        if (search == searches_.end() || !study.isSeeking(item)) continue;
        const PlannedReach& reach = *study.plan().itemTasks[item].reach;
        store::Failure ofItem = failure;
        ofItem.what += " (" + placeText(reach, *search->second.steps.next()) + ", to reach " +
                       graph::toText(reach.aim.target) + " " + reach.quantity + ")";
        failItem(study, item, ofItem);
    }
}

void ReachRunner::failItem(StudyRun& study, std::size_t item, const store::Failure& failure) {
    searches_.erase({study.id(), item});
    calls_.ended(study, study.fail(item, failure));
}

/// What was found is written down before anything of it runs. The scores of probes are committed by then, so that
/// the item takes over the one that found it.
void ReachRunner::end(StudyRun& study, std::size_t item, const Search& search) {
    if (!house_.flush()) return;
    const PlannedReach& reach = *study.plan().itemTasks[item].reach;
    const ReachStep& best = search.steps.best();
    ProbeTasks tasks = tasksOf(study, item, best.place, Extent::Item);
    store::ReachOutcome outcome;
    outcome.item = study.rows()[item].id;
    outcome.record = {reach.node + "." + reach.parameter,
                      reach.aim.range.value(best.place),
                      best.quantity,
                      search.steps.runs(),
                      search.steps.within(),
                      search.steps.monotone(),
                      tasks.item.candidate.task};
    outcome.streams = tasks.streams;
    outcome.keepsReconstruction = study.plan().items[item].reconstruction.has_value();
    outcome.probed.assign(search.streams.begin(), search.streams.end());
    for (std::size_t m = 0; m < tasks.item.scores.size(); ++m)
        outcome.scores.emplace_back(study.rows()[item].measurements[m].id, tasks.item.scores[m]);
    const Hash candidate = tasks.item.candidate.task;
    study.settle(item, std::move(tasks));
    study.setStates(item, house_.library.setReached(outcome));
    if (study.state(item) == store::State::Done) house_.log.forget(outcome.item);
    searches_.erase({study.id(), item});
    calls_.run(study, candidate);
}

}  // namespace ratescope::run
