#include "core/store/study_curves.h"

#include "core/error.h"
#include "core/store/imported.h"
#include "core/store/query.h"

#include <algorithm>

namespace ratescope::store {
namespace {

curves::Curve asCurve(const ImportedCurve& imported, const curves::Quantity& x, const curves::Quantity& y) {
    curves::Curve curve;
    curve.series = curve.branch = "imported/" + imported.title;
    curve.title = curve.branchTitle = imported.title;
    curve.evidence = curves::Evidence::Imported;
    curve.citation = imported.citation.empty() ? imported.source : imported.citation;
    curve.x = x;
    curve.y = y;
    for (const curves::RatePoint& point : imported.points) {
        curves::Point mean;
        mean.x = point.rate;
        mean.y = point.quality;
        curve.points.push_back(std::move(mean));
    }
    std::sort(curve.points.begin(), curve.points.end(),
              [](const auto& a, const auto& b) { return a.x < b.x; });
    return curve;
}

}  // namespace

std::vector<curves::Curve> studyCurves(const Library& library, const StudyRecord& study, const std::string& y,
                                       const std::string& x) {
    const CurveData data = curvePoints(library, study.id, y, x);
    std::vector<curves::Curve> curves = curves::makeCurves(data.x, data.y, data.series, data.points);
    if (curves.empty())
        throw Error(ErrorKind::Input, "The study \"" + study.name + "\" has no finished item with " + y + ".",
                    "Run it first, or see `ratescope-cli status` for what failed.");
    std::size_t index = curves.back().branchIndex;
    for (const ImportedCurve& imported : importedCurves(library)) {
        if (imported.metric.id != data.y.id || imported.rate != data.x.id) continue;
        curves.push_back(asCurve(imported, data.x, data.y));
        curves.back().branchIndex = ++index;
    }
    return curves;
}

}  // namespace ratescope::store
