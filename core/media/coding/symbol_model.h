#pragma once

// Integers that each have their own Gaussian or Laplace distribution: what learned codecs and weight coders need. A
// symbol's probability is that of the unit interval around it. The ideal is Σ −log2 of that; streams are within 0.3 %.
//
// Scale and fraction of the mean are quantised to tables, made once for a model. Scales: eight steps an octave, from
// 2^−5 on. Fractions: in steps of an eighth to a sixteenth of the scale. For scales of 16 and more, a symbol's distance
// to its mean loses k lower bits, so that 8 … 16 is left of the scale; these bits are stored as they are. What lies
// outside of a table is escaped: an Elias gamma code of its distance.
//
// The stream: the length of what follows as a varint, a stream of rans_coder.h, then lower bits and escapes in the
// order of the symbols. Tables and streams are the same on every machine.

#include "core/instruction_set.h"
#include "core/media/coding/distribution.h"
#include "core/media/coding/symbol_tables.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::media {

class SymbolModel {
  public:
    /// Makes the tables, in about a millisecond.
    explicit SymbolModel(ModelShape shape);

    /// symbols[i] with means[i] (below 2^30) and scales[i] (0 and more; below 2^−5 they count as 2^−5). Throws
    /// Error(Input) on other means and scales, NaN among them.
    std::vector<std::byte> encode(std::span<const std::int32_t> symbols, std::span<const float> means,
                                  std::span<const float> scales,
                                  InstructionSet set = bestInstructionSet()) const;
    /// Throws Error(Input) as encode, and on any other stream than that of as many symbols with these models.
    void decode(std::span<const std::byte> stream, std::span<const float> means,
                std::span<const float> scales, std::span<std::int32_t> symbols,
                InstructionSet set = bestInstructionSet()) const;
    /// Bits of each symbol; sums attribute a stream to its parts (code_length.h).
    std::vector<float> codeLengths(std::span<const std::int32_t> symbols, std::span<const float> means,
                                   std::span<const float> scales) const;

    const SymbolTables& tables() const { return tables_; }

  private:
    /// A step of the scale.
    struct Level {
        double fractions = 0;  ///< in a unit of the mean; 0 where the mean's fraction does not count
        double added = 0;      ///< to the mean before it is rounded
        std::uint32_t firstTable = 0;
        int shift = 0;  ///< lower bits that are stored as they are
    };
    /// A table: entry 0 is the escape, the next are lowest, lowest + 1, ….
    struct Range {
        std::uint32_t place = 0;  ///< see SymbolTables::place()
        std::int16_t lowest = 0;
        std::uint16_t count = 0;
    };
    /// Where a symbol's model is.
    struct Located {
        std::uint32_t table = 0;
        std::int32_t centre = 0;
        std::int32_t sign = 1;  ///< −1: the table is that of the mirrored fraction
        int shift = 0;
    };
    /// A symbol in its table.
    struct Placed {
        std::uint16_t entry = 0;
        std::int64_t coded = 0;   ///< distance without its lower bits
        std::uint64_t lower = 0;  ///< lower bits
    };

    void addLevels(const Distribution& distribution);
    void addTable(const Distribution& distribution, double scale, double mean);
    Located locate(float mean, float scale) const;
    Placed place(std::int32_t symbol, const Located& located) const;

    SymbolTables tables_;
    std::vector<Level> levels_;
    std::vector<Range> ranges_;
};

}  // namespace ratescope::media
