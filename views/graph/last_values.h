#pragma once

// What the ports of the graph say of results: the newest finished item of each branch.

#include "core/store/query.h"
#include "views/session/results.h"

#include <QString>
#include <map>
#include <string>
#include <vector>

namespace ratescope::views {

struct LastValue {
    store::ItemRow item;
    std::vector<store::MeasurementRow> measurements;
};

/// By branch; branches without a finished item are left out. In the reader's thread.
std::map<std::string, LastValue> lastValuesOf(const OpenLibrary& open);

/// At the candidate: "chelsea.png, quality=30: 10.2 kB".
QString candidateText(const LastValue& last);
/// At the measure: "JPEG, chelsea.png, quality=30: PSNR, RGB 32.400 dB", the first of its metrics; "" if it has none.
QString scoreText(const LastValue& last, const std::string& measure);

}  // namespace ratescope::views
