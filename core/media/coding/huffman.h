#pragma once

// Canonical Huffman codes: each symbol in a whole number of bits, from a table. D. Huffman, "A method for the
// construction of minimum-redundancy codes", Proceedings of the IRE 40(9), 1952; limited lengths: L. Larmore,
// D. Hirschberg, "A fast algorithm for optimal length-limited Huffman codes", Journal of the ACM 37(3), 1990.
//
// Shorter codes are smaller, and codes of equal length go up with their symbols, so that the lengths say it all. Codes
// stand most significant bit first (BitWriter). A code is complete: every string of bits has a meaning. The only symbol
// of an alphabet has a code of 0 bits; who needs one of 1 bit or an end of stream counts an end symbol with it.

#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::media {

/// The lengths of at most `longest` (1 … 63) bits with which the symbols that occur `counts` times take the fewest bits
/// in all; 0 for those that do not occur. Of equal counts the smaller symbol counts as the rarer. One symbol that
/// occurs gets 0 bits. Throws Error(Internal) when more than 2^longest symbols occur.
std::vector<std::uint8_t> huffmanLengths(std::span<const std::uint32_t> counts, int longest);

class HuffmanCode {
  public:
    static constexpr int mostLength = 32;
    static constexpr std::size_t mostSymbols = std::size_t{1} << 16;

    /// The best code for the counts of symbols, of which none may occur. Throws Error(Internal) on more than 2^16
    /// symbols, and as huffmanLengths(); `longest` is at most 32 here.
    explicit HuffmanCode(std::span<const std::uint32_t> counts, int longest = mostLength);
    /// The code with these lengths, as lengths() gives them. Throws Error(Input) unless Σ 2^−length over the symbols
    /// is 1 (Kraft) and no length is above 32.
    static HuffmanCode ofLengths(std::span<const std::uint8_t> lengths);

    /// By symbol, 0 for those that do not occur; the last symbol occurs. All 0: it is the only one, with 0 bits. Empty:
    /// no symbol occurs.
    std::span<const std::uint8_t> lengths() const { return lengths_; }
    /// Of a symbol below lengths().size(), in the lowest bits, as many as its length.
    std::uint32_t code(std::size_t symbol) const { return codes_[symbol]; }
    /// Bits of symbols that occur `counts` times.
    std::uint64_t codeLength(std::span<const std::uint32_t> counts) const;

    /// Throws Error(Internal) when the symbol does not occur.
    void put(BitWriter& writer, std::size_t symbol) const {
        requireOccurs(symbol);
        writer.put(codes_[symbol], lengths_[symbol]);
    }

    /// The table: a bit that says whether any symbol occurs; per symbol how far its length is from that of the one
    /// before it, in Elias gamma codes, runs of absent symbols by their length; up to the symbol that completes the
    /// code.
    void write(BitWriter& writer) const;
    /// Throws Error(Input) when the lengths make no complete code or a symbol is `alphabet` (at most 2^16) or above.
    static HuffmanCode read(BitReader& reader, std::size_t alphabet);

  private:
    HuffmanCode() = default;

    /// Of a symbol below lengths().size(): the last always does.
    bool occurs(std::size_t symbol) const { return lengths_[symbol] > 0 || symbol + 1 == lengths_.size(); }
    void requireOccurs(std::size_t symbol) const {
        if (symbol >= lengths_.size() || !occurs(symbol)) refuse(symbol);
    }
    [[noreturn]] static void refuse(std::size_t symbol);
    void setLengths(std::vector<std::uint8_t> lengths);

    std::vector<std::uint8_t> lengths_;
    std::vector<std::uint32_t> codes_;
};

/// Looks up what a HuffmanCode wrote: codes of up to 11 bits at once, longer ones by their length.
class HuffmanDecoder {
  public:
    explicit HuffmanDecoder(const HuffmanCode& code);

    /// The next symbol. Throws Error(Input) at the end of the stream, and always where no symbol occurs.
    std::uint16_t get(BitReader& reader) const {
        const std::uint64_t window = reader.peek(HuffmanCode::mostLength);
        Entry entry = table_[window >> (HuffmanCode::mostLength - tableBits_)];
        if (entry.length > tableBits_) entry = longEntry(window);
        reader.skip(entry.length);
        return entry.symbol;
    }
    /// Fills `symbols`. For bytes the alphabet must have at most 256 symbols, else Error(Internal).
    void get(BitReader& reader, std::span<std::uint8_t> symbols) const;
    void get(BitReader& reader, std::span<std::uint16_t> symbols) const;

  private:
    struct Entry {
        std::uint16_t symbol = 0;
        std::uint8_t length = 0xff;  ///< above tableBits_: longEntry() knows
    };
    Entry longEntry(std::uint64_t window) const;

    int tableBits_ = 0;
    std::size_t alphabet_ = 0;
    std::vector<Entry> table_;           ///< by the next tableBits_ bits
    std::vector<std::uint16_t> sorted_;  ///< symbols in the order of their codes
    /// By length: where the 32-bit windows of longer codes begin, and what makes a code of this length a place in
    /// sorted_.
    std::array<std::uint64_t, HuffmanCode::mostLength + 1> ends_{};
    std::array<std::uint32_t, HuffmanCode::mostLength + 1> offsets_{};
};

}  // namespace ratescope::media
