#pragma once

// Times that can be trusted: encode and decode of each finished item again, nothing else running, the median
// of several repeats.

#include "core/run/direct_chain.h"

#include <deque>
#include <map>

namespace ratescope::run {

class Timing {
  public:
    explicit Timing(House& house) : house_(house), chain_(house) {}

    /// The candidates of the study's finished items are to be timed.
    void add(const StudyRun& study);
    void remove(store::StudyId study);
    bool waits(store::StudyId study) const { return waiting_.count(study) != 0; }
    bool idle() const { return waiting_.empty() && !chain_.busy(); }
    bool busy() const { return chain_.busy(); }
    bool uses(const Hash& task) const { return chain_.uses(task); }
    /// Starts the next one; only to be called while nothing else runs. Throws as WorkerPool::run.
    void next();
    DirectChain& chain() { return chain_; }

  private:
    void take(store::StudyId study, const Hash& candidate, const DirectChain::Outcome& outcome);

    House& house_;
    DirectChain chain_;
    std::map<store::StudyId, std::deque<Hash>> waiting_;
};

}  // namespace ratescope::run
