#pragma once

// Whether this build has AddressSanitizer or ThreadSanitizer in it: their memory, their signals and their time are not
// those of the program.

namespace ratescope {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool hasSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool hasSanitizer = true;
#else
inline constexpr bool hasSanitizer = false;
#endif
#else
inline constexpr bool hasSanitizer = false;
#endif

}  // namespace ratescope
