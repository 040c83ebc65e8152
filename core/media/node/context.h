#pragma once

// What a node may ask of the world while it runs.

#include "core/media/node/value.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

/// One object a task; every call counts as a sign of life (a task that makes none for the study's stall time
/// is killed).
class Context {
  public:
    virtual ~Context() = default;

    /// Throws Error(Cancelled) once the task is to stop. Call it at least every 100 ms.
    virtual void check() = 0;
    /// 0 … 1 within the current sub-range; also checks for cancellation.
    virtual void progress(double fraction) = 0;
    /// A generator that depends on the task's seed and `stream` only.
    virtual std::mt19937_64 generator(std::uint64_t stream = 0) const = 0;
    virtual std::string device() const = 0;  ///< "cpu" or "cuda:n"
    virtual int threads() const = 0;
    /// A folder of this task's own, removed when it ends.
    virtual std::filesystem::path scratch() = 0;
    /// State saved earlier under this name by the same task (also by a killed run of it); nothing if none.
    virtual std::optional<std::vector<std::byte>> loadCheckpoint(const std::string& name) = 0;
    /// Kept until the task is finished: written aside, flushed, renamed.
    virtual void saveCheckpoint(const std::string& name, std::span<const std::byte> state) = 0;
    /// A table beside the task's result (per-layer rows, logs).
    virtual void table(const std::string& name, Table table) = 0;
    /// A line in the task's log.
    virtual void log(const std::string& line) = 0;
};

/// Maps the progress of a part of the work into a range of the whole.
class SubProgress {
  public:
    SubProgress(Context& context, double offset, double length)
        : context_(context), offset_(offset), length_(length) {}
    void operator()(double fraction) { context_.progress(offset_ + length_ * fraction); }

  private:
    Context& context_;
    double offset_, length_;
};

}  // namespace ratescope::media
