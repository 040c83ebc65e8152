#include "app/desktop/command.h"
#include "app/desktop/draw_figure.h"
#include "app/exit_code.h"
#include "core/error.h"

#include <CLI/CLI.hpp>

#include <QString>
#include <QStringList>
#include <memory>
#include <optional>

namespace ratescope::desktop {
namespace {

struct PlateChoice {
    std::string library, study, crop;
    double width = 0;
    graph::FigureSpec spec;
    DrawOrder order;
};

/// Nothing for the whole picture.
std::optional<graph::FigureCrop> cropOf(const PlateChoice& choice) {
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
    return graph::FigureCrop{numbers[0], numbers[1], numbers[2], numbers[3]};
}

int drawPlate(const PlateChoice& choice) {
    const store::Library library(choice.library, store::Access::Read);
    graph::FigureSpec spec = choice.spec;
    spec.kind = graph::FigureKind::Plate;
    spec.crop = cropOf(choice);
    if (choice.width > 0) spec.widthMm = choice.width;
    drawFigure(spec, library, library.study(choice.study), choice.order);
    return exitDone;
}

}  // namespace

std::function<int()> describePlate(CLI::App& app) {
    auto choice = std::make_shared<PlateChoice>();
    graph::FigureSpec& spec = choice->spec;
    spec.preset = "ieee-page";
    app.add_option("--library", choice->library, "Library to read")->required();
    app.add_option("--study", choice->study, "Study, when the library holds several");
    app.add_option("--asset", spec.asset, "Picture, by its asset name: \"coffee.png\"")->required();
    app.add_option("--y", spec.y, "Metric under each picture")->required();
    app.add_option("--rate", spec.rate, "Show of each series the reconstruction nearest to this rate");
    app.add_option("--series", spec.series, "Only this series (may be given several times)")
        ->take_all()
        ->allow_extra_args(false);
    app.add_option("--crop", choice->crop, "X,Y,WIDTH,HEIGHT in pixels (default: the whole picture)");
    app.add_option("--columns", spec.columns, "Pictures in a row")->check(CLI::Range(1, 20));
    auto* preset =
        app.add_option("--preset", spec.preset, "Width and fonts, as for figure")->capture_default_str();
    app.add_option("--width", choice->width, "Width in mm, in place of the preset's")
        ->check(CLI::Range(20.0, 2000.0))
        ->excludes(preset);
    app.add_option("--dpi", spec.dpi, "Of PNG")->check(CLI::Range(72, 2400))->capture_default_str();
    app.add_option("--caption", choice->order.caption, "File for the caption, written from the data");
    app.add_option("-o,--output", choice->order.outputs,
                   "File .pdf, .svg, .png or .caption.txt (may be given several times)")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    app.footer(
        "Example:\n  ratescope plate --library photographs.rslib --asset coffee.png --y psnr-rgb --crop "
        "200,120,160,120 -o plate.pdf");
    return [choice] { return drawPlate(*choice); };
}

}  // namespace ratescope::desktop
