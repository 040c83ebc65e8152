#pragma once

// What holds for LibTorch while one task computes: its threads, and that nothing is recorded for gradients.

#include <memory>

namespace ratescope::engine {

/// Threads belong to the task (Context::threads()), so that 1 job and N jobs give equal rows. Sets LibTorch's threads
/// (OpenMP and MKL) for the life of the object and gives back what was set before. One at a time in a process.
class ComputeScope {
  public:
    /// Throws Error(Internal) for fewer than one thread.
    explicit ComputeScope(int threads);
    ~ComputeScope();
    ComputeScope(const ComputeScope&) = delete;
    ComputeScope& operator=(const ComputeScope&) = delete;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace ratescope::engine
