#pragma once

// RATESCOPE_FUZZ(bytes) { read them }: one libFuzzer program. A reader may give a value or throw an Error of
// kind Input or Resource; all else is a finding.

#include "core/error.h"

#include <cstddef>
#include <cstdint>
#include <span>

#define RATESCOPE_FUZZ(BYTES)                                                                         \
    static void readHostile(std::span<const std::byte> BYTES);                                        \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {               \
        try {                                                                                         \
            readHostile(std::as_bytes(std::span(data, size)));                                        \
        } catch (const ratescope::Error& error) {                                                     \
            const auto kind = error.kind();                                                           \
            if (kind != ratescope::ErrorKind::Input && kind != ratescope::ErrorKind::Resource) throw; \
        }                                                                                             \
        return 0;                                                                                     \
    }                                                                                                 \
    static void readHostile(std::span<const std::byte> BYTES)
