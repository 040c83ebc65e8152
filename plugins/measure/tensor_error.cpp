// Squared and relative error of tensors.

#include "core/media/quality/tensor_error.h"

#include "core/error.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/searched.h"
#include "core/media/quality/tensor_profile.h"
#include "plugins/measure/nodes.h"

#include <memory>

namespace ratescope::media::measure {
namespace {

std::shared_ptr<const TensorSet> tensorsIn(const Value& value) {
    if (auto tensors = asTensors(value)) return tensors;
    throw Error(ErrorKind::Input, "measure.tensor-error compares tensors.", "Connect tensors to it.");
}

Table sampleTable(const std::vector<TensorError>& errors) {
    std::vector<std::string> tensors;
    std::vector<std::int64_t> elements, searched;
    std::vector<double> squared, energy, largest;
    for (const TensorError& error : errors) {
        tensors.push_back(error.name);
        elements.push_back(static_cast<std::int64_t>(error.elements));
        searched.push_back(error.searched);
        squared.push_back(error.squaredError);
        energy.push_back(error.referenceEnergy);
        largest.push_back(error.largestError);
    }
    Table table;
    table.columns = {{"tensor", "", tensors},    {"elements", "", elements},
                     {"searched", "", searched}, {"squared-error", "", squared},
                     {"energy", "", energy},     {"largest-error", "", largest}};
    return table;
}

class TensorErrorMeasure : public MeasureNode {
  public:
    Prepared prepare(Context& context, const Inputs& references, const Parameters&) const override {
        context.check();
        const WeightCounts counts = countWeights(references.tensors("reference"));
        if (counts.weights == 0)
            throw Error(ErrorKind::Input, "The original holds no floating-point weights.",
                        "Connect a file of weights.");
        return {{{"reference", references.one("reference")}},
                {{"weights", counts.weights}, {"searched-weights", counts.searched}}};
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidate,
                 const Parameters&) const override {
        context.check();
        const auto errors = tensorErrors(*tensorsIn(prepared.values.at("reference")), *tensorsIn(candidate));
        double squared = 0, energy = 0, elements = 0;
        for (const TensorError& error : errors) {
            squared += error.squaredError;
            energy += error.referenceEnergy;
            elements += static_cast<double>(error.elements);
        }
        Scores scores;
        scores.scores.push_back({"tensor-mse", squared, elements});
        if (energy > 0)
            scores.scores.push_back({"tensor-relative-error", squared, energy});
        else
            context.log("All weights of the original are zero: there is no relative error.");
        scores.samples = sampleTable(errors);
        return scores;
    }

    Value map(Context& context, const Prepared& prepared, const Value& candidate,
              const Parameters&) const override {
        return std::make_shared<const TensorSet>(
            tensorProfile(context, *tensorsIn(prepared.values.at("reference")), *tensorsIn(candidate)));
    }
};

constexpr const char* tensorErrorManual =
    R"(Compares tensors with their originals, weight by weight, in double
precision. Names and shapes must agree; element types may differ. NaN and infinities are refused, naming the tensor.

`tensor-mse` is the mean of (ŵ − w)² over all floating-point weights. `tensor-relative-error` is
‖Ŵ − W‖ / ‖W‖ (Frobenius) over the same; it does not exist where all weights are zero. Several files: sums are added
first, so every weight counts alike.

**Denominators**: `weights`, all floating-point elements of the original; `searched-weights`, those of floating-point
tensors with two or more dimensions, which weight codecs compress. Integer tensors count as neither.

**Per tensor** the samples list elements, squared error, energy (Σ w²) and the largest error. The **map** holds of each
tensor its relative error and histograms of original and reconstruction: what the tab Model shows.
)";

graph::Manifest tensorErrorManifest() {
    graph::Manifest manifest;
    manifest.id = "measure.tensor-error";
    manifest.title = "Tensor error";
    manifest.family = "measure";
    manifest.summary = "Mean squared and relative error of weights";
    manifest.manual = tensorErrorManual;
    manifest.kind = graph::NodeKind::Measure;
    manifest.synonyms = {"MSE", "weights", "Frobenius", "quantisation error", "relative error"};
    manifest.inputs = {{.id = "reference",
                        .label = "Original",
                        .type = graph::PortType::TensorSet,
                        .role = graph::PortRole::Reference,
                        .help = "What the candidate is held against."},
                       {.id = "candidate",
                        .label = "Reconstruction",
                        .type = graph::PortType::TensorSet,
                        .role = graph::PortRole::Candidate,
                        .help = "What came back from the codec."}};
    manifest.metrics = {{.id = "tensor-mse",
                         .title = "Mean squared error of weights",
                         .better = graph::Better::Lower,
                         .finish = graph::Finish::Ratio,
                         .pool = graph::Pool::SumThenFinish,
                         .help = "Σ(ŵ − w)² / number of floating-point weights."},
                        {.id = "tensor-relative-error",
                         .title = "Relative error of weights",
                         .better = graph::Better::Lower,
                         .finish = graph::Finish::SqrtRatio,
                         .pool = graph::Pool::SumThenFinish,
                         .help = "√(Σ(ŵ − w)² / Σw²) over the floating-point weights."}};
    manifest.tolerance = 1e-12;
    manifest.hasMap = true;
    return manifest;
}

}  // namespace

NodeEntry tensorErrorNode() {
    return {tensorErrorManifest(), [] { return std::make_unique<TensorErrorMeasure>(); }};
}

}  // namespace ratescope::media::measure
