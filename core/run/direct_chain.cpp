#include "core/run/direct_chain.h"

#include <algorithm>
#include <string>
#include <utility>

namespace ratescope::run {

bool DirectChain::uses(const Hash& key) const {
    return chain_ && std::any_of(chain_->tasks.begin(), chain_->tasks.end(),
                                 [&](const Task& task) { return task.key == key; });
}

void DirectChain::run(WorkerNumber worker, Chain chain, double stallSeconds, Finished finished) {
    // Not where the streams of items are staged: two chains may make the same one.
    chain.staging = house_.folder.path() / ("streams-" + std::to_string(chain.id));
    std::filesystem::create_directory(chain.staging);
    house_.pool.run(worker, chain, std::chrono::duration<double>(stallSeconds));
    chain_ = std::move(chain);
    outcome_ = {};
    finished_ = std::move(finished);
}

void DirectChain::cancel() {
    if (chain_) house_.pool.cancel(chain_->id);
}

void DirectChain::onDone() {
    for (const TaskReport& report : outcome_.reports) {
        if (!report.failure || outcome_.failure) continue;
        const auto task = std::find_if(chain_->tasks.begin(), chain_->tasks.end(),
                                       [&](const Task& one) { return one.key == report.key; });
        const std::string node = task == chain_->tasks.end() ? "" : task->node + ": ";
        outcome_.failure = Error(report.failure->kind, node + report.failure->what, report.failure->remedy);
    }
    finish();
}

void DirectChain::onLost(const store::Failure& failure) {
    outcome_.failure = Error(
        failure.kind, "The worker " + failure.what + "." + (failure.log.empty() ? "" : " " + failure.log),
        failure.remedy);
    finish();
}

void DirectChain::finish() {
    std::error_code ignored;
    std::filesystem::remove_all(chain_->staging, ignored);
    chain_.reset();
    // What is called may start the next one.
    const Finished finished = std::move(finished_);
    finished(std::move(outcome_));
}

}  // namespace ratescope::run
