#include "core/media/coding/elias_gamma.h"

#include "core/error.h"

#include <bit>

namespace ratescope::media {

void putEliasGamma(BitWriter& writer, std::uint64_t value) {
    if (value == 0) throw Error(ErrorKind::Internal, "Zero has no Elias gamma code.", "");
    const int width = std::bit_width(value);
    writer.put(0, width - 1);
    writer.put(value, width);
}

std::uint64_t getEliasGamma(BitReader& reader, std::uint64_t limit) {
    int zeros = 0;
    while (zeros < 64 && reader.get(1) == 0)
        ++zeros;
    const std::uint64_t value = zeros < 64 ? std::uint64_t{1} << zeros | reader.get(zeros) : 0;
    if (value == 0 || value > limit)
        throw Error(ErrorKind::Input,
                    "The stream is damaged: a number in it is above " + std::to_string(limit) + ".",
                    "Encode it again, or fetch the file again.");
    return value;
}

}  // namespace ratescope::media
