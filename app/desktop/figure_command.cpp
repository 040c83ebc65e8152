#include "app/desktop/command.h"
#include "app/exit_code.h"
#include "core/build_info.h"
#include "core/curves/bd_table.h"
#include "core/curves/caption.h"
#include "core/curves/rd_plot.h"
#include "core/store/attributes.h"
#include "core/store/study_curves.h"
#include "views/figure/page.h"
#include "views/figure/plot_painter.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>

namespace ratescope::desktop {
namespace {

struct FigureChoice {
    std::string library, study, x, y, anchor, preset = "ieee-column", method = "pchip", dataset, caption;
    std::vector<std::string> series, outputs;
    std::string by;
    double width = 0, height = 0;
    int dpi = 600;
    bool bdTable = false, logX = false, noBands = false, relative = false;
};

views::FigureStyle styleOf(const FigureChoice& choice) {
    views::FigureStyle style = views::presetStyle(choice.preset);
    if (choice.width > 0) style.millimetres.setWidth(choice.width);
    if (choice.height > 0) style.millimetres.setHeight(choice.height);
    return style;
}

/// Those named, in the order of the study; all if none is named.
std::vector<curves::Curve> chosenCurves(std::vector<curves::Curve> all,
                                        const std::vector<std::string>& names) {
    if (names.empty()) return all;
    for (const std::string& name : names)
        if (std::none_of(all.begin(), all.end(), [&](const auto& curve) { return curve.series == name; })) {
            std::string known;
            for (const curves::Curve& curve : all)
                known += (known.empty() ? "" : ", ") + curve.series;
            throw Error(ErrorKind::Usage, "The study has no series \"" + name + "\".",
                        "Series are " + known + ".");
        }
    std::erase_if(all, [&](const auto& curve) {
        return std::find(names.begin(), names.end(), curve.series) == names.end();
    });
    return all;
}

curves::RdPlotOptions plotOptions(const FigureChoice& choice) {
    curves::RdPlotOptions options;
    options.dataset = choice.dataset;
    options.anchor = choice.anchor;
    options.method = *curves::bdMethodFromText(choice.method);
    options.xScale = choice.logX ? curves::Scale::Log : curves::Scale::Linear;
    options.bands = !choice.noBands;
    options.bdTable = choice.bdTable;
    return options;
}

curves::PlotSpec specOf(const FigureChoice& choice, const store::Library& library,
                        const store::StudyRecord& study) {
    std::vector<curves::Curve> found =
        chosenCurves(store::studyCurves(library, study, choice.y, choice.x), choice.series);
    curves::RdPlotOptions options = plotOptions(choice);
    if (options.anchor.empty()) options.anchor = found.front().series;
    if (choice.relative) return curves::makeRcdPlot(found, options);
    if (options.bands)
        for (curves::Curve& curve : found)
            curve = curves::withBands(std::move(curve), options.bootstrap);
    curves::CompareOptions compare;
    compare.method = options.method;
    compare.bootstrap = options.bootstrap;
    if (!choice.by.empty()) {
        compare.groups = store::attributeOfAssets(library, study.id, choice.by);
        compare.groupedBy = choice.by;
    }
    std::vector<curves::BdComparison> comparisons;
    if (options.bdTable) comparisons = curves::compareWithAnchor(found, options.anchor, compare);
    return curves::makeRdPlot(found, comparisons, options);
}

views::Provenance provenanceOf(const store::Library& library, const store::StudyRecord& study,
                               const FigureChoice& choice) {
    const std::string file = library.file().filename().string();
    return {QString::fromStdString(study.title.empty() ? study.name : study.title),
            QString::fromStdString("Library " + file + ", study " + study.name + " (document " +
                                   study.documentId + "), y " + choice.y + ", BD by " + choice.method +
                                   ", bootstrap seed " + std::to_string(curves::BootstrapOptions{}.seed))};
}

void writeText(const std::string& file, const std::string& text) {
    std::ofstream stream(file, std::ios::binary);
    stream << text << '\n';
    stream.close();
    if (!stream)
        throw Error(ErrorKind::Resource, file + " can't be written.",
                    "Choose a folder that you may write to, with room.");
}

int drawFigure(const FigureChoice& choice) {
    const store::Library library(choice.library, store::Access::Read);
    const store::StudyRecord study = library.study(choice.study);
    const curves::PlotSpec spec = specOf(choice, library, study);
    views::FigureStyle style = styleOf(choice);
    if (spec.bdTable && choice.height == 0)
        style.millimetres.rheight() += views::tableHeight(*spec.bdTable, style);
    for (const std::string& output : choice.outputs)
        views::writePage(QString::fromStdString(output), style.millimetres,
                         provenanceOf(library, study, choice), choice.dpi,
                         [&](QPainter& painter) { views::paintPlot(painter, spec, style); });
    if (!choice.caption.empty()) writeText(choice.caption, spec.caption);
    for (const std::string& note : spec.notes)
        std::cerr << note << '\n';
    return exitDone;
}

}  // namespace

std::function<int()> describeFigure(CLI::App& app) {
    auto choice = std::make_shared<FigureChoice>();
    app.add_option("--library", choice->library, "Library to read")->required();
    app.add_option("--study", choice->study, "Study, when the library holds several");
    app.add_option("--y", choice->y, "Metric: \"psnr-rgb\"")->required();
    app.add_option("--x", choice->x, "Rate, metric, parameter or time (default: the metric's rate)");
    app.add_option("--series", choice->series, "Only this series (may be given several times)")
        ->take_all()
        ->allow_extra_args(false);
    app.add_option("--anchor", choice->anchor, "Series drawn black, and compared with (default: the first)");
    std::string names;
    for (const views::Preset& preset : views::presets())
        names += (names.empty() ? "" : ", ") + preset.name;
    auto* preset =
        app.add_option("--preset", choice->preset, "Size and fonts: " + names)->capture_default_str();
    app.add_option("--width", choice->width, "Width in mm, in place of the preset's")
        ->check(CLI::Range(20.0, 2000.0))
        ->excludes(preset);
    app.add_option("--height", choice->height, "Height in mm, in place of the preset's")
        ->check(CLI::Range(20.0, 2000.0));
    app.add_option("--dpi", choice->dpi, "Of PNG")->check(CLI::Range(72, 2400))->capture_default_str();
    app.add_option("--method", choice->method, "Interpolation of BD numbers and lines")
        ->check(CLI::IsMember({"pchip", "akima", "cubic"}))
        ->capture_default_str();
    app.add_option("--dataset", choice->dataset, "Name of the data set, for the legend");
    auto* table = app.add_flag("--bd-table", choice->bdTable, "BD table below the plot");
    app.add_option("--by", choice->by,
                   "Column of the tables joined to the sources: each group in the BD table too")
        ->needs(table);
    app.add_flag("--log-x", choice->logX, "Logarithmic rate");
    app.add_flag("--no-bands", choice->noBands, "Without the 95 % bands");
    app.add_flag("--relative", choice->relative,
                 "Rate difference over quality against the anchor (RCD plot)");
    app.add_option("--caption", choice->caption, "File for the caption, written from the data");
    app.add_option("-o,--output", choice->outputs, "File .pdf, .svg or .png (may be given several times)")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    app.footer(
        "Example:\n  ratescope figure --library photographs.rslib --y psnr-rgb --bd-table -o rd.pdf -o "
        "rd.svg");
    return [choice] { return drawFigure(*choice); };
}

}  // namespace ratescope::desktop
