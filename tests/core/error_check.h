#pragma once

// VERIFY_ERROR(expression, ErrorKind::Input, "part of the message"): the expression throws ratescope::Error
// of that kind, what it says contains the part, and it says what to do (unless the fault is our own).

#include "core/error.h"

#include <QtTest>
#include <cstring>
#include <functional>

/// What the call refuses in an Error of kind Input that says what to do; "" when it throws none.
inline QString refusalOf(const std::function<void()>& call) {
    try {
        call();
    } catch (const ratescope::Error& error) {
        const bool isClear = error.kind() == ratescope::ErrorKind::Input && !error.remedy().empty();
        return isClear ? error.what() : QString("unclear: ") + error.what();
    }
    return {};
}

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
