#pragma once

// The data folder of tests that need real files: RATESCOPE_DATA, else shared/data beside the checkout.

#include <QtTest>
#include <filesystem>

inline std::filesystem::path dataFolder() {
    const QString named = qEnvironmentVariable("RATESCOPE_DATA");
    if (!named.isEmpty()) return named.toStdString();
    return std::filesystem::path(qEnvironmentVariable("RATESCOPE_SOURCE", ".").toStdString()) /
           "../shared/data";
}

/// Skips the test without the file; under CI that is a failure.
#define REQUIRE_DATA(path)                                                                 \
    do {                                                                                   \
        if (std::filesystem::exists(path)) break;                                          \
        if (qEnvironmentVariableIsSet("CI")) QFAIL("data is missing, which CI must have"); \
        QSKIP("skipped: no data");                                                         \
    } while (false)
