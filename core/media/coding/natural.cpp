#include "core/media/coding/natural.h"

#include "core/media/coding/damaged.h"

#include <algorithm>
#include <bit>

namespace ratescope::media {

Natural::Natural(std::uint64_t value) {
    for (; value > 0; value >>= 32)
        words_.push_back(static_cast<std::uint32_t>(value));
}

void Natural::trim() {
    while (!words_.empty() && words_.back() == 0)
        words_.pop_back();
}

std::uint64_t Natural::width() const {
    if (words_.empty()) return 0;
    return 32 * std::uint64_t{words_.size() - 1} + static_cast<unsigned>(std::bit_width(words_.back()));
}

std::strong_ordering Natural::operator<=>(const Natural& other) const {
    if (words_.size() != other.words_.size()) return words_.size() <=> other.words_.size();
    return std::lexicographical_compare_three_way(words_.rbegin(), words_.rend(), other.words_.rbegin(),
                                                  other.words_.rend());
}

Natural& Natural::operator+=(const Natural& other) {
    words_.resize(std::max(words_.size(), other.words_.size()));
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        carry += std::uint64_t{words_[i]} + (i < other.words_.size() ? other.words_[i] : 0);
        words_[i] = static_cast<std::uint32_t>(carry);
        carry >>= 32;
    }
    if (carry > 0) words_.push_back(static_cast<std::uint32_t>(carry));
    return *this;
}

Natural& Natural::operator-=(const Natural& other) {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        const std::uint64_t difference =
            std::uint64_t{words_[i]} - (i < other.words_.size() ? other.words_[i] : 0) - borrow;
        words_[i] = static_cast<std::uint32_t>(difference);
        borrow = difference >> 63;
    }
    trim();
    return *this;
}

void Natural::scale(std::uint32_t multiplier, std::uint32_t divisor) {
    std::uint64_t carry = 0;
    for (std::uint32_t& word : words_) {
        carry += std::uint64_t{word} * multiplier;
        word = static_cast<std::uint32_t>(carry);
        carry >>= 32;
    }
    if (carry > 0) words_.push_back(static_cast<std::uint32_t>(carry));
    std::uint64_t rest = 0;
    for (std::size_t i = words_.size(); i-- > 0;) {
        rest = rest << 32 | words_[i];
        words_[i] = static_cast<std::uint32_t>(rest / divisor);
        rest %= divisor;
    }
    trim();
}

void Natural::put(BitWriter& writer, std::uint64_t bits) const {
    for (std::uint64_t left = bits; left > 0;) {
        const std::uint64_t at = (left - 1) / 32;
        writer.put(at < words_.size() ? words_[at] : 0, static_cast<int>(left - 32 * at));
        left = 32 * at;
    }
}

Natural Natural::get(BitReader& reader, std::uint64_t bits) {
    if (bits > reader.left()) throw damaged("it ends within a large number");
    Natural number;
    number.words_.resize((bits + 31) / 32);
    for (std::uint64_t left = bits; left > 0;) {
        const std::uint64_t at = (left - 1) / 32;
        number.words_[at] = static_cast<std::uint32_t>(reader.get(static_cast<int>(left - 32 * at)));
        left = 32 * at;
    }
    number.trim();
    return number;
}

}  // namespace ratescope::media
