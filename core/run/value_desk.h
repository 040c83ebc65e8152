#pragma once

// Serves values of items to views: newest request first, on a worker of its own.

#include "core/run/direct_chain.h"

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>

namespace ratescope::run {

inline constexpr WorkerNumber valueWorker = std::numeric_limits<WorkerNumber>::max();

class ValueDesk {
  public:
    explicit ValueDesk(House& house) : house_(house), chain_(house) {}

    RequestId request(std::shared_ptr<StudyRun> study, const ValueRequest& request, ValueAnswer answer);
    void forget(RequestId request);
    /// Starts the newest request if none is being served.
    void serve();
    bool idle() const { return waiting_.empty() && !chain_.busy(); }
    bool busy() const { return chain_.busy(); }
    bool uses(const Hash& task) const { return chain_.uses(task); }
    DirectChain& chain() { return chain_; }

  private:
    struct Waiting {
        RequestId id = 0;
        std::shared_ptr<StudyRun> study;
        ValueRequest request;
        ValueAnswer answer;
    };
    /// Where the value will be, and the chain that makes it.
    struct Wish {
        TaskOutput value;
        Chain chain;
    };
    Wish wishOf(const Waiting& waiting) const;
    void start(Waiting waiting);

    House& house_;
    DirectChain chain_;
    std::deque<Waiting> waiting_;
    RequestId last_ = 0;
    std::optional<RequestId> served_;
};

}  // namespace ratescope::run
