#include "views/session/session.h"

namespace ratescope::views {
namespace {

BranchStyles stylesOf(const Session& session) {
    BranchStyles styles;
    styles.anchorSeries = session.selection.anchorSeries();
    for (const graph::Branch& branch : session.document.derived().branches)
        for (const graph::Series& series : branch.series)
            if (series.slug == styles.anchorSeries) styles.anchorBranch = branch.slug;
    return styles;
}

}  // namespace

curves::SeriesStyle Session::styleOfBranch(const std::string& branch) const {
    return stylesOf(*this).ofBranch(document.derived(), branch);
}

curves::SeriesStyle Session::styleOfSeries(const std::string& branch, const std::string& series) const {
    return stylesOf(*this).ofSeries(document.derived(), branch, series);
}

}  // namespace ratescope::views
