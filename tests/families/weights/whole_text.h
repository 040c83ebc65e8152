#pragma once

// A calibration text as searches score candidates on it.

#include "core/engine/quant/evolution.h"

#include <cstdint>

namespace ratescope::media::test {

/// All sequences, each to its end.
inline engine::Minibatch whole(std::int64_t count, std::int64_t length) {
    engine::Minibatch batch;
    for (std::int64_t i = 0; i < count; ++i)
        batch.push_back({i, length});
    return batch;
}

}  // namespace ratescope::media::test
