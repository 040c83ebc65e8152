#pragma once

#include <QString>
#include <string>

namespace ratescope::views {

/// UTF-8.
inline QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

}  // namespace ratescope::views
