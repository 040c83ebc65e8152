#pragma once

// What a linear layer is applied to: a few tokens' activations, in single precision and, where they are asked for,
// quantised to 8 bits in groups of 32 as llama.cpp does it (Q8_0: scale = greatest magnitude / 127), but with scales in
// single precision.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::engine {

enum class ActivationFormat { Float32, QuantisedEight };

/// Of a token's group.
struct ActivationScale {
    float scale;       ///< not a number where a value of the group is not finite; then its codes are 0
    float scaledSum;   ///< scale · sum
    std::int32_t sum;  ///< of the codes
};

class Activations {
  public:
    Activations(ActivationFormat format, std::size_t mostTokens, std::size_t columns);

    /// `values` is [tokens, columns], of at most as many tokens as there is room for. Throws Error(Internal) where it
    /// does not fit.
    void assign(std::span<const float> values);

    ActivationFormat format() const { return format_; }
    std::size_t tokens() const { return tokens_; }
    std::size_t columns() const { return columns_; }
    std::size_t groups() const { return groups_; }
    /// [tokens, groups · 32], 0 beyond the columns.
    const float* values() const { return values_.data(); }
    /// [tokens, groups · 32], −127 … 127.
    const std::int8_t* codes() const { return codes_.data(); }
    /// [tokens, groups]
    const ActivationScale* scales() const { return scales_.data(); }

  private:
    ActivationFormat format_;
    std::size_t mostTokens_, columns_, groups_;
    std::size_t tokens_ = 0;
    std::vector<float> values_;
    std::vector<std::int8_t> codes_;
    std::vector<ActivationScale> scales_;
};

}  // namespace ratescope::engine
