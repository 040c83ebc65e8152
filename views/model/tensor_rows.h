#pragma once

// The tensors of one compressed model, or of two beside each other, joined by name from what codecs have reported and
// what maps say. Made in the reader's thread.

#include "views/model/model_study.h"
#include "views/model/tensor_profile.h"

#include <QString>
#include <limits>
#include <memory>
#include <vector>

namespace ratescope::views {

/// Of what is not known.
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Which error is looked at: of the weights, of what the layer puts out (with the Hessian of its inputs), or of what the
/// model predicts where this layer alone is compressed.
enum class ErrorKindShown { Weights, Outputs, Predictions };

struct TensorSide {
    double bits = unknown;  ///< a weight, with all side information
    double error = unknown, outputError = unknown, sensitivity = unknown;
    double largestError = unknown;
    std::shared_ptr<const TensorFacts> facts;  ///< holds the profile that it lies in

    double errorOf(ErrorKindShown kind) const {
        return kind == ErrorKindShown::Weights   ? error
               : kind == ErrorKindShown::Outputs ? outputError
                                                 : sensitivity;
    }
};

struct TensorRow {
    QString name, shape, type;
    double weights = unknown;
    bool searched = false;
    int block = -1;  ///< the first number in the name: "model.layers.3.…"; −1 for none
    TensorSide a, b;
};

/// What is known of one model by now; the profile comes later.
struct ModelSide {
    std::vector<LayerFigures> layers;
    std::shared_ptr<const TensorProfile> profile;
};

struct TensorTable {
    std::vector<TensorRow> rows;
    bool hasB = false;

    /// Row of the searched tensor of A with the greatest known error; −1 for none.
    int worst(ErrorKindShown kind) const;
    /// Of some tensor of A; what B does not know of it stands as unknown beside it.
    bool knows(ErrorKindShown kind) const;
};

/// By blocks, and within them in the order of A's profile, or of its layers; what only B has comes behind.
TensorTable tensorTableOf(const ModelSide& a, const ModelSide* b);

}  // namespace ratescope::views
