#pragma once

// What a task may take of this process, and what it took.

#include <sys/resource.h>

#include <cstdint>

namespace ratescope::media {

/// Starts a new measurement of the peak, where the kernel permits it.
void resetPeakMemory();
/// Bytes resident at most since resetPeakMemory(); since the process began where that is not permitted.
std::uint64_t peakMemory();

/// Limits the address space (RLIMIT_AS, soft limit) to what it is now and `beyond` bytes more while the object
/// lives; 0 for no limit. Without effect under sanitizers, which reserve terabytes of it.
class AddressSpaceLimit {
  public:
    explicit AddressSpaceLimit(std::uint64_t beyond);
    ~AddressSpaceLimit();
    AddressSpaceLimit(const AddressSpaceLimit&) = delete;
    AddressSpaceLimit& operator=(const AddressSpaceLimit&) = delete;

  private:
    bool limited_ = false;
    rlimit before_{};
};

}  // namespace ratescope::media
