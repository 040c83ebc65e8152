#pragma once

// Pictures and maps of items.

#include "views/compare/picture.h"
#include "views/session/asked_values.h"

namespace ratescope::views {

class Values : public AskedValues {
    Q_OBJECT

  public:
    struct Value {
        std::shared_ptr<const Picture> picture;
        std::shared_ptr<const MetricMap> map;
        std::optional<Error> failure;
        std::string file;  ///< of the picture

        bool settled() const { return picture || map || failure; }
    };

    explicit Values(Session& session, QObject* parent = nullptr);

    /// Empty while it is on its way.
    Value of(const ValueKey& key) const;
};

}  // namespace ratescope::views
