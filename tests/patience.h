#pragma once

// Limits of time in tests are made for plain builds; a sanitizer makes everything several times slower.

namespace ratescope::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int patience = 8;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr int patience = 8;
#else
inline constexpr int patience = 1;
#endif
#else
inline constexpr int patience = 1;
#endif

}  // namespace ratescope::test
