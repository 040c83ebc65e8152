#pragma once

// What a codec has made of single tensors: kept in checkpoints while it goes on, put together when all are there.

#include "core/media/coding/bit_writer.h"
#include "core/media/node/context.h"
#include "plugins/weights/layer_table.h"

#include <string>
#include <vector>

namespace ratescope::media::weights {

/// The writers of a codec's sections of searched tensors.
using SectionWriters = std::vector<BitWriter*>;
/// What one tensor has put into each of them.
using TensorBits = std::vector<LedgeredBytes>;

struct FinishedTensor {
    TensorBits bits;
    LayerRow layer;
};

/// Leaves the writers empty.
TensorBits takeBits(const SectionWriters& writers);
void appendBits(const SectionWriters& writers, const TensorBits& bits);

void saveTensors(Context& context, const std::string& checkpoint, const std::vector<FinishedTensor>& tensors);
/// So many tensors of so many sections each; none where there is no such checkpoint.
std::vector<FinishedTensor> savedTensors(Context& context, const std::string& checkpoint, std::size_t tensors,
                                         std::size_t sections);

}  // namespace ratescope::media::weights
