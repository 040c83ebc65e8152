#pragma once

// VERIFY_ERROR(expression, ErrorKind::Input, "part of the message"): the expression throws ratescope::Error
// of that kind, what it says contains the part, and it says what to do (unless the fault is our own).

#include "core/error.h"

#include <QtTest>
#include <cstring>

#define VERIFY_ERROR(expression, expected, part)                                                \
    do {                                                                                        \
        bool thrown = false;                                                                    \
        try {                                                                                   \
            static_cast<void>(expression);                                                      \
        } catch (const ratescope::Error& error) {                                               \
            thrown = true;                                                                      \
            QVERIFY2(error.kind() == expected, error.what());                                   \
            QVERIFY2(std::strstr(error.what(), part) != nullptr, error.what());                 \
            QVERIFY2(error.kind() == ratescope::ErrorKind::Internal || !error.remedy().empty(), \
                     error.what());                                                             \
        }                                                                                       \
        QVERIFY2(thrown, "nothing was thrown");                                                 \
    } while (false)
