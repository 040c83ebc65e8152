#pragma once

// CRC-32 as in PNG and zlib (ISO 3309, reflected, polynomial 0x04c11db7), by carry-less products where the processor
// has them: V. Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ instruction", Intel, 2009.

#include <cstddef>
#include <cstdint>
#include <span>

namespace ratescope::media {

std::uint32_t crc32Of(std::span<const std::byte> bytes);

}  // namespace ratescope::media
