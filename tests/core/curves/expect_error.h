#pragma once

#include "core/error.h"

#include <QString>
#include <QtTest>

// Runs `call` and returns what the ratescope::Error says; fails the test if none is thrown.
template <typename Call>
QString messageOf(Call&& call, ratescope::ErrorKind kind = ratescope::ErrorKind::Input) {
    try {
        call();
    } catch (const ratescope::Error& error) {
        if (error.kind() != kind) QTest::qFail("an Error of another kind", __FILE__, __LINE__);
        return QString::fromUtf8(error.what()) + " " + QString::fromStdString(error.remedy());
    }
    QTest::qFail("no Error was thrown", __FILE__, __LINE__);
    return {};
}
