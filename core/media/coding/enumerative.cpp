#include "core/media/coding/enumerative.h"

#include "core/media/coding/damaged.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

namespace ratescope::media {
namespace {

using Binomials =
    std::array<std::array<std::uint64_t, MaskCode::mostPositions + 1>, MaskCode::mostPositions + 1>;

/// Pascal's triangle: C(n, k) at [n][k].
constexpr Binomials makeBinomials() {
    Binomials table{};
    for (std::size_t n = 0; n < table.size(); ++n) {
        table[n][0] = 1;
        for (std::size_t k = 1; k <= n; ++k)
            table[n][k] = table[n - 1][k - 1] + table[n - 1][k];
    }
    return table;
}

std::uint64_t binomial(int n, int k) {
    static constexpr Binomials table = makeBinomials();
    return table[static_cast<std::size_t>(n)][static_cast<std::size_t>(k)];
}

void requirePossible(std::int64_t positions, std::int64_t chosen, std::int64_t mostPositions) {
    if (positions < 0 || positions > mostPositions)
        throw Error(ErrorKind::Input,
                    "A subset of " + std::to_string(positions) + " positions is too large; " +
                        std::to_string(mostPositions) + " are possible.",
                    "Cut the positions into pieces.");
    if (chosen < 0 || chosen > positions)
        throw Error(ErrorKind::Input,
                    "There is no subset of " + std::to_string(chosen) + " of " + std::to_string(positions) +
                        " positions.",
                    "Choose no more positions than there are.");
}

Error otherSubset() {
    return Error(ErrorKind::Internal, "A subset to be coded has other positions than was said.", "");
}

constexpr const char* tooLarge = "the number of a subset is too large";

/// The way down from the highest place, with C(place, k) at each: how many subsets of the places up to this one, k
/// still to be chosen, do not have it.
class Descent {
  public:
    /// `count`: C(positions, chosen).
    Descent(const Natural& count, std::uint32_t positions, std::uint32_t chosen)
        : place_(positions - 1), chosen_(chosen), without_(count) {
        if (!done()) without_.scale(positions - chosen, positions);
    }

    /// Whether the rest is clear: none is left to be chosen, or all are.
    bool done() const { return chosen_ == 0 || chosen_ == place_ + 1; }
    std::uint32_t place() const { return place_; }
    std::uint32_t chosen() const { return chosen_; }
    const Natural& without() const { return without_; }

    /// C(p − 1, k) = C(p, k) · (p − k) / p.
    void skip() {
        without_.scale(place_ - chosen_, place_);
        --place_;
    }
    /// C(p − 1, k − 1) = C(p, k) · k / p.
    void choose() {
        without_.scale(chosen_, place_);
        --place_;
        --chosen_;
    }

  private:
    std::uint32_t place_;
    std::uint32_t chosen_;
    Natural without_;
};

}  // namespace

SubsetCode::SubsetCode(std::uint32_t positions, std::uint32_t chosen)
    : positions_(positions), chosen_(chosen), count_(1) {
    requirePossible(positions, chosen, mostPositions);
    for (std::uint32_t i = 1; i <= std::min(chosen, positions - chosen); ++i)
        count_.scale(positions - i + 1, i);
    Natural largest = count_;
    largest -= Natural(1);
    bits_ = largest.width();
}

void SubsetCode::requireSize(std::size_t size) const {
    if (size != chosen_) throw otherSubset();
}

Natural SubsetCode::rank(std::span<const std::uint32_t> subset) const {
    requireSize(subset.size());
    for (std::size_t i = 0; i < subset.size(); ++i)
        if (subset[i] >= positions_ || (i > 0 && subset[i] <= subset[i - 1])) throw otherSubset();
    Natural rank;
    for (Descent descent(count_, positions_, chosen_); !descent.done();) {
        if (subset[descent.chosen() - 1] == descent.place()) {
            rank += descent.without();
            descent.choose();
        } else {
            descent.skip();
        }
    }
    return rank;
}

void SubsetCode::unrank(Natural rank, std::span<std::uint32_t> subset) const {
    requireSize(subset.size());
    if (rank >= count_) throw damaged(tooLarge);
    Descent descent(count_, positions_, chosen_);
    while (!descent.done()) {
        if (rank >= descent.without()) {
            rank -= descent.without();
            subset[descent.chosen() - 1] = descent.place();
            descent.choose();
        } else {
            descent.skip();
        }
    }
    std::iota(subset.begin(), subset.begin() + descent.chosen(), 0U);
}

void SubsetCode::put(BitWriter& writer, std::span<const std::uint32_t> subset) const {
    rank(subset).put(writer, bits_);
}

void SubsetCode::get(BitReader& reader, std::span<std::uint32_t> subset) const {
    unrank(Natural::get(reader, bits_), subset);
}

MaskCode::MaskCode(int positions, int chosen) : positions_(positions), chosen_(chosen) {
    requirePossible(positions, chosen, mostPositions);
    count_ = binomial(positions, chosen);
    bits_ = 64 - std::countl_zero(count_ - 1);
}

std::uint64_t MaskCode::rank(std::uint64_t mask) const {
    const int width = 64 - std::countl_zero(mask);
    if (std::popcount(mask) != chosen_ || width > positions_) throw otherSubset();
    std::uint64_t rank = 0;
    for (int i = 1; mask != 0; ++i, mask &= mask - 1)
        rank += binomial(std::countr_zero(mask), i);
    return rank;
}

std::uint64_t MaskCode::unrank(std::uint64_t rank) const {
    if (rank >= count_) throw damaged(tooLarge);
    std::uint64_t mask = 0;
    int place = positions_ - 1;
    for (int i = chosen_; i > 0; --i, --place) {
        while (binomial(place, i) > rank)
            --place;
        rank -= binomial(place, i);
        mask |= std::uint64_t{1} << place;
    }
    return mask;
}

}  // namespace ratescope::media
