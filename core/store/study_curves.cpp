#include "core/store/study_curves.h"

#include "core/curves/compare.h"
#include "core/error.h"
#include "core/store/attributes.h"
#include "core/store/connection.h"
#include "core/store/imported.h"
#include "core/store/query.h"

#include <algorithm>
#include <map>
#include <set>

namespace ratescope::store {
namespace {

using Assets = std::set<std::string>;

/// How many items of each asset a point of each series should have.
using Expected = std::map<std::string, std::map<std::string, std::size_t>>;

Expected expectedOf(const Library& library, StudyId study) {
    Expected expected;
    Statement rows = library.connection().database->query(
        "SELECT series.slug, item.asset, count(DISTINCT item.seed) FROM item JOIN series ON series.id = "
        "item.series WHERE item.study = ? AND item.orphaned = 0 GROUP BY item.series, item.asset",
        study);
    while (rows.next())
        expected[rows.text(0)][rows.text(1)] = static_cast<std::size_t>(rows.integer(2));
    return expected;
}

/// Of the items of these assets; without points if they have none.
curves::Curve partOf(const curves::Curve& curve, const Assets& assets, const Expected& expected) {
    std::vector<curves::Item> items;
    for (const curves::Item& item : curve.items)
        if (assets.contains(item.asset)) items.push_back(item);
    curves::Curve part = curves::withItems(curve, items);
    std::size_t most = 0;
    if (const auto ofSeries = expected.find(curve.series); ofSeries != expected.end())
        for (const auto& [asset, n] : ofSeries->second)
            if (assets.contains(asset)) most += n;
    for (curves::Point& point : part.points)
        point.expected = most;
    return part;
}

Error noAsset(const std::string& column, const std::string& wanted, const std::set<std::string>& values) {
    std::string known;
    for (const std::string& value : values)
        known += (known.empty() ? "" : ", ") + value;
    return Error(ErrorKind::Usage, "No asset has " + column + "=" + wanted + ".",
                 "Values are " + known + ".");
}

void keepFiltered(const Library& library, StudyId study, const AssetFilter& filter,
                  std::vector<curves::Curve>& curves) {
    if (filter.empty()) return;
    Assets passing;
    for (std::size_t i = 0; i < filter.size(); ++i) {
        const auto& [column, wanted] = filter[i];
        Assets having;
        std::set<std::string> values;
        for (const auto& [asset, value] : attributeOfAssets(library, study, column)) {
            values.insert(value);
            if (value == wanted && (i == 0 || passing.contains(asset))) having.insert(asset);
        }
        if (!values.contains(wanted)) throw noAsset(column, wanted, values);
        passing = std::move(having);
    }
    const Expected expected = expectedOf(library, study);
    for (curves::Curve& curve : curves)
        curve = partOf(curve, passing, expected);
    std::erase_if(curves, [](const curves::Curve& curve) { return curve.points.empty(); });
}

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
                                       const std::string& x, const AssetFilter& filter) {
    const CurveData data = curvePoints(library, study.id, y, x);
    std::vector<curves::Curve> curves = curves::makeCurves(data.x, data.y, data.series, data.points);
    keepFiltered(library, study.id, filter, curves);
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

std::vector<curves::Curve> groupedCurves(const Library& library, const StudyRecord& study,
                                         std::span<const curves::Curve> curves, const std::string& column) {
    std::map<std::string, Assets, curves::ByGroupName> groups;
    for (const auto& [asset, value] : attributeOfAssets(library, study.id, column))
        groups[value].insert(asset);
    const Expected expected = expectedOf(library, study.id);
    std::vector<curves::Curve> grouped;
    for (const curves::Curve& curve : curves) {
        grouped.push_back(curve);
        if (curve.imported()) continue;
        for (const auto& [name, assets] : groups) {
            curves::Curve part = partOf(curve, assets, expected);
            if (part.points.empty()) continue;
            part.group = name;
            part.title += " \u00b7 " + column + "=" + name;
            grouped.push_back(std::move(part));
        }
    }
    return grouped;
}

}  // namespace ratescope::store
