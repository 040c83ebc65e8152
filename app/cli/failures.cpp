#include "app/cli/failures.h"

#include "core/graph/value.h"

namespace ratescope::cli {

std::string failureLines(const store::Library& library, std::optional<store::StudyId> study) {
    constexpr std::size_t most = 20;
    std::string text;
    const auto rows = library.failures(study, most + 1);
    for (std::size_t i = 0; i < rows.size() && i < most; ++i) {
        const store::FailureRow& row = rows[i];
        text += "  " + row.series + " · " + row.asset;
        for (const auto& [column, value] : row.values)
            text += " · " + column + "=" + graph::toText(value);
        if (!row.node.empty()) text += " · " + row.node;
        text += ": " + row.failure.what + " " + row.failure.remedy + "\n";
    }
    if (rows.size() > most) text += "  and more: `status --json` lists them.\n";
    return text;
}

}  // namespace ratescope::cli
