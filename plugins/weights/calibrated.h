#pragma once

// What the codecs share that quantise each tensor with the Hessian of its inputs.

#include "core/engine/quant/matrix.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/node/plugin.h"
#include "plugins/weights/tensor_list.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ratescope::media::weights {

struct CalibratedTensor {
    std::string name;
    engine::Matrix<float> weights;   ///< W [m, n]
    engine::Matrix<double> hessian;  ///< H [n, n]; the identity where there is none of that name
};

/// Calls `add` for each tensor that is searched and not empty, puts the others into `kept`, in the set's order; on the
/// task's threads. Throws Error(Input) when there are no weights, when no Hessian is of any of these tensors, and when
/// one has another size than its tensor has columns.
void forEachTensor(Context& context, const Inputs& inputs, BitWriter& kept,
                   const std::function<void(const CalibratedTensor&)>& add);

/// The set of that list: what `next` gives for each tensor that is searched and not empty, the others from `kept`.
TensorSet decodedSet(Context& context, TensorList list, BitReader& kept, const std::string& nodeId,
                     const std::function<engine::Matrix<float>(MatrixShape)>& next);

/// Places of inputs, 16 bits each (32 where there are more than 65536). Reading throws damagedStream(nodeId) unless
/// each place comes once.
void putPermutation(BitWriter& writer, const std::vector<std::int64_t>& order);
std::vector<std::int64_t> getPermutation(BitReader& reader, std::int64_t size, const std::string& nodeId);

/// Throws damagedStream(nodeId) when fewer than `count` values of `bits` bits are left: before memory is asked for.
void requireLeft(const BitReader& reader, std::int64_t count, int bits, const std::string& nodeId);

/// LibTorch alone asks for half a gibibyte of addresses.
Resources calibratedResources();

/// Ports, and the parameters "damping" and "act-order".
graph::Manifest calibratedManifest(const std::string& nodeId, int version);

}  // namespace ratescope::media::weights
