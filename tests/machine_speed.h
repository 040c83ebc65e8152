#pragma once

// How fast the machine is just now. Who shares a core with this machine (a neighbour on the same hardware, whose thread
// the core runs beside ours) slows a thread down without taking the processor away from it: no clock of a thread tells.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace ratescope::test {

/// Work of always the same amount, and the shortest time that it has taken in this process.
class SpeedProbe {
  public:
    using Work = void (*)();
    explicit SpeedProbe(Work work) : work_(work) {
        for (int i = 0; i < 200; ++i)
            slowness();
    }
    /// The time that it takes now by the shortest: 1 and more.
    double slowness() {
        const auto began = std::chrono::steady_clock::now();
        work_();
        const std::chrono::duration<double> now = std::chrono::steady_clock::now() - began;
        shortest_ = std::min(shortest_, now.count());
        return now.count() / shortest_;
    }

  private:
    Work work_;
    double shortest_ = std::numeric_limits<double>::max();
};

/// As painting does: pixels laid over others, in the cache.
inline void blendPixels() {
    constexpr std::size_t pixels = 1 << 14;
    static std::vector<std::uint32_t> above(pixels, 0x80402010u), below(pixels, 0xff804020u);
    for (int round = 0; round < 8; ++round)
        for (std::size_t i = 0; i < pixels; ++i) {
            const std::uint32_t rest = 255 - (above[i] >> 24);
            below[i] = above[i] + (((below[i] & 0xff00ff) * rest >> 8) & 0xff00ff) +
                       ((below[i] >> 8 & 0xff00ff) * rest & 0xff00ff00);
        }
}

/// As the rest of a program does: small pieces of memory, texts, comparisons.
inline void fillMap() {
    std::map<std::string, int> texts;
    for (int i = 0; i < 300; ++i)
        texts["of a length that is allocated " + std::to_string(i * 7919 % 1000)] = i;
}

/// By how much the machine is slower now than at its best in this process; the kind of work that suffers less decides.
/// Takes 0.2 ms, and 40 ms at first. One thread.
inline double slowness() {
    static SpeedProbe pixels(blendPixels), memory(fillMap);
    return std::min(pixels.slowness(), memory.slowness());
}

}  // namespace ratescope::test
