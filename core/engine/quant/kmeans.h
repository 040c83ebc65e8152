#pragma once

// Codebooks: k-means++ and Lloyd's rounds over weighted vectors, and the nearest codeword. Sums are in fp64 and in a
// fixed order: the number of threads and the vector instructions change no bit.

#include "core/engine/quant/matrix.h"
#include "core/media/quality/execution.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

struct KMeansSettings {
    std::int64_t clusters = 256;  ///< 1 … 65536
    int rounds = 100;             ///< at most
    double tolerance = 0;         ///< ends when a round lowers the objective by no more than this share of it
    std::uint64_t seed = 0;
};

struct Clustering {
    Matrix<float> codewords;  ///< [k, v]; k is smaller than asked for where there are fewer vectors
    std::vector<std::uint16_t> indices;  ///< by vector, of the nearest codeword
    std::vector<double> objectives;      ///< Σ weight·‖x − c‖² after each assignment
};

/// `vectors` [count, v]; `weights` one each, not negative, or none for equal ones. Up to 1024 clusters are seeded by
/// k-means++ (Arthur and Vassilvitskii, 2007), more by drawing distinct vectors by their weights, those of equal ones
/// added: where there are enough clusters, each distinct vector is a codeword. A cluster that loses its vectors keeps its
/// codeword. Throws Error(Input), naming the tensor, for no vectors and NaN or infinite ones;
/// Error(Usage) for a number of clusters out of range.
Clustering kMeans(const std::string& name, const Matrix<float>& vectors, std::span<const double> weights,
                  const KMeansSettings& settings, const media::Execution& execution = {});

/// Finds nearest codewords by squared distance in fp32; of equally near ones the first.
class NearestCodeword {
  public:
    /// 1 … 65536 codewords [k, v].
    explicit NearestCodeword(const Matrix<float>& codewords);

    std::int64_t length() const { return length_; }
    /// `vectors`: as many as `indices`, one after the other. `distances` may be empty.
    void find(std::span<const float> vectors, std::span<std::uint16_t> indices,
              std::span<float> distances = {}) const;
    /// The same, and the squared distances of the second nearest: infinite where there is one codeword.
    void findTwo(std::span<const float> vectors, std::span<std::uint16_t> indices, std::span<float> distances,
                 std::span<float> seconds) const;

  private:
    std::int64_t length_, padded_;
    std::vector<float> byElement_;  ///< [v, padded k], the padding infinitely far away
};

/// The codewords rounded to half precision. Throws Error(Input) that names the tensor where one is too large.
Matrix<float> halfCodewords(const std::string& name, Matrix<float> codewords);

/// Bits of an index: 0 for one codeword.
int indexBits(std::int64_t codewords);

}  // namespace ratescope::engine
