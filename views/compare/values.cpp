#include "views/compare/values.h"

namespace ratescope::views {
namespace {

std::any opened(const ValueKey& key, const std::string& file) {
    if (key.port.starts_with("map:")) return MetricMap::open(file);
    return Picture::open(file);
}

}  // namespace

Values::Values(Session& session, QObject* parent) : AskedValues(session, opened, parent) {}

Values::Value Values::of(const ValueKey& key) const {
    const Asked found = asked(key);
    Value value{{}, {}, found.failure, found.file};
    if (const auto* picture = std::any_cast<std::shared_ptr<const Picture>>(&found.value))
        value.picture = *picture;
    if (const auto* map = std::any_cast<std::shared_ptr<const MetricMap>>(&found.value)) value.map = *map;
    return value;
}

}  // namespace ratescope::views
