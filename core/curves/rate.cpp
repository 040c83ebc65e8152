#include "core/curves/rate.h"

#include <array>

namespace ratescope::curves {
namespace {

constexpr std::array<const char*, 4> evidenceNames = {"measured", "estimated", "modelled", "imported"};

constexpr std::array<Rate, 5> rates = {{
    {"bpp", "Rate (bit per pixel)", "bpp", "pixels", false, 1},
    {"bpw-all", "Rate (bit per weight, all weights)", "bpw", "weights", false, 1},
    {"bpw-searched", "Rate (bit per searched weight)", "bpw", "searched-weights", true, 1},
    {"bytes", "Size (byte)", "B", "", false, 8},
    {"bits", "Size (bit)", "bit", "", false, 1},
}};

}  // namespace

const char* toText(Evidence evidence) {
    return evidenceNames[static_cast<std::size_t>(evidence)];
}

std::optional<Evidence> evidenceFromText(std::string_view text) {
    for (std::size_t i = 0; i < evidenceNames.size(); ++i)
        if (text == evidenceNames[i]) return static_cast<Evidence>(i);
    return std::nullopt;
}

std::span<const Rate> allRates() {
    return rates;
}

std::optional<RateId> findRate(std::string_view id) {
    const std::size_t at = id.find('@');
    const std::string_view name = id.substr(0, at);
    for (const Rate& rate : rates)
        if (name == rate.id)
            return RateId{&rate,
                          at == std::string_view::npos ? std::string() : std::string(id.substr(at + 1))};
    return std::nullopt;
}

std::optional<Statistic> rateOf(const Rate& rate, const ItemBits& item) {
    const double bits = rate.searchedOnly ? item.searchedBits : item.bits;
    if (rate.count[0] == '\0') return Statistic{bits / rate.bitsPerUnit, 1};
    const auto count = item.counts.find(rate.count);
    if (count == item.counts.end()) return std::nullopt;
    return Statistic{bits, static_cast<double>(count->second)};
}

}  // namespace ratescope::curves
