#include "core/engine/device/cuda/twins.h"

#include "core/error.h"

#include <array>
#include <vector>

namespace ratescope::engine {

PackedTiles layoutWithCodes(const PackedMatrix& matrix) {
    if (matrix.format() == PackedFormat::Float32)
        throw Error(ErrorKind::Internal, "A matrix of plain elements was to be multiplied by its codes.", "");
    return matrix.tiles();
}

PackedProduct productOf(const PackedTiles& layout, std::size_t columns, const Activations& activations,
                        std::span<float> out) {
    if (activations.format() != ActivationFormat::QuantisedEight || activations.columns() != columns ||
        activations.tokens() == 0 || out.size() != activations.tokens() * layout.rows)
        throw Error(ErrorKind::Internal, "A layer and its activations do not fit.", "");
    return {layout, activations.tokens(), activations.codes(), activations.scales(), out.data()};
}

void multiplyByTwin(const PackedProduct& product) {
    std::array<float, ProductThread::threadsOfBlock> terms{};
    for (std::size_t block = 0; block < product.blocks(); ++block) {
        std::vector<ProductThread> threads;
        for (std::size_t thread = 0; thread < ProductThread::threadsOfBlock; ++thread)
            threads.emplace_back(product, block, thread);
        for (std::size_t first = 0; first < product.matrix.groups; first += ProductThread::groupsAtOnce) {
            for (const ProductThread& thread : threads)
                thread.putTerm(product, first, terms.data());
            for (ProductThread& thread : threads)
                thread.addTerms(product, first, terms.data());
        }
        for (const ProductThread& thread : threads)
            thread.store(product);
    }
}

void encodeByTwin(const GroupCodes& job) {
    for (std::size_t index = 0; index < job.count(); ++index)
        encodeOne(job, index);
}

void decodeByTwin(const GroupCodes& job) {
    for (std::size_t index = 0; index < job.count(); ++index)
        decodeOne(job, index);
}

}  // namespace ratescope::engine
