#include "core/media/coding/rans.h"

#include "core/error.h"
#include "core/media/coding/code_length.h"
#include "core/media/coding/fields.h"
#include "core/media/coding/frequency_table.h"
#include "core/media/coding/histogram.h"
#include "core/media/coding/rans_coder.h"

#include <algorithm>

namespace ratescope::media {
namespace {

constexpr std::size_t blockOf(std::uint8_t) {
    return std::size_t{1} << 20;
}
constexpr std::size_t blockOf(std::uint16_t) {
    return std::size_t{1} << 22;
}

ByteEncoding makeEncoding(const FrequencyTable& table) {
    ByteEncoding encoding;
    encoding.bits = table.bits();
    const std::vector<Interval> intervals = table.intervals();
    std::copy(intervals.begin(), intervals.end(), encoding.intervals.begin());
    const std::uint32_t slots = std::uint32_t{1} << table.bits();
    for (std::size_t symbol = 0; symbol < intervals.size(); ++symbol) {
        const std::uint32_t frequency = table.frequencies()[symbol];
        if (frequency == 0) continue;
        const bool one = frequency == 1;
        const std::uint64_t most = ~std::uint64_t{0};
        encoding.steps[symbol] = {
            one ? most : most / frequency + 1,
            static_cast<std::uint32_t>((std::uint64_t{frequency} << (32 - table.bits())) - 1),
            firstSlotOf(intervals[symbol]) + (one ? slots - 1 : 0), slots - frequency};
    }
    return encoding;
}

/// Memory is kept from block to block.
void makeDecoding(const FrequencyTable& table, bool bytes, StaticDecoding& decoding) {
    decoding.bits = table.bits();
    const std::size_t slots = std::size_t{1} << table.bits();
    decoding.packed.clear();
    if (bytes && table.bits() <= StaticDecoding::mostPackedBits &&
        table.largestFrequency() <= StaticDecoding::mostPackedFrequency) {
        decoding.packed.resize(slots);
        auto entry = decoding.packed.begin();
        for (std::uint32_t symbol = 0; symbol < table.frequencies().size(); ++symbol) {
            const std::uint32_t frequency = table.frequencies()[symbol];
            for (std::uint32_t i = 0; i < frequency; ++i)
                *entry++ = frequency << 20 | i << 8 | symbol;
        }
        return;
    }
    decoding.intervals = table.intervals();
    decoding.symbols.clear();
    decoding.symbols.reserve(slots + 1);
    for (std::size_t symbol = 0; symbol < table.frequencies().size(); ++symbol)
        decoding.symbols.insert(decoding.symbols.end(), table.frequencies()[symbol],
                                static_cast<std::uint16_t>(symbol));
    decoding.symbols.push_back(0);
}

void push(RansEncoder& encoder, const FrequencyTable& table, std::span<const std::uint8_t> symbols) {
    encoder.pushBytes(symbols, makeEncoding(table));
}

void push(RansEncoder& encoder, const FrequencyTable& table, std::span<const std::uint16_t> symbols) {
    constexpr std::size_t atOnce = 4096;
    const std::vector<Interval> bySymbol = table.intervals();
    std::vector<Interval> intervals(std::min(atOnce, symbols.size()));
    for (std::size_t left = symbols.size(); left > 0;) {
        const std::size_t count = (left - 1) % atOnce + 1;
        left -= count;
        for (std::size_t i = 0; i < count; ++i)
            intervals[i] = bySymbol[symbols[left + i]];
        encoder.push(std::span(intervals).first(count), left);
    }
}

struct Account {
    double symbolBits = 0;
    std::uint64_t tableBits = 0;
};

template <typename Symbol>
class StaticEncoder {
  public:
    explicit StaticEncoder(InstructionSet set) : coder_(set) {}

    void block(std::span<const Symbol> symbols, std::vector<std::byte>& out, Account& account) {
        const std::vector<std::uint32_t> counts = histogramOf(symbols);
        const FrequencyTable table = FrequencyTable::fitted(counts);
        BitWriter writer("tables");
        table.write(writer);
        const std::vector<std::byte> header = writer.finish().bytes;
        out.insert(out.end(), header.begin(), header.end());
        account.tableBits += 8 * header.size();
        if (table.largestFrequency() >> table.bits() > 0) return;

        const double symbolBits = table.codeLength(counts);
        account.symbolBits += symbolBits;
        coder_.start(table.bits(), ransStatesFor(symbolBits), symbols.size());
        push(coder_, table, symbols);
        FieldWriter length;
        length.varint(coder_.bytes());
        out.insert(out.end(), length.bytes().begin(), length.bytes().end());
        coder_.finish(out);
    }

  private:
    RansEncoder coder_;
};

template <typename Symbol>
LedgeredBytes encodeAll(std::span<const Symbol> symbols, const std::string& part, bool searched,
                        InstructionSet set) {
    LedgeredBytes result;
    Account account;
    StaticEncoder<Symbol> encoder(set);
    for (std::size_t i = 0; i < symbols.size(); i += blockOf(Symbol{}))
        encoder.block(symbols.subspan(i, std::min(blockOf(Symbol{}), symbols.size() - i)), result.bytes,
                      account);
    const std::vector<PartLength> parts{{"tables", static_cast<double>(account.tableBits), searched},
                                        {part, account.symbolBits, searched}};
    result.ledger = ledgerByCodeLength(parts, 8 * result.bytes.size(), searched);
    return result;
}

template <typename Symbol>
void decodeAll(std::span<const std::byte> stream, std::span<Symbol> symbols, InstructionSet set) {
    StaticDecoding decoding;
    while (!symbols.empty()) {
        const auto block = symbols.first(std::min(blockOf(Symbol{}), symbols.size()));
        symbols = symbols.subspan(block.size());
        BitReader bits(stream);
        const FrequencyTable table = FrequencyTable::read(bits, std::size_t{1} << (8 * sizeof(Symbol)));
        bits.alignToByte();
        FieldReader fields(stream.subspan(bits.position() / 8));
        if (table.largestFrequency() >> table.bits() > 0) {
            std::fill(block.begin(), block.end(), static_cast<Symbol>(table.frequencies().size() - 1));
        } else {
            RansDecoder decoder(fields.raw(fields.varintUpTo(stream.size())), set);
            makeDecoding(table, sizeof(Symbol) == 1, decoding);
            decoder.decode(decoding, block);
            decoder.expectEnd();
        }
        stream = fields.raw(fields.left());
    }
    if (!stream.empty())
        throw Error(ErrorKind::Input,
                    "The stream is damaged: " + std::to_string(stream.size()) + " bytes too many follow.",
                    "Encode it again, or fetch the file again.");
}

}  // namespace

LedgeredBytes encodeRans(std::span<const std::uint8_t> symbols, const std::string& part, bool searched,
                         InstructionSet set) {
    return encodeAll(symbols, part, searched, set);
}

LedgeredBytes encodeRans(std::span<const std::uint16_t> symbols, const std::string& part, bool searched,
                         InstructionSet set) {
    return encodeAll(symbols, part, searched, set);
}

void decodeRans(std::span<const std::byte> stream, std::span<std::uint8_t> symbols, InstructionSet set) {
    decodeAll(stream, symbols, set);
}

void decodeRans(std::span<const std::byte> stream, std::span<std::uint16_t> symbols, InstructionSet set) {
    decodeAll(stream, symbols, set);
}

}  // namespace ratescope::media
