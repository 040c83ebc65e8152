#pragma once

// What the codecs share that quantise each tensor with the Hessian of its inputs.

#include "core/engine/quant/factor.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/node/plugin.h"
#include "plugins/weights/finished_tensors.h"
#include "plugins/weights/tensor_list.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::media::weights {

struct CalibratedTensor {
    std::string name;
    engine::Matrix<float> weights;  ///< W [m, n]
    /// H [n, n]. Where there is none the inputs are taken to be independent and of equal strength: no matrix is made for
    /// that, since a tensor of one row may have hundreds of thousands of them.
    std::optional<engine::Matrix<double>> hessian;
};

/// H_jj by input; ones where there is no Hessian.
std::vector<double> inputStrengths(const CalibratedTensor& tensor);

/// The Hessians that a set's tensors are compressed with.
class Calibration {
  public:
    /// `hessians` is null where there are none. Both must outlive it. Throws Error(Input) when no Hessian is of any of
    /// these tensors.
    Calibration(const TensorSet* hessians, const TensorSet& weights);
    /// With the Hessian of its name, if there is one. Throws Error(Input) when that has another size.
    CalibratedTensor calibrated(const Tensor& tensor) const;

  private:
    /// Null where there is none.
    const Tensor* find(const std::string& name) const;

    const TensorSet* hessians_;
};

/// As matrixShape() says.
engine::Matrix<float> matrixOf(const Array& array);

/// The factor of the tensor's Hessian, or of independent inputs; logs where it had to be damped more than asked for.
/// Throws as engine::factorInverse.
engine::InverseFactor factorOf(Context& context, const CalibratedTensor& tensor,
                               const engine::FactorSettings& settings);

/// Of what a tensor puts out, by H as it was calibrated, not damped; where there is none by the identity.
struct OutputEnergy {
    double lost = 0;  ///< tr(ΔHΔᵀ), Δ = Ŵ − W
    double all = 0;   ///< tr(WHWᵀ)
};
OutputEnergy outputEnergy(const CalibratedTensor& tensor, const engine::Matrix<float>& restored);

/// Fills the writers with what is stored of a tensor, and gives the weights Ŵ [m, n] that this decodes to.
using Quantise = std::function<engine::Matrix<float>(const CalibratedTensor&)>;

/// What `quantise` has made of a tensor: the writers' bits, and what these cost and lose, the error of outputs by the
/// undamped Hessian and to nine figures.
FinishedTensor finishedTensor(const SectionWriters& writers, const Quantise& quantise,
                              const CalibratedTensor& tensor, engine::Matrix<float>& restored);

/// Calls `quantise` for each tensor that is searched and not empty, and puts the others into `kept`; the writers hold
/// all in the set's order. On the task's threads. With a text the model is calibrated as sequential.h says. Finished
/// tensors are kept as checkpoints, in runs of 65,536 weights or more, and a run of the task after it was killed goes
/// on behind them. Reports the table of layer_table.h. Throws Error(Input) when there are no weights, when no Hessian is of any of these tensors, and when
/// one has another size than its tensor has columns; Error(Usage) for Hessians and a text at once.
void forEachTensor(Context& context, const Inputs& inputs, const Parameters& parameters, BitWriter& kept,
                   const SectionWriters& writers, const Quantise& quantise);

/// The set of that list: what `next` gives for each tensor that is searched and not empty, the others from `kept`.
TensorSet decodedSet(Context& context, TensorList list, BitReader& kept, const std::string& nodeId,
                     const std::function<engine::Matrix<float>(MatrixShape)>& next);

/// Places of inputs, 16 bits each (32 where there are more than 65536). Reading throws damagedStream(nodeId) unless
/// each place comes once.
void putPermutation(BitWriter& writer, const std::vector<std::int64_t>& order);
std::vector<std::int64_t> getPermutation(BitReader& reader, std::int64_t size, const std::string& nodeId);

/// LibTorch alone asks for half a gibibyte of addresses; a model that is calibrated while it is compressed is there
/// twice in single precision.
Resources calibratedResources();

/// A parameter of type int.
graph::Parameter integerParameter(const char* id, const char* label, const char* help, std::int64_t value,
                                  double least, double most);
/// "damping" and "act-order".
std::vector<graph::Parameter> factorParameters();
/// The port "hessians", as a codec's encoder sees it.
graph::Port hessianPort();
/// Ports, and the parameters "damping" and "act-order".
graph::Manifest calibratedManifest(const std::string& nodeId, int version);

}  // namespace ratescope::media::weights
