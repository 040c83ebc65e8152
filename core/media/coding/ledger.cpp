#include "core/media/coding/ledger.h"

namespace ratescope::media {

void Ledger::add(const std::string& name, std::uint64_t bits, bool searched) {
    for (Part& part : parts) {
        if (part.name != name || part.searched != searched) continue;
        part.bits += bits;
        return;
    }
    parts.push_back({name, bits, searched});
}

std::uint64_t Ledger::bits() const {
    std::uint64_t sum = 0;
    for (const Part& part : parts)
        sum += part.bits;
    return sum;
}

}  // namespace ratescope::media
