#include "core/run/value_desk.h"

#include <algorithm>
#include <string>
#include <utility>

namespace ratescope::run {
namespace {

constexpr const char* mapPrefix = "map:";

Error noSuchValue(const std::string& port, const std::string& reason) {
    return Error(ErrorKind::Usage, "The item has no value \"" + port + "\": " + reason + ".",
                 "Ask for reference, candidate or map:METRIC.");
}

}  // namespace

RequestId ValueDesk::request(std::shared_ptr<StudyRun> study, const ValueRequest& request,
                             ValueAnswer answer) {
    waiting_.push_back({++last_, std::move(study), request, std::move(answer)});
    return last_;
}

void ValueDesk::forget(RequestId request) {
    if (served_ == request) {
        chain_.cancel();
        return;
    }
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& waiting) { return waiting.id == request; });
    if (found == waiting_.end()) return;
    const ValueAnswer answer = std::move(found->answer);
    waiting_.erase(found);
    answer({}, Error(ErrorKind::Cancelled, "The request was taken back.", ""));
}

void ValueDesk::serve() {
    while (!chain_.busy() && !waiting_.empty()) {
        Waiting newest = std::move(waiting_.back());
        waiting_.pop_back();
        const ValueAnswer answer = newest.answer;
        try {
            start(std::move(newest));
        } catch (const Error& error) {
            answer({}, error);
        }
    }
}

ValueDesk::Wish ValueDesk::wishOf(const Waiting& waiting) const {
    const std::string& port = waiting.request.port;
    const std::size_t item = waiting.study->indexOf(waiting.request.item).value();
    const StudyPlan& plan = waiting.study->plan();
    const ItemTasks& tasks = waiting.study->tasksOf(item);
    if (port != "reference" && !waiting.study->hasFound(item))
        throw noSuchValue(port, "it has not found what it is to be");
    Wish wish;
    wish.chain = house_.newChain(waiting.study->settings());
    if (port == "candidate") {
        wish.value = tasks.candidate;
    } else if (port == "reference") {
        if (tasks.references.empty()) throw noSuchValue(port, "no measure reads one");
        wish.value = tasks.references.front();
    } else if (port.starts_with(mapPrefix)) {
        const std::string metric = port.substr(std::string(mapPrefix).size());
        const auto& measurements = plan.items[item].measurements;
        const auto measure = std::find_if(measurements.begin(), measurements.end(), [&](const auto& one) {
            return std::any_of(one.metrics.begin(), one.metrics.end(),
                               [&](const graph::Metric& known) { return known.id == metric; });
        });
        if (measure == measurements.end()) throw noSuchValue(port, "the study does not measure that");
        wish.value = {tasks.scores[static_cast<std::size_t>(measure - measurements.begin())], "map"};
        wish.chain.maps = {wish.value.task};
    } else {
        throw noSuchValue(port, "there is no such port");
    }
    if (wish.value.task == Hash{} || wish.value.port == "bitstream")
        throw noSuchValue(port, "it is no value that can be shown");
    if (wish.chain.maps.empty()) wish.chain.wanted = wish.chain.publish = {wish.value.task};
    const auto isKept = [&](const Task& task) { return house_.streams.isKept(task); };
    for (const Hash& key : upstreamTasks(plan.tasks, {wish.value.task}, isKept)) {
        const Task& task = plan.tasks.at(key);
        wish.chain.tasks.push_back(task);
        if (isKept(task)) house_.streams.give(task, wish.chain);
    }
    return wish;
}

void ValueDesk::start(Waiting waiting) {
    Wish wish = wishOf(waiting);
    const std::filesystem::path file = house_.cache.file(wish.value.task, wish.value.port);
    if (std::filesystem::exists(file)) {
        house_.cache.touch(file);
        waiting.answer(file, {});
        return;
    }
    const ValueAnswer answer = waiting.answer;
    chain_.run(valueWorker, std::move(wish.chain), waiting.study->settings().stallSeconds,
               [this, answer, file](const DirectChain::Outcome& outcome) {
                   served_.reset();
                   std::optional<Error> failure = outcome.failure;
                   if (!failure && !std::filesystem::exists(file))
                       failure = Error(ErrorKind::Cancelled, "The value was not made.", "Ask again.");
                   answer(failure ? std::filesystem::path() : file, failure);
               });
    served_ = waiting.id;
}

}  // namespace ratescope::run
