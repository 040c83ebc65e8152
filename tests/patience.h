#pragma once

// Limits of time in tests are made for plain builds; a sanitizer makes everything several times slower.

#include "core/sanitizer.h"

namespace ratescope::test {

inline constexpr int patience = hasSanitizer ? 8 : 1;

}  // namespace ratescope::test
