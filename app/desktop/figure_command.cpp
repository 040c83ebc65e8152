#include "app/desktop/command.h"
#include "app/desktop/draw_figure.h"
#include "app/exit_code.h"
#include "core/graph/document_json.h"
#include "core/graph/strict_json.h"
#include "views/figure/figure_files.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>

namespace ratescope::desktop {
namespace {

struct FigureChoice {
    std::string library, study, document, figure;
    DrawOrder order;
    graph::FigureSpec spec;
    double width = 0, height = 0;
    std::optional<int> dpi;
    bool noBands = false, relative = false;
};

/// Of the document's file, else of the document that the library has of the study.
graph::FigureSpec figureOfDocument(const FigureChoice& choice, const store::StudyRecord& study) {
    const graph::Document document =
        choice.document.empty()
            ? graph::documentFromJson(graph::parseJson(study.document, "the document of the study"))
            : graph::readDocument(choice.document);
    if (const graph::FigureSpec* figure = document.figure(choice.figure)) return *figure;
    std::string names;
    for (const graph::FigureSpec& figure : document.figures)
        names += (names.empty() ? "" : ", ") + figure.name;
    throw Error(ErrorKind::Usage, "The document has no figure \"" + choice.figure + "\".",
                names.empty() ? "It has none: give --y, or save one in the Figure tab."
                              : "Figures are " + names + ".");
}

/// The one that was asked for; else that of the document's file, where the library has several.
store::StudyRecord studyOf(const FigureChoice& choice, const store::Library& library) {
    if (choice.study.empty() && !choice.document.empty()) {
        const std::string id = graph::readDocument(choice.document).id;
        for (const store::StudyRecord& study : library.studies())
            if (study.documentId == id) return study;
    }
    return library.study(choice.study);
}

graph::FigureSpec specOf(const FigureChoice& choice, const store::StudyRecord& study) {
    graph::FigureSpec spec = choice.figure.empty() ? choice.spec : figureOfDocument(choice, study);
    if (choice.dpi) spec.dpi = *choice.dpi;
    if (!choice.figure.empty()) return spec;
    if (spec.y.empty())
        throw Error(ErrorKind::Usage, "The figure needs a metric.",
                    "Give --y, for example --y psnr-rgb, or --figure NAME.");
    if (choice.width > 0) spec.widthMm = choice.width;
    if (choice.height > 0) spec.heightMm = choice.height;
    if (choice.relative) spec.kind = graph::FigureKind::Relative;
    spec.bands = !choice.noBands;
    return spec;
}

int drawChosen(const FigureChoice& choice) {
    const store::Library library(choice.library, store::Access::Read);
    const store::StudyRecord study = studyOf(choice, library);
    drawFigure(specOf(choice, study), library, study, choice.order);
    return exitDone;
}

void describeSpec(CLI::App& app, FigureChoice& choice) {
    graph::FigureSpec& spec = choice.spec;
    auto* figure = app.add_option("--figure", choice.figure,
                                  "A figure of the document, by its name, in place of what follows");
    app.add_option("--document", choice.document,
                   "Document that has the figure (default: the one that was run into the library)")
        ->needs(figure);
    std::vector<CLI::Option*> options = {
        app.add_option("--y", spec.y, "Metric: \"psnr-rgb\""),
        app.add_option("--x", spec.x, "Rate, metric, parameter or time (default: the metric's rate)"),
        app.add_option("--series", spec.series, "Only this series (may be given several times)")
            ->take_all()
            ->allow_extra_args(false),
        app.add_option("--anchor", spec.anchor, "Series drawn black, and compared with (default: the first)"),
        app.add_option("--method", spec.method, "Interpolation of BD numbers and lines")
            ->check(CLI::IsMember({"pchip", "akima", "cubic"}))
            ->capture_default_str(),
        app.add_option("--dataset", spec.dataset, "Name of the data set, for the legend"),
        app.add_flag("--log-x", spec.logX, "Logarithmic rate"),
        app.add_flag("--log-y", spec.logY, "Logarithmic metric"),
        app.add_flag("--no-bands", choice.noBands, "Without the 95 % bands"),
        app.add_flag("--relative", choice.relative,
                     "Rate difference over quality against the anchor (RCD plot)")};
    std::string names;
    for (const views::Preset& preset : views::presets())
        names += (names.empty() ? "" : ", ") + preset.name;
    auto* preset = app.add_option("--preset", spec.preset, "Size and fonts: " + names)->capture_default_str();
    options.push_back(preset);
    options.push_back(app.add_option("--width", choice.width, "Width in mm, in place of the preset's")
                          ->check(CLI::Range(20.0, 2000.0))
                          ->excludes(preset));
    options.push_back(app.add_option("--height", choice.height, "Height in mm, in place of the preset's")
                          ->check(CLI::Range(20.0, 2000.0)));
    auto* table = app.add_flag("--bd-table", spec.bdTable, "BD table below the plot");
    options.push_back(table);
    options.push_back(
        app.add_option("--by", spec.by,
                       "Column of the tables joined to the sources: each group in the BD table too")
            ->needs(table));
    for (CLI::Option* option : options)
        option->excludes(figure);
    app.add_option("--dpi", choice.dpi, "Of PNG (default: the figure's own, else 600)")
        ->check(CLI::Range(72, 2400));
}

}  // namespace

std::function<int()> describeFigure(CLI::App& app) {
    auto choice = std::make_shared<FigureChoice>();
    app.add_option("--library", choice->library, "Library to read")->required();
    app.add_option("--study", choice->study,
                   "Study, when the library holds several (default: that of --document)");
    describeSpec(app, *choice);
    app.add_option("--caption", choice->order.caption, "File for the caption, written from the data");
    app.add_option(
           "-o,--output", choice->order.outputs,
           "File .pdf, .svg, .png, .tex (pgfplots), .csv, .table.tex, .table.md or .caption.txt (may be "
           "given several times)")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    app.footer(
        "Examples:\n  ratescope figure --library photographs.rslib --y psnr-rgb --bd-table -o rd.pdf -o "
        "rd.svg\n  ratescope figure --library photographs.rslib --document photographs.ratescope --figure "
        "rd-psnr -o rd-psnr.pdf");
    return [choice] { return drawChosen(*choice); };
}

}  // namespace ratescope::desktop
