#pragma once

// What every panel of a window shares. Panels take a Session& and keep the reference; the window owns it and outlives
// them.

#include "views/session/open_document.h"
#include "views/session/results.h"
#include "views/session/selection.h"
#include "views/session/settings.h"
#include "views/session/supervisor_link.h"

namespace ratescope::views {

struct Session {
    explicit Session(const graph::Catalogue& catalogue) : document(catalogue) {}

    OpenDocument document;
    Selection selection;
    Results results;
    SupervisorLink supervisor;
    Settings settings;

    /// The style of a series or branch now, by its slug: with the anchor that is chosen.
    curves::SeriesStyle styleOfBranch(const std::string& branch) const;
    curves::SeriesStyle styleOfSeries(const std::string& branch, const std::string& series) const;
};

}  // namespace ratescope::views
