#pragma once

// Real models that `scripts/setup --models` fetches: the cache folder's "models". They are not on CI.

#include <QtTest>
#include <filesystem>

inline std::filesystem::path modelFolder() {
    const QString cache = qEnvironmentVariable("XDG_CACHE_HOME");
    const QString base = cache.isEmpty() ? qEnvironmentVariable("HOME") + "/.cache" : cache;
    return std::filesystem::path(base.toStdString()) / "ratescope/models";
}

/// SmolLM2-135M-Instruct, GGUF, Q4_1.
inline std::filesystem::path smolLm2() {
    return modelFolder() / "smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
}

/// all-MiniLM-L6-v2, a Hugging Face folder, F32.
inline std::filesystem::path miniLm() {
    return modelFolder() / "minilm/model";
}

/// Skips the test without the file.
#define REQUIRE_MODEL(path)                                             \
    do {                                                                \
        if (!std::filesystem::exists(path)) QSKIP("skipped: no model"); \
    } while (false)
