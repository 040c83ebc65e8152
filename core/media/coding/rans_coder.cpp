#include "core/media/coding/rans_coder.h"

#include "core/error.h"
#include "core/media/coding/damaged.h"

#include <algorithm>
#include <cstring>

namespace ratescope::media {
namespace {

constexpr std::array<std::size_t, 3> stateCounts{1, 8, ransStates};

/// What vector code writes below the last word.
constexpr std::size_t slack = 16;

}  // namespace

std::size_t ransStatesFor(double codedBits) {
    std::size_t states = 1;
    for (const std::size_t count : stateCounts)
        if (24.0 * static_cast<double>(count) <= codedBits / 1000) states = count;
    return states;
}

void RansEncoder::start(int bits, std::size_t states, std::size_t symbols) {
    if (bits < FrequencyTable::fewestBits || bits > FrequencyTable::mostBits)
        throw Error(ErrorKind::Internal, "rANS was asked for 2^" + std::to_string(bits) + " slots.", "");
    bits_ = bits;
    states_ = states;
    if (symbols + slack > capacity_) {
        capacity_ = symbols + slack;
        words_ = std::make_unique_for_overwrite<std::uint16_t[]>(capacity_);
    }
    end_ = words_.get() + capacity_;
    state_.fill(ransLeastState);
}

template <typename IntervalAt>
void RansEncoder::pushSingly(std::size_t from, std::size_t to, std::size_t before, IntervalAt intervalAt) {
    for (std::size_t i = to; i-- > from;) {
        const Interval interval = intervalAt(i);
        const std::uint32_t frequency = frequencyOf(interval);
        std::uint32_t& state = state_[(before + i) % states_];
        if (state >> (32 - bits_) >= frequency) {
            *--end_ = static_cast<std::uint16_t>(state);
            state >>= 16;
        }
        state = (state / frequency << bits_) + state % frequency + firstSlotOf(interval);
    }
}

void RansEncoder::push(std::span<const Interval> intervals, std::size_t before) {
    const bool inRows = states_ == ransStates && before % ransStates == 0;
    const std::size_t rows = inRows ? intervals.size() / ransStates : 0;
    pushSingly(rows * ransStates, intervals.size(), before, [&](std::size_t i) { return intervals[i]; });
    end_ = kernels_.encode(intervals.data(), rows, bits_, state_, end_);
}

void RansEncoder::pushBytes(std::span<const std::uint8_t> symbols, const ByteEncoding& encoding) {
    const std::size_t rows = states_ == ransStates ? symbols.size() / ransStates : 0;
    pushSingly(rows * ransStates, symbols.size(), 0,
               [&](std::size_t i) { return encoding.intervals[symbols[i]]; });
    end_ = kernels_.encodeBytes(symbols.data(), rows, encoding, state_, end_);
}

std::size_t RansEncoder::bytes() const {
    const auto words = static_cast<std::size_t>(words_.get() + capacity_ - end_);
    return 1 + 4 * states_ + 2 * words;
}

void RansEncoder::finish(std::vector<std::byte>& out) const {
    out.push_back(static_cast<std::byte>(std::find(stateCounts.begin(), stateCounts.end(), states_) -
                                         stateCounts.begin()));
    const auto states = std::as_bytes(std::span(state_).first(states_));
    out.insert(out.end(), states.begin(), states.end());
    const auto words = std::as_bytes(std::span(end_, words_.get() + capacity_));
    out.insert(out.end(), words.begin(), words.end());
}

RansDecoder::RansDecoder(std::span<const std::byte> stream, InstructionSet set) : kernels_(ransKernels(set)) {
    if (stream.empty() || static_cast<std::size_t>(stream[0]) >= stateCounts.size())
        throw damaged("its number of states is impossible");
    states_ = stateCounts[static_cast<std::size_t>(stream[0])];
    stream = stream.subspan(1);
    if (stream.size() < 4 * states_) throw damaged("it ends within its states");
    std::memcpy(state_.data(), stream.data(), 4 * states_);
    for (std::size_t i = 0; i < states_; ++i)
        if (state_[i] < ransLeastState) throw damaged("one of its states is too small");
    stream = stream.subspan(4 * states_);
    words_ = {stream.data(), stream.data() + stream.size()};
}

/// One after the other with a look at the end: what is too short for the loops of rows.
template <typename Find>
void RansDecoder::decodeSingly(int bits, std::size_t from, std::size_t to, Find find) {
    const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    for (std::size_t i = from; i < to; ++i) {
        std::uint32_t& state = state_[i % states_];
        const std::uint32_t slot = state & mask;
        const Interval interval = find(slot, i);
        state = frequencyOf(interval) * (state >> bits) + slot - firstSlotOf(interval);
        if (state >= ransLeastState) continue;
        if (words_.end - words_.next < 2) throw damaged("it ends too early");
        std::uint16_t word;
        std::memcpy(&word, words_.next, sizeof word);
        words_.next += sizeof word;
        state = state << 16 | word;
    }
}

template <typename Symbol>
void RansDecoder::decodeStatic(const StaticDecoding& decoding, std::span<Symbol> symbols, std::size_t rows) {
    const auto find = [&](std::uint32_t slot, std::size_t i) {
        if (decoding.packed.empty()) {
            symbols[i] = static_cast<Symbol>(decoding.symbols[slot]);
            return decoding.intervals[decoding.symbols[slot]];
        }
        const std::uint32_t entry = decoding.packed[slot];
        symbols[i] = static_cast<Symbol>(entry & 0xff);
        return makeInterval(entry >> 20, slot - (entry >> 8 & 0xfff));
    };
    decodeSingly(decoding.bits, rows * ransStates, symbols.size(), find);
}

void RansDecoder::decode(const StaticDecoding& decoding, std::span<std::uint8_t> symbols) {
    std::size_t rows = states_ == ransStates ? symbols.size() / ransStates : 0;
    rows = kernels_.decodeBytes(decoding, state_, words_, symbols.data(), rows);
    decodeStatic(decoding, symbols, rows);
}

void RansDecoder::decode(const StaticDecoding& decoding, std::span<std::uint16_t> symbols) {
    std::size_t rows = states_ == ransStates ? symbols.size() / ransStates : 0;
    rows = kernels_.decodeShorts(decoding, state_, words_, symbols.data(), rows);
    decodeStatic(decoding, symbols, rows);
}

void RansDecoder::decode(const IndexedDecoding& decoding, std::span<std::uint16_t> symbols) {
    std::size_t rows = states_ == ransStates ? symbols.size() / ransStates : 0;
    rows = kernels_.decodeIndexed(decoding, state_, words_, symbols.data(), rows);
    const auto find = [&](std::uint32_t slot, std::size_t i) {
        const Interval* const table = decoding.entries + (decoding.places[i] >> 4);
        const Interval* found = table;
        for (std::size_t half = (std::size_t{1} << (decoding.places[i] & 15)) / 2; half > 0; half /= 2)
            found += firstSlotOf(found[half]) <= slot ? half : 0;
        symbols[i] = static_cast<std::uint16_t>(found - table);
        return *found;
    };
    decodeSingly(decoding.bits, rows * ransStates, symbols.size(), find);
}

void RansDecoder::expectEnd() const {
    if (words_.next != words_.end) throw damaged("words are left over at its end");
    for (std::size_t i = 0; i < states_; ++i)
        if (state_[i] != ransLeastState) throw damaged("its states do not end where they began");
}

}  // namespace ratescope::media
