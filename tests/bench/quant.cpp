// GPTQ of matrices of SmolLM2's shapes with random weights and activations, without the model: seconds of the Hessian,
// its factor and the column loop for one block of the model. A model has 30 of them.
// usage: bench-quant [THREADS [TOKENS]]

#include "core/engine/device/compute_scope.h"
#include "core/engine/quant/gptq.h"
#include "core/engine/quant/hessian.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>
#include <string>
#include <vector>

using namespace ratescope::engine;

namespace {

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Matrix<float> randomWeights(std::int64_t rows, std::int64_t columns) {
    std::mt19937 random(1);
    std::student_t_distribution<float> draw(5);
    Matrix<float> weights(rows, columns);
    std::ranges::generate(weights.values, [&] { return draw(random) / 32; });
    return weights;
}

/// Linears that read the same inputs: their outputs.
struct Shared {
    std::int64_t inputs;
    std::vector<std::int64_t> outputs;
};

}  // namespace

int main(int count, char** arguments) {
    const int threads = count > 1 ? std::stoi(arguments[1]) : 2;
    const std::int64_t tokens = count > 2 ? std::stoll(arguments[2]) : 16384;
    const ComputeScope scope(threads);
    const ratescope::media::Execution execution{.threads = threads, .check = [] {}};
    double hessians = 0, factors = 0, loops = 0;
    for (const Shared& shared :
         {Shared{576, {576, 192, 192}}, Shared{576, {576}}, Shared{576, {1536, 1536}}, Shared{1536, {576}}}) {
        const at::Tensor activations = at::randn({512, shared.inputs});
        const double start = seconds();
        Hessian hessian;
        for (std::int64_t seen = 0; seen < tokens; seen += 512)
            accumulate(hessian, "layer", activations, 1);
        const double summed = seconds();
        const InverseFactor factor = factorInverse("layer", hessian.values, {0.05, true});
        const double factored = seconds();
        for (const std::int64_t outputs : shared.outputs)
            gptq("layer", randomWeights(outputs, shared.inputs), factor, {{4, true}, 128, false, false},
                 execution);
        hessians += summed - start;
        factors += factored - summed;
        loops += seconds() - factored;
    }
    std::cout << "Hessians " << hessians << " s, factors " << factors << " s, column loop " << loops
              << " s for one block of SmolLM2, " << threads << " threads, " << tokens << " tokens\n";
}
