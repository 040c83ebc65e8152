#include "core/media/coding/frequency_table.h"

#include "core/error.h"
#include "core/media/coding/code_length.h"
#include "core/media/coding/damaged.h"
#include "core/media/coding/elias_gamma.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <queue>

namespace ratescope::media {
namespace {

/// The symbol that gains most from a slot more, or loses least by one less, again and again. log2((f + 1) / f) is
/// taken as 1 / (f + 1/2): the same order of symbols but for ties, and the same on every machine.
template <typename Order>
void moveSlots(std::span<const std::uint32_t> counts, std::vector<std::uint32_t>& frequencies,
               std::uint64_t slots, int step) {
    using Choice = std::pair<double, std::size_t>;
    std::priority_queue<Choice, std::vector<Choice>, Order> choices;
    const auto offer = [&](std::size_t symbol) {
        const std::uint32_t frequency = frequencies[symbol];
        if (counts[symbol] > 0 && (step > 0 || frequency > 1))
            choices.emplace(counts[symbol] / (frequency + 0.5 * step), symbol);
    };
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol)
        offer(symbol);
    for (; slots > 0; --slots) {
        const std::size_t symbol = choices.top().second;
        choices.pop();
        frequencies[symbol] += static_cast<std::uint32_t>(step);
        offer(symbol);
    }
}

/// What the next frequency may be: near to those before it, as far away as they were.
class Expectation {
  public:
    /// Numbers the frequencies from the expected one outwards: 0, then one less, one more, ….
    std::uint64_t toCode(std::uint32_t frequency) const {
        const std::int64_t away = std::int64_t{frequency} - expected_;
        return away > expected_ ? frequency : zigzag(-away);
    }
    std::uint64_t toFrequency(std::uint64_t code) const {
        const auto both = static_cast<std::uint64_t>(2 * expected_);
        return code > both ? code : static_cast<std::uint64_t>(expected_ - unzigzag(code));
    }
    /// How many lower bits of a code are as good as random.
    int lowerBits() const { return std::max(0, static_cast<int>(std::bit_width(usual_ / 8)) - 1); }
    void saw(std::uint64_t code, std::uint32_t frequency) {
        usual_ += code - usual_ / 8;
        if (frequency > 0) expected_ = (expected_ + frequency + 1) / 2;
    }

  private:
    std::int64_t expected_ = 0;
    std::uint64_t usual_ = 0;  ///< 8 × a moving mean of the codes
};

}  // namespace

FrequencyTable::FrequencyTable(std::span<const std::uint32_t> counts, int bits) : bits_(bits) {
    while (!counts.empty() && counts.back() == 0)
        counts = counts.first(counts.size() - 1);
    const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    const std::uint64_t slots = std::uint64_t{1} << bits;
    const auto occurring = static_cast<std::uint64_t>(
        std::count_if(counts.begin(), counts.end(), [](std::uint32_t count) { return count > 0; }));
    if (occurring == 0 || occurring > slots || bits < fewestBits || bits > mostBits)
        throw Error(ErrorKind::Internal,
                    "A table of " + std::to_string(occurring) + " symbols in 2^" + std::to_string(bits) +
                        " slots was asked for.",
                    "");
    frequencies_.resize(counts.size());
    std::uint64_t used = 0;
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol) {
        if (counts[symbol] == 0) continue;
        frequencies_[symbol] = static_cast<std::uint32_t>(
            std::max<std::uint64_t>(1, (std::uint64_t{counts[symbol]} << bits) / total));
        used += frequencies_[symbol];
    }
    if (used < slots)
        moveSlots<std::less<>>(counts, frequencies_, slots - used, 1);
    else
        moveSlots<std::greater<>>(counts, frequencies_, used - slots, -1);
}

FrequencyTable FrequencyTable::fitted(std::span<const std::uint32_t> counts) {
    const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    const auto occurring = static_cast<std::uint64_t>(
        std::count_if(counts.begin(), counts.end(), [](std::uint32_t count) { return count > 0; }));
    const double allowed = entropyBits(counts) * (1 + 0x1p-10) + static_cast<double>(occurring);
    int bits = std::max(std::clamp<int>(std::bit_width(total), fewestBits, 13),
                        std::min<int>(std::bit_width(occurring), mostBits));
    for (;; ++bits) {
        FrequencyTable table(counts, bits);
        if (bits == mostBits || table.codeLength(counts) <= allowed) return table;
    }
}

std::vector<Interval> FrequencyTable::intervals() const {
    std::vector<Interval> intervals(frequencies_.size());
    std::uint32_t first = 0;
    for (std::size_t symbol = 0; symbol < frequencies_.size(); ++symbol) {
        if (frequencies_[symbol] == 0) continue;
        intervals[symbol] = makeInterval(frequencies_[symbol], first);
        first += frequencies_[symbol];
    }
    return intervals;
}

std::uint32_t FrequencyTable::largestFrequency() const {
    return *std::max_element(frequencies_.begin(), frequencies_.end());
}

double FrequencyTable::codeLength(std::size_t symbol) const {
    return bits_ - log2Of(frequencies_[symbol]);
}

double FrequencyTable::codeLength(std::span<const std::uint32_t> counts) const {
    double sum = 0;
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol)
        if (counts[symbol] > 0) sum += counts[symbol] * codeLength(symbol);
    return sum;
}

void FrequencyTable::write(BitWriter& writer) const {
    writer.put(static_cast<std::uint64_t>(bits_ - fewestBits), 3);
    Expectation expectation;
    for (std::size_t symbol = 0; symbol < frequencies_.size();) {
        const std::uint32_t frequency = frequencies_[symbol];
        const std::uint64_t code = expectation.toCode(frequency);
        putExpGolomb(writer, code, expectation.lowerBits());
        expectation.saw(code, frequency);
        // The last symbol occurs, so that every run of zeros ends before it.
        const auto start = frequencies_.begin() + static_cast<std::ptrdiff_t>(symbol);
        const auto end = std::find_if(start, frequencies_.end(), [](std::uint32_t f) { return f > 0; });
        const auto zeros = static_cast<std::size_t>(end - start);
        if (zeros > 0) putEliasGamma(writer, zeros);
        symbol += std::max<std::size_t>(1, zeros);
    }
}

FrequencyTable FrequencyTable::read(BitReader& reader, std::size_t alphabet) {
    FrequencyTable table;
    table.bits_ = fewestBits + static_cast<int>(reader.get(3));
    if (table.bits_ > mostBits) throw damaged("a table of frequencies has more than 2^16 slots");
    std::uint64_t left = std::uint64_t{1} << table.bits_;
    Expectation expectation;
    while (left > 0) {
        const std::uint64_t code =
            getExpGolomb(reader, expectation.lowerBits(), std::uint64_t{4} << mostBits);
        const std::uint64_t frequency = expectation.toFrequency(code);
        if (frequency > left) throw damaged("the frequencies of a table sum to too much");
        expectation.saw(code, static_cast<std::uint32_t>(frequency));
        const std::uint64_t room = alphabet - table.frequencies_.size();
        const std::uint64_t count = frequency > 0 ? 1 : getEliasGamma(reader, room + 1);
        if (count > room) throw damaged("a table has more symbols than there are");
        table.frequencies_.resize(table.frequencies_.size() + count, static_cast<std::uint32_t>(frequency));
        left -= frequency;
    }
    return table;
}

}  // namespace ratescope::media
