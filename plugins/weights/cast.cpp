// Cast: the floating-point tensors of a set in another type.

#include "core/error.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/nodes.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace ratescope::media::weights {
namespace {

DType typeFrom(const std::string& name) {
    if (name == "bf16") return DType::BF16;
    return name == "fp16" ? DType::F16 : DType::F32;
}

bool isFinite(const Array& array) {
    const auto isNumber = [](auto value) { return std::isfinite(value); };
    if (array.type() == DType::F64) return std::ranges::all_of(array.as<double>(), isNumber);
    const Array wide = toFloat32(array);
    return std::ranges::all_of(wide.as<float>(), isNumber);
}

Tensor castTensor(const Tensor& tensor, DType type) {
    if (!isFinite(tensor.array))
        throw Error(ErrorKind::Input, "Tensor \"" + tensor.name + "\" holds NaN or infinite weights.",
                    "Mend the file, or leave the tensor out.");
    if (tensor.array.type() == type) return tensor;
    const Array wide = toFloat32(tensor.array);
    if (!isFinite(wide))
        throw Error(ErrorKind::Input,
                    "Tensor \"" + tensor.name + "\" holds weights too large for " + toText(DType::F32) + ".",
                    "Scale them down, or leave the tensor out.");
    Tensor result{tensor.name, fromFloat32(wide, type)};
    if (!isFinite(result.array))
        throw Error(ErrorKind::Input,
                    "Tensor \"" + tensor.name + "\" holds weights too large for " + toText(type) + ".",
                    "Set type to bf16 or fp32.");
    return result;
}

class Cast : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        const TensorSet& set = inputs.tensors("tensors");
        const DType type = typeFrom(parameters.text("type"));
        if (std::ranges::all_of(set.tensors, [](const Tensor& tensor) { return tensor.array.empty(); }))
            throw Error(ErrorKind::Input, "There are no weights to cast.",
                        "Connect a file that holds tensors.");
        auto result = std::make_shared<TensorSet>();
        result->schema = set.schema;
        result->metadata = set.metadata;
        for (std::size_t i = 0; i < set.tensors.size(); ++i) {
            context.progress(static_cast<double>(i) / static_cast<double>(set.tensors.size()));
            const Tensor& tensor = set.tensors[i];
            result->tensors.push_back(isFloatingPoint(tensor.array.type()) ? castTensor(tensor, type)
                                                                           : tensor);
        }
        return {{"tensors", std::shared_ptr<const TensorSet>(std::move(result))}};
    }
};

constexpr const char* castManual =
    R"(Gives the floating-point tensors of a set the type `bf16`, `fp16` or `fp32`; integers and
truth values stay as they are. Rounds to nearest, ties to even; subnormal numbers are kept; F64 is rounded to F32
first. A codec behind it is measured against what it gives: wire the measure's reference to it as well, unless the
rounding is to count.

NaN and infinities are refused, and weights that become infinite (fp16 ends at 65504), naming the tensor.
)";

graph::Manifest castManifest() {
    graph::Manifest manifest;
    manifest.id = "weights.cast";
    manifest.title = "Cast weights";
    manifest.family = "weights";
    manifest.summary = "Floating-point tensors in another type";
    manifest.manual = castManual;
    manifest.kind = graph::NodeKind::Transform;
    manifest.synonyms = {"convert", "dtype", "bfloat16",  "BF16", "half",
                         "FP16",    "FP32",  "precision", "round"};
    manifest.inputs = {{.id = "tensors",
                        .label = "Tensors",
                        .type = graph::PortType::TensorSet,
                        .help = "Weights of any floating-point type."}};
    manifest.outputs = {{.id = "tensors",
                         .label = "Tensors",
                         .type = graph::PortType::TensorSet,
                         .help = "The same in the type asked for."}};
    manifest.parameters = {{.id = "type",
                            .label = "Type",
                            .help = "Of floating-point tensors.",
                            .type = graph::ParameterType::Choice,
                            .defaultValue = std::string("bf16"),
                            .choices = {"bf16", "fp16", "fp32"}}};
    return manifest;
}

}  // namespace

NodeEntry castNode() {
    return {castManifest(), [] { return std::make_unique<Cast>(); }};
}

}  // namespace ratescope::media::weights
