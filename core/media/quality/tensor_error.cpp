#include "core/media/quality/tensor_error.h"

#include "core/error.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "core/utf8.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <unordered_map>

namespace ratescope::media {
namespace {

constexpr std::size_t blockSize = 4096;

std::string text(const Shape& shape) {
    std::string result = "[";
    for (const std::int64_t extent : shape)
        result += (result.size() > 1 ? ", " : "") + std::to_string(extent);
    return result + "]";
}

Error differs(const std::string& name, const std::string& reason) {
    return Error(ErrorKind::Input, "The tensor " + quote(name) + " " + reason + ".",
                 "Compare tensor sets of the same model.");
}

void toDouble(const Array& array, std::size_t begin, std::span<double> out) {
    switch (array.type()) {
        case DType::F64: {
            const auto in = array.as<double>().subspan(begin, out.size());
            std::copy(in.begin(), in.end(), out.begin());
            return;
        }
        case DType::F32: {
            const auto in = array.as<float>().subspan(begin, out.size());
            std::copy(in.begin(), in.end(), out.begin());
            return;
        }
        case DType::F16: {
            const auto in = array.as<std::uint16_t>().subspan(begin, out.size());
            std::transform(in.begin(), in.end(), out.begin(), halfToFloat);
            return;
        }
        default: {
            const auto in = array.as<std::uint16_t>().subspan(begin, out.size());
            std::transform(in.begin(), in.end(), out.begin(), bfloat16ToFloat);
            return;
        }
    }
}

struct BlockSums {
    double squaredError = 0, energy = 0, largest = 0;
    bool finite = true;
};

BlockSums sumsOf(std::span<const double> reference, std::span<const double> candidate) {
    BlockSums sums;
    double finite = 0;  // a NaN or infinity leaves NaN here
    for (std::size_t i = 0; i < reference.size(); ++i) {
        const double error = candidate[i] - reference[i];
        sums.squaredError += error * error;
        sums.energy += reference[i] * reference[i];
        sums.largest = std::max(sums.largest, std::abs(error));
        finite += reference[i] * 0 + candidate[i] * 0;
    }
    sums.finite = finite == 0;
    return sums;
}

std::string firstUnfit(std::span<const double> reference, std::span<const double> candidate,
                       std::size_t begin) {
    for (std::size_t i = 0; i < reference.size(); ++i) {
        const std::string at = " at element " + std::to_string(begin + i);
        if (!std::isfinite(reference[i])) return "is NaN or infinite in the reference" + at;
        if (!std::isfinite(candidate[i])) return "is NaN or infinite in the candidate" + at;
    }
    return "is not finite";
}

TensorError compare(const Tensor& reference, const Tensor& candidate, bool searched) {
    TensorError result;
    result.name = reference.name;
    result.elements = static_cast<std::uint64_t>(reference.array.size());
    result.searched = searched;
    std::vector<double> a(blockSize), b(blockSize);
    for (std::size_t begin = 0; begin < result.elements; begin += blockSize) {
        const std::size_t count = std::min<std::size_t>(blockSize, result.elements - begin);
        toDouble(reference.array, begin, std::span(a).first(count));
        toDouble(candidate.array, begin, std::span(b).first(count));
        const BlockSums sums = sumsOf(std::span(a).first(count), std::span(b).first(count));
        if (!sums.finite)
            throw differs(reference.name,
                          firstUnfit(std::span(a).first(count), std::span(b).first(count), begin));
        result.squaredError += sums.squaredError;
        result.referenceEnergy += sums.energy;
        result.largestError = std::max(result.largestError, sums.largest);
    }
    return result;
}

}  // namespace

double relativeError(double squaredError, double referenceEnergy) {
    if (referenceEnergy > 0) return std::sqrt(squaredError / referenceEnergy);
    return squaredError > 0 ? std::numeric_limits<double>::infinity() : 0;
}

std::vector<TensorError> tensorErrors(const TensorSet& reference, const TensorSet& candidate) {
    std::unordered_map<std::string, const Tensor*> candidates;
    for (const Tensor& tensor : candidate.tensors)
        if (!candidates.emplace(tensor.name, &tensor).second)
            throw differs(tensor.name, "occurs twice in the candidate");
    const Searched isSearched(reference);
    std::vector<TensorError> errors;
    for (const Tensor& tensor : reference.tensors) {
        const auto found = candidates.find(tensor.name);
        if (found == candidates.end()) throw differs(tensor.name, "is missing in the candidate");
        const Tensor& other = *found->second;
        candidates.erase(found);
        if (tensor.array.shape() != other.array.shape())
            throw differs(tensor.name, "has shape " + text(tensor.array.shape()) + " in the reference and " +
                                           text(other.array.shape()) + " in the candidate");
        if (!isFloatingPoint(tensor.array.type())) continue;
        if (!isFloatingPoint(other.array.type()))
            throw differs(tensor.name, std::string("holds ") + toText(other.array.type()) +
                                           " in the candidate, which is not floating-point");
        errors.push_back(compare(tensor, other, isSearched(tensor)));
    }
    for (const Tensor& tensor : candidate.tensors)
        if (candidates.count(tensor.name)) throw differs(tensor.name, "is not in the reference");
    return errors;
}

}  // namespace ratescope::media
