#include "views/figure/plate_figure.h"

#include "core/error.h"
#include "views/figure/plate_choice.h"

#include <set>

namespace ratescope::views {
namespace {

std::vector<std::string> assetsOf(const graph::FigureSpec& spec, const store::Library& library,
                                  store::StudyId study) {
    std::set<std::string> assets;
    for (const curves::ItemPoint& point : store::curvePoints(library, study, spec.y, "").points)
        assets.insert(point.asset);
    if (assets.empty()) throw Error(ErrorKind::Input, "No picture has " + spec.y + " yet.", "Run the study.");
    return {assets.begin(), assets.end()};
}

}  // namespace

FigurePlate plateOfStudy(const graph::FigureSpec& spec, const store::Library& library, store::StudyId study) {
    FigurePlate plate;
    plate.assets = assetsOf(spec, library, study);
    plate.asset = spec.asset.empty() ? plate.assets.front() : spec.asset;
    plate.items = itemsOfPlate(library, study, spec.y, plate.asset, spec.series, spec.rate);
    return plate;
}

std::string captionOf(const FigurePlate& plate, const graph::FigureSpec& spec) {
    const store::ComparedItem& first = plate.items.front();
    std::string caption = plate.asset;
    if (spec.crop)
        caption += ", " + std::to_string(spec.crop->width) + " × " + std::to_string(spec.crop->height) +
                   " pixels at " + std::to_string(spec.crop->x) + ", " + std::to_string(spec.crop->y);
    return caption + ": the original, and of each series the reconstruction whose rate is nearest to " +
           numberWithUnit(spec.rate.value_or(first.rate), first.rateKind->unit) + ", with rate and " +
           first.metric.title + " of the whole picture.";
}

Plate drawnPlate(const FigurePlate& plate, const graph::FigureSpec& spec, const PictureOf& pictureOf) {
    std::vector<PlatePicture> pictures;
    for (const store::ComparedItem& compared : plate.items)
        pictures.push_back({compared, pictureOf(compared.item.id, "candidate")});
    std::optional<QRect> crop;
    if (spec.crop) crop = QRect(spec.crop->x, spec.crop->y, spec.crop->width, spec.crop->height);
    return makePlate(plate.asset, pictureOf(plate.items.front().item.id, "reference"), pictures, crop,
                     spec.columns);
}

}  // namespace ratescope::views
