#pragma once

// The calls of a node one by one, without the worker around them: to interrupt each, and to give decoders streams
// that are no longer what was encoded.

#include "core/media/worker/call.h"
#include "tests/contract/bench.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::contract {

/// One call, with what the calls before it gave.
struct Call {
    run::Task task;
    media::Arguments arguments;
};

/// How a call ended.
struct Ending {
    std::optional<run::TaskFailure> failure;    ///< as the worker would report it
    media::Outcome outcome;                     ///< empty when it failed
    int checks = 0;                             ///< how often it asked its context for anything
    std::chrono::nanoseconds longestSilence{};  ///< in which it did not
};

class Calls {
  public:
    /// Runs each call once, to have what the next one needs; the node must take the sample. Both must outlive the
    /// calls.
    Calls(const graph::Manifest& manifest, const Sample& sample);

    const std::vector<Call>& all() const { return calls_; }

    /// Calls the node again. At its `cancelAt`-th question to the context it is told that it is cancelled, and at each
    /// later one; 0 for never. More than `memory` bytes beyond those in use are refused to it; 0 for no limit.
    Ending repeat(const Call& call, int cancelAt = 0, std::uint64_t memory = 0);

    /// A file that the call left behind, its checkpoints aside; "" if none.
    std::string leftBy(const Call& call) const { return bench_.leftBy(call.task.key); }

  private:
    media::Arguments argumentsOf(const run::Task& task);

    Bench bench_;
    const Sample& sample_;
    std::vector<Call> calls_;
    std::map<Hash, std::shared_ptr<const media::ByteSink>> streams_;
    media::Prepared prepared_;
};

/// A stream that is not what a codec wrote.
struct DamagedStream {
    std::string name;
    std::vector<std::byte> bytes;
    bool flipped = false;  ///< one byte differs, which a standard file may bear
};

/// Empty, cut off at several places, garbage of the same length, single bytes flipped (all bits, or the lowest): all of
/// the first hundred, others spread over the rest.
std::vector<DamagedStream> damagedStreamsOf(std::span<const std::byte> stream);

}  // namespace ratescope::contract
