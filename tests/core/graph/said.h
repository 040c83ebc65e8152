#pragma once

#include "core/error.h"

#include <QString>
#include <string>

inline QString shown(const std::string& text) {
    return QString::fromStdString(text);
}

/// "kind: what remedy" of the Error that the call throws; "" if it throws none.
template <typename Call>
QString errorOf(Call call) {
    try {
        call();
    } catch (const ratescope::Error& error) {
        return shown(std::string(toText(error.kind())) + ": " + error.what() + " " + error.remedy());
    }
    return {};
}
