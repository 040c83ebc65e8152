#include "app/cli/study_curves.h"

#include "app/cli/command.h"
#include "core/curves/bd_table.h"
#include "core/store/study_curves.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace ratescope::cli {
namespace {

nlohmann::json toJson(const std::optional<double>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::json toJson(const std::optional<curves::Interval>& interval) {
    return interval ? nlohmann::json{interval->low, interval->high} : nlohmann::json();
}

nlohmann::json toJson(const curves::BdComparison& row) {
    return {{"series", row.test},
            {"title", row.testTitle},
            {"bd_rate_percent", toJson(row.mean.ratePercent)},
            {"bd_rate_interval", toJson(row.mean.rateInterval)},
            {"bd_quality", toJson(row.mean.quality)},
            {"bd_quality_interval", toJson(row.mean.qualityInterval)},
            {"overlap", row.mean.ratePercent ? nlohmann::json(row.overlap) : nlohmann::json()},
            {"n", row.n},
            {"warnings", row.warnings}};
}

}  // namespace

std::vector<curves::Curve> readCurves(const CurveChoice& choice, std::string* studyName) {
    const store::Library library(choice.library, store::Access::Read);
    const store::StudyRecord study = library.study(choice.study);
    if (studyName) *studyName = study.name;
    return store::studyCurves(library, study, choice.y, choice.x);
}

int compareSeries(const CurveChoice& choice, const std::string& anchor, const curves::CompareOptions& options,
                  const std::string& format) {
    std::string study;
    const std::vector<curves::Curve> curves = readCurves(choice, &study);
    const auto comparisons = curves::compareWithAnchor(curves, anchor, options);
    if (comparisons.empty())
        throw Error(ErrorKind::Input, "The study has no other series to compare with " + anchor + ".",
                    "Sweep a parameter that makes one curve each, or import a curve.");
    if (format == "json") {
        nlohmann::json rows = nlohmann::json::array();
        for (const curves::BdComparison& comparison : comparisons)
            rows.push_back(toJson(comparison));
        std::cout << nlohmann::json{{"study", study},
                                    {"anchor", anchor},
                                    {"x", curves.front().x.id},
                                    {"y", curves.front().y.id},
                                    {"method", toText(options.method)},
                                    {"averaging", toText(options.averaging)},
                                    {"bootstrap",
                                     {{"resamples", options.bootstrap.resamples},
                                      {"seed", options.bootstrap.seed}}},
                                    {"rows", rows}}
                         .dump(2)
                  << '\n';
        return exitDone;
    }
    const curves::BdTable table = curves::makeBdTable(comparisons);
    if (format == "markdown")
        std::cout << curves::markdownOf(table);
    else if (format == "latex")
        std::cout << curves::latexOf(table);
    else if (format == "csv")
        std::cout << curves::csvOf(table);
    else
        std::cout << curves::textOf(table);
    return exitDone;
}

}  // namespace ratescope::cli
