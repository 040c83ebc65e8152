#pragma once

// How a program says no: with the documented exit code, a message that names file or node and says what to do, and
// nothing on standard output but, where JSON was asked for, the error as JSON.

#include "tests/e2e/program.h"

#include <QByteArrayList>

namespace e2e {

/// Runs the command, and once more with --json where it has that option (encode, measure, perplexity, run, plan, status, bd, du).
/// What is wrong with its refusals: another exit code than `code`, a crash, a message without one of `words` or without a
/// second line that says what to do, anything on standard output that does not belong there. Empty if nothing.
QByteArray faultOfRefusal(const Place& place, const QStringList& arguments, int code,
                          const QByteArrayList& words);

/// Every file below the place's folder but what programs write for themselves (runtime, cache, temporary, SQLite's
/// shared memory): names and contents, so that a test sees that nothing was lost and nothing left behind.
QMap<QString, QByteArray> filesIn(const Place& place);

}  // namespace e2e

/// VERIFY_REFUSED(place, arguments, code, words...), each of which the message must hold.
#define VERIFY_REFUSED(place, arguments, code, ...)                                         \
    do {                                                                                    \
        const QByteArray refusal =                                                          \
            e2e::faultOfRefusal((place), (arguments), (code), QByteArrayList{__VA_ARGS__}); \
        QVERIFY2(refusal.isEmpty(), refusal.constData());                                   \
    } while (false)
