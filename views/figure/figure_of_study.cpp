#include "views/figure/figure_of_study.h"

#include "core/curves/bd_table.h"
#include "core/curves/csv.h"
#include "core/curves/rd_plot.h"
#include "core/store/attributes.h"
#include "core/store/study_curves.h"
#include "core/store/study_methods.h"
#include "views/figure/bd_table_painter.h"
#include "views/figure/plate_choice.h"
#include "views/figure/plot_painter.h"

#include <QPainter>
#include <algorithm>

namespace ratescope::views {
namespace {

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

std::optional<curves::Interval> intervalOf(const std::optional<graph::FigureLimits>& limits) {
    if (!limits) return std::nullopt;
    return curves::Interval{limits->low, limits->high};
}

std::optional<curves::Corner> cornerOf(graph::LegendPlace place) {
    switch (place) {
        case graph::LegendPlace::TopLeft:
            return curves::Corner::TopLeft;
        case graph::LegendPlace::TopRight:
            return curves::Corner::TopRight;
        case graph::LegendPlace::BottomLeft:
            return curves::Corner::BottomLeft;
        case graph::LegendPlace::BottomRight:
            return curves::Corner::BottomRight;
        case graph::LegendPlace::Auto:
        case graph::LegendPlace::None:
            break;
    }
    return std::nullopt;
}

template <typename Name>
auto required(const std::optional<Name>& known, const std::string& text, const char* what,
              const char* names) {
    if (known) return *known;
    throw Error(ErrorKind::Usage, "There is no " + std::string(what) + " \"" + text + "\".",
                std::string("Give ") + names + ".");
}

curves::RdPlotOptions plotOptions(const graph::FigureSpec& spec, const std::string& anchor) {
    curves::RdPlotOptions options;
    options.title = spec.title;
    options.dataset = spec.dataset;
    options.anchor = anchor;
    options.method =
        required(curves::bdMethodFromText(spec.method), spec.method, "BD method", "pchip, akima or cubic");
    options.xScale = spec.logX ? curves::Scale::Log : curves::Scale::Linear;
    options.yScale = spec.logY ? curves::Scale::Log : curves::Scale::Linear;
    options.xLimits = intervalOf(spec.xLimits);
    options.yLimits = intervalOf(spec.yLimits);
    options.bands = spec.bands;
    options.grid = spec.grid;
    options.legend = spec.legend != graph::LegendPlace::None;
    options.corner = cornerOf(spec.legend);
    options.bdTable = spec.bdTable || spec.kind == graph::FigureKind::Table;
    return options;
}

std::vector<curves::BdComparison> comparisonsOf(const graph::FigureSpec& spec,
                                                const curves::RdPlotOptions& options,
                                                const std::vector<curves::Curve>& curves,
                                                const store::Library& library,
                                                const store::StudyRecord& study) {
    if (!options.bdTable) return {};
    curves::CompareOptions compare;
    compare.method = options.method;
    compare.averaging = required(curves::bdAveragingFromText(spec.averaging), spec.averaging, "averaging",
                                 "per-item or mean-curve");
    compare.hull = spec.hull;
    compare.bootstrap = options.bootstrap;
    if (!spec.by.empty()) {
        compare.groups = store::attributeOfAssets(library, study.id, spec.by);
        compare.groupedBy = spec.by;
    }
    return curves::compareWithAnchor(curves, options.anchor, compare);
}

curves::PlotSpec plotOf(const graph::FigureSpec& spec, const std::string& anchor,
                        std::vector<curves::Curve>& curves, const store::Library& library,
                        const store::StudyRecord& study) {
    const curves::RdPlotOptions options = plotOptions(spec, anchor);
    if (spec.kind == graph::FigureKind::Relative) return curves::makeRcdPlot(curves, options);
    if (options.bands && spec.kind == graph::FigureKind::Curves)
        for (curves::Curve& curve : curves)
            curve = curves::withBands(std::move(curve), options.bootstrap);
    return curves::makeRdPlot(curves, comparisonsOf(spec, options, curves, library, study), options);
}

std::vector<FigureSeries> availableOf(const std::vector<curves::Curve>& all, const std::string& anchor) {
    std::vector<FigureSeries> available;
    const auto black =
        std::find_if(all.begin(), all.end(), [&](const auto& curve) { return curve.series == anchor; });
    std::size_t imported = 0;
    for (const curves::Curve& curve : all) {
        const bool grey = curve.imported() && curve.series != anchor;
        available.push_back(
            {curve.series, curve.title,
             grey ? curves::importedStyle(imported++)
                  : curves::seriesStyle(curves::orderAfterAnchor(curve.branchIndex, black->branchIndex),
                                        curves::orderAfterAnchor(curve.seriesIndex, black->seriesIndex)),
             curve.points.size(), curve.imported()});
    }
    return available;
}

Provenance provenanceOf(const store::Library& library, const store::StudyRecord& study,
                        const graph::FigureSpec& spec) {
    const std::string file = library.file().filename().string();
    return {QString::fromStdString(study.title.empty() ? study.name : study.title),
            QString::fromStdString("Library " + file + ", study " + study.name + " (document " +
                                   study.documentId + "), y " + spec.y + ", BD by " + spec.method +
                                   ", bootstrap seed " + std::to_string(curves::BootstrapOptions{}.seed))};
}

void fitHeight(StudyFigure& figure) {
    if (!figure.plot.bdTable || figure.spec.heightMm) return;
    const double table = tableHeight(*figure.plot.bdTable, figure.style);
    if (figure.spec.kind == graph::FigureKind::Table)
        figure.style.millimetres.setHeight(table);
    else
        figure.style.millimetres.rheight() += table;
}

}  // namespace

FigureStyle styleOf(const graph::FigureSpec& spec) {
    FigureStyle style = presetStyle(spec.preset);
    if (spec.widthMm) style.millimetres.setWidth(*spec.widthMm);
    if (spec.heightMm) style.millimetres.setHeight(*spec.heightMm);
    if (spec.labelPoints) style.labelPoints = *spec.labelPoints;
    if (spec.tickPoints) style.tickPoints = *spec.tickPoints;
    if (spec.linePoints) style.linePoints = *spec.linePoints;
    return style;
}

StudyFigure figureOfStudy(const graph::FigureSpec& spec, const store::Library& library,
                          const store::StudyRecord& study, const graph::Catalogue& catalogue) {
    StudyFigure figure;
    figure.spec = spec;
    figure.style = styleOf(spec);
    const std::vector<curves::Curve> all = store::studyCurves(library, study, spec.y, spec.x);
    std::vector<curves::Curve> shown = chosenCurves(all, spec.series);
    figure.anchor = spec.anchor.empty() ? shown.front().series : spec.anchor;
    figure.provenance = provenanceOf(library, study, spec);
    if (spec.kind == graph::FigureKind::Plate) {
        figure.plate = plateOfStudy(spec, library, study.id);
        figure.plot.caption = captionOf(*figure.plate, spec);
        figure.provenance = plateProvenance(library.file(), study, figure.plate->asset, spec.y);
    } else {
        figure.plot = plotOf(spec, figure.anchor, shown, library, study);
    }
    figure.available = availableOf(all, figure.anchor);
    figure.xId = all.front().x.id;
    figure.yId = all.front().y.id;
    figure.pointsCsv = curves::csvOfPoints(shown);
    const store::Citations citations = store::citationsOf(store::methodsOf(library, study, catalogue, shown));
    if (!citations.text.empty()) figure.plot.caption += " " + citations.text;
    figure.references = citations.references;
    figure.caption = figure.plot.caption;
    for (const std::string& reference : figure.references)
        figure.caption += (reference == figure.references.front() ? "\n\n" : "\n") + reference;
    fitHeight(figure);
    return figure;
}

StudyFigure withPictures(StudyFigure figure, const PictureOf& pictureOf) {
    Plate& drawn = figure.plate->drawn.emplace(drawnPlate(*figure.plate, figure.spec, pictureOf));
    figure.style.millimetres.setHeight(plateHeight(drawn, figure.style));
    return figure;
}

void paintFigure(QPainter& painter, const StudyFigure& figure) {
    if (figure.plate) {
        if (!figure.plate->drawn)
            throw Error(ErrorKind::Usage, "The plate's pictures are not decoded yet.",
                        "Wait until they are shown.");
        return paintPlate(painter, *figure.plate->drawn, figure.style);
    }
    if (figure.spec.kind != graph::FigureKind::Table) return paintPlot(painter, figure.plot, figure.style);
    const QRectF page(QPointF(), figure.style.millimetres * unitsPerMillimetre);
    painter.fillRect(page, Qt::white);
    if (figure.plot.bdTable)
        paintBdTable(painter, *figure.plot.bdTable, figure.plot.series, page, figure.style);
}

Legibility legibilityOf(const StudyFigure& figure) {
    const bool onlyTable = figure.spec.kind == graph::FigureKind::Table;
    Legibility legibility;
    legibility.leastPoints = onlyTable || figure.plate
                                 ? figure.style.tickPoints
                                 : std::min(figure.style.labelPoints, figure.style.tickPoints);
    const auto& series = figure.plot.series;
    for (std::size_t i = 0; i < series.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (series[i].style.marker == series[j].style.marker &&
                series[i].style.dash == series[j].style.dash)
                return {legibility.leastPoints, series[j].title, series[i].title};
    return legibility;
}

}  // namespace ratescope::views
