#include "core/media/coding/range_coder.h"

#include "core/media/coding/code_length.h"
#include "core/media/coding/damaged.h"

#include <algorithm>

namespace ratescope::media {
namespace {

constexpr Interval absentInterval = 0xffffffff;  // ends behind every total
constexpr std::size_t firstBytes = 64;

/// Whether the interval holds a multiple of 2^64, so that the bytes gone out, with or without a carry, say it all.
bool holdsWhole(std::uint64_t low, std::uint64_t range) {
    return low == 0 || ~low + 1 < range;
}

}  // namespace

void AdaptiveBit::refuse() {
    throw Error(ErrorKind::Internal, "A context was to adapt more slowly or faster than it can.", "");
}

double AdaptiveBit::codeLength(bool bit) const {
    return precision - log2Of(bit ? ofOne() : (1U << precision) - ofOne());
}

RangeTable::RangeTable(const FrequencyTable& table) : bits_(table.bits()), intervals_(table.intervals()) {
    symbols_.reserve(std::size_t{1} << bits_);
    for (std::size_t symbol = 0; symbol < intervals_.size(); ++symbol) {
        const std::uint32_t frequency = table.frequencies()[symbol];
        symbols_.insert(symbols_.end(), frequency, static_cast<std::uint16_t>(symbol));
        if (frequency == 0) intervals_[symbol] = absentInterval;
    }
}

void RangeEncoder::grow() {
    bytes_.resize(std::max(firstBytes, 2 * bytes_.size()));
}

/// The first byte never overflows: the stream stays below 1.
void RangeEncoder::carry() {
    std::size_t at = used_;
    do {
        --at;
        bytes_[at] = static_cast<std::byte>(static_cast<unsigned>(bytes_[at]) + 1);
    } while (bytes_[at] == std::byte{0});
}

std::vector<std::byte> RangeEncoder::finish() {
    bytes_.resize(used_);
    if (holdsWhole(low_, range_)) {
        if (low_ != 0) carry();
    } else {
        bytes_.push_back(static_cast<std::byte>((low_ + rangeLeast - 1) >> 56));
    }
    return std::move(bytes_);
}

void RangeEncoder::refuse() {
    throw Error(ErrorKind::Internal, "The range coder was asked for what cannot be coded.", "");
}

RangeDecoder::RangeDecoder(std::span<const std::byte> stream) : stream_(stream), code_(wordAt(0)) {
    if (code_ >= range_) refuseStream();
}

std::uint64_t RangeDecoder::wordAtEnd(std::size_t position) const {
    std::uint64_t word = 0;
    if (position < stream_.size()) std::memcpy(&word, stream_.data() + position, stream_.size() - position);
    return __builtin_bswap64(word);
}

void RangeDecoder::expectEnd() const {
    const std::size_t left = stream_.size() - position_;
    if (left == 0) return;
    if (left > 1) throw damaged(std::to_string(left - 1) + " bytes too many follow");
    const std::uint64_t low = (static_cast<std::uint64_t>(stream_.back()) << 56) - code_;
    if (code_ >= rangeLeast || holdsWhole(low, range_)) throw damaged("its last byte is not the encoder's");
}

void RangeDecoder::refuseCall() {
    throw Error(ErrorKind::Internal, "The range decoder was asked for what cannot be coded.", "");
}

void RangeDecoder::refuseStream() {
    throw damaged("what comes is no symbol");
}

void RangeDecoder::refuseEnd() {
    throw damaged("it ends too early");
}

}  // namespace ratescope::media
