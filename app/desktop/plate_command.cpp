#include "app/desktop/command.h"
#include "app/exit_code.h"
#include "core/run/attach.h"
#include "core/store/compared.h"
#include "views/figure/figure_style.h"
#include "views/figure/page.h"
#include "views/figure/picture.h"
#include "views/figure/plate_choice.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace ratescope::desktop {
namespace {

struct PlateChoice {
    std::string library, study, y, asset, preset = "ieee-page", crop;
    std::vector<std::string> series, outputs;
    std::optional<double> rate;
    double width = 0;
    int columns = 0, dpi = 600;
};

/// The reconstruction of each series whose rate is nearest to the one asked for (else to the middle one of the first series).
std::vector<store::ComparedItem> chosenItems(const store::Library& library, store::StudyId study,
                                             const PlateChoice& choice) {
    std::vector<store::ComparedItem> chosen;
    std::optional<double> rate = choice.rate;
    for (const curves::SeriesInfo& series : store::seriesOf(library, study)) {
        const auto& names = choice.series;
        if (!names.empty() && std::find(names.begin(), names.end(), series.slug) == names.end()) continue;
        const std::vector<store::ComparedItem> items =
            store::comparedItems(library, study, choice.y, choice.asset, series.slug);
        if (items.empty()) continue;
        if (!rate) rate = items[items.size() / 2].rate;
        chosen.push_back(store::nearestInRate(items, *rate));
    }
    if (chosen.empty())
        throw Error(
            ErrorKind::Usage,
            "No finished item has the asset \"" + choice.asset + "\", these series and " + choice.y + ".",
            "`ratescope-cli export --view items` lists assets and series.");
    return chosen;
}

std::filesystem::path valueOf(run::Client& client, store::ItemId item, const char* port) {
    return client.request("value", {{"item", item}, {"port", port}}).at("file").get<std::string>();
}

/// Nothing for the whole picture.
std::optional<QRect> cropOf(const PlateChoice& choice) {
    if (choice.crop.empty()) return {};
    const QStringList parts = QString::fromStdString(choice.crop).split(QLatin1Char(','));
    std::vector<int> numbers;
    for (const QString& part : parts) {
        bool valid = false;
        numbers.push_back(part.trimmed().toInt(&valid));
        if (!valid) numbers.clear();
        if (!valid) break;
    }
    if (numbers.size() != 4)
        throw Error(ErrorKind::Usage, "--crop " + choice.crop + " is no crop.",
                    "Give X,Y,WIDTH,HEIGHT in pixels.");
    return QRect(numbers[0], numbers[1], numbers[2], numbers[3]);
}

views::Plate plateOf(const store::Library& library, const std::vector<store::ComparedItem>& chosen,
                     const PlateChoice& choice) {
    const std::optional<QRect> crop = cropOf(choice);
    run::AttachedClient attached(library.file());
    const QImage original =
        views::readPicture(valueOf(attached.client(), chosen.front().item.id, "reference"));
    std::vector<views::PlatePicture> pictures;
    for (const store::ComparedItem& compared : chosen)
        pictures.push_back(
            {compared, views::readPicture(valueOf(attached.client(), compared.item.id, "candidate"))});
    return views::makePlate(choice.asset, original, pictures, crop, choice.columns);
}

int drawPlate(const PlateChoice& choice) {
    const store::Library library(choice.library, store::Access::Read);
    const store::StudyRecord study = library.study(choice.study);
    const views::Plate plate = plateOf(library, chosenItems(library, study.id, choice), choice);
    views::FigureStyle style = views::presetStyle(choice.preset);
    if (choice.width > 0) style.millimetres.setWidth(choice.width);
    style.millimetres.setHeight(views::plateHeight(plate, style));
    const views::Provenance provenance =
        views::plateProvenance(library.file(), study, choice.asset, choice.y);
    for (const std::string& output : choice.outputs)
        views::writePage(QString::fromStdString(output), style.millimetres, provenance, choice.dpi,
                         [&](QPainter& painter) { views::paintPlate(painter, plate, style); });
    return exitDone;
}

}  // namespace

std::function<int()> describePlate(CLI::App& app) {
    auto choice = std::make_shared<PlateChoice>();
    app.add_option("--library", choice->library, "Library to read")->required();
    app.add_option("--study", choice->study, "Study, when the library holds several");
    app.add_option("--asset", choice->asset, "Picture, by its asset name: \"coffee.png\"")->required();
    app.add_option("--y", choice->y, "Metric under each picture")->required();
    app.add_option("--rate", choice->rate, "Show of each series the reconstruction nearest to this rate");
    app.add_option("--series", choice->series, "Only this series (may be given several times)")
        ->take_all()
        ->allow_extra_args(false);
    app.add_option("--crop", choice->crop, "X,Y,WIDTH,HEIGHT in pixels (default: the whole picture)");
    app.add_option("--columns", choice->columns, "Pictures in a row")->check(CLI::Range(1, 20));
    auto* preset =
        app.add_option("--preset", choice->preset, "Width and fonts, as for figure")->capture_default_str();
    app.add_option("--width", choice->width, "Width in mm, in place of the preset's")
        ->check(CLI::Range(20.0, 2000.0))
        ->excludes(preset);
    app.add_option("--dpi", choice->dpi, "Of PNG")->check(CLI::Range(72, 2400))->capture_default_str();
    app.add_option("-o,--output", choice->outputs, "File .pdf, .svg or .png (may be given several times)")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    app.footer(
        "Example:\n  ratescope plate --library photographs.rslib --asset coffee.png --y psnr-rgb --crop "
        "200,120,160,120 -o plate.pdf");
    return [choice] { return drawPlate(*choice); };
}

}  // namespace ratescope::desktop
