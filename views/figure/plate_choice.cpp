#include "views/figure/plate_choice.h"

#include "core/curves/text.h"
#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

std::string sweptText(const store::ItemRow& item) {
    std::string text;
    for (const auto& [parameter, value] : store::settingsOf(item))
        text += (text.empty() ? "" : ", ") + parameter + "=" + value;
    return text;
}

void requireWithin(QSize size, const QRect& crop) {
    if (!crop.isEmpty() && QRect(QPoint(), size).contains(crop)) return;
    std::string asked;
    for (const int number : {crop.x(), crop.y(), crop.width(), crop.height()})
        asked += (asked.empty() ? "" : ",") + std::to_string(number);
    throw Error(ErrorKind::Usage,
                "The crop " + asked + " is not within the picture of " + std::to_string(size.width()) +
                    " × " + std::to_string(size.height()) + " pixels.",
                "Give X,Y,WIDTH,HEIGHT in pixels.");
}

void addOverview(Plate& plate, const QImage& original, const QRect& crop) {
    plate.overview = original.scaled(640, 640, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    plate.crop = QRectF(crop.x() / double(original.width()), crop.y() / double(original.height()),
                        crop.width() / double(original.width()), crop.height() / double(original.height()));
}

}  // namespace

std::string numberWithUnit(double value, const std::string& unit) {
    const double size = std::abs(value);
    const int digits = size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 5;
    return curves::fixed(value, digits) + "\u2009" + unit;
}

std::vector<store::ComparedItem> itemsOfPlate(const store::Library& library, store::StudyId study,
                                              const std::string& metric, const std::string& asset,
                                              const std::vector<std::string>& series,
                                              std::optional<double> rate) {
    std::vector<store::ComparedItem> chosen;
    for (const curves::SeriesInfo& one : store::seriesOf(library, study)) {
        if (!series.empty() && std::find(series.begin(), series.end(), one.slug) == series.end()) continue;
        const std::vector<store::ComparedItem> items =
            store::comparedItems(library, study, metric, asset, one.slug);
        if (items.empty()) continue;
        if (!rate) rate = items[items.size() / 2].rate;
        chosen.push_back(store::nearestInRate(items, *rate));
    }
    if (chosen.empty())
        throw Error(ErrorKind::Usage,
                    "No finished item has the asset \"" + asset + "\", these series and " + metric + ".",
                    "`ratescope-cli export --view items` lists assets and series.");
    return chosen;
}

Plate makePlate(const std::string& asset, const QImage& original, const std::vector<PlatePicture>& pictures,
                const std::optional<QRect>& crop, int columns) {
    const QRect part = crop.value_or(QRect(QPoint(), original.size()));
    requireWithin(original.size(), part);
    Plate plate;
    plate.columns = columns;
    plate.cells.push_back({original.copy(part), "Original", {asset}, {}});
    if (part.size() != original.size()) addOverview(plate, original, part);
    std::vector<std::string> branches;
    for (const auto& [compared, picture] : pictures) {
        const store::ItemRow& item = compared.item;
        if (std::find(branches.begin(), branches.end(), item.branch) == branches.end())
            branches.push_back(item.branch);
        const auto branch = static_cast<std::size_t>(
            std::find(branches.begin(), branches.end(), item.branch) - branches.begin());
        if (picture.size() != original.size())
            throw Error(
                ErrorKind::Input, item.seriesTitle + " has a picture of another size than the original.",
                "Leave that series out with --series, or bring it to the original's size in the document.");
        plate.cells.push_back({picture.copy(part),
                               item.seriesTitle,
                               {numberWithUnit(compared.rate, compared.rateKind->unit) + ", " +
                                    numberWithUnit(compared.quality, compared.metric.unit),
                                sweptText(item)},
                               curves::seriesStyle(branch, 0).colour});
    }
    return plate;
}

Provenance plateProvenance(const std::filesystem::path& library, const store::StudyRecord& study,
                           const std::string& asset, const std::string& metric) {
    return {QString::fromStdString(study.title.empty() ? study.name : study.title),
            QString::fromStdString("Library " + library.filename().string() + ", study " + study.name +
                                   " (document " + study.documentId + "), asset " + asset + ", " + metric)};
}

}  // namespace ratescope::views
