#pragma once

#include "tests/e2e/program.h"
#include "tests/e2e/schema.h"

#include <nlohmann/json.hpp>

#include <QTest>

// What tests of programs say over and over. The messages show what the program said.

/// Each argument is evaluated once: it may be the call of a program.
#define VERIFY_CODE(outcome, wanted)                                      \
    do {                                                                  \
        const e2e::Outcome& verified = (outcome);                         \
        QVERIFY2(verified.code == (wanted), verified.said().constData()); \
    } while (false)

#define VERIFY_SAYS(outcome, text)                                             \
    do {                                                                       \
        const e2e::Outcome& verified = (outcome);                              \
        QVERIFY2(verified.errors.contains(text), verified.said().constData()); \
    } while (false)

/// The place shows the product's photographs, or the test is skipped; a failure where CI is set.
#define NEED_PHOTOGRAPHS(place)                                                                              \
    do {                                                                                                     \
        if (!(place).showPhotographs()) {                                                                    \
            QVERIFY2(!qEnvironmentVariableIsSet("CI"), "the sample photographs are missing: scripts/setup"); \
            QSKIP("skipped: no sample photographs");                                                         \
        }                                                                                                    \
    } while (false)

#define VERIFY_FITS(value, schema)                                     \
    do {                                                               \
        const QByteArray schemaFault = e2e::misfit((value), (schema)); \
        QVERIFY2(schemaFault.isEmpty(), schemaFault.constData());      \
    } while (false)

#define COMPARE_JSON(actual, expected)                                                           \
    do {                                                                                         \
        const nlohmann::json actualJson = (actual), expectedJson = (expected);                   \
        QVERIFY2(actualJson == expectedJson,                                                     \
                 (#actual " is " + actualJson.dump() + ", not " + expectedJson.dump()).c_str()); \
    } while (false)
