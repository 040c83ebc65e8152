#include "views/figure/figure_files.h"

#include "core/curves/bd_table.h"
#include "core/curves/pgfplots.h"
#include "core/error.h"
#include "views/figure/plot_painter.h"

#include <QFileInfo>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr double leastPlotMm = 20;

QByteArray bytesOf(const std::string& text) {
    return QByteArray::fromStdString(text);
}

QString formatOf(const QString& file) {
    const QString name = QFileInfo(file).fileName().toLower();
    QString found;
    for (const FigureFormat& format : figureFormats())
        if (name.endsWith('.' + format.suffix) && format.suffix.size() > found.size()) found = format.suffix;
    return found.isEmpty() ? QFileInfo(file).suffix().toLower() : found;
}

std::string pgfplots(const StudyFigure& figure) {
    double height = figure.style.millimetres.height();
    if (figure.plot.bdTable) height -= tableHeight(*figure.plot.bdTable, figure.style);
    if (height < leastPlotMm)
        throw Error(ErrorKind::Usage, "The page is too small for the figure's texts.",
                    "Give it a larger height, or leave the BD table out.");
    return curves::pgfplotsOf(figure.plot, {figure.style.millimetres.width(), height});
}

}  // namespace

const std::vector<FigureFormat>& figureFormats() {
    static const std::vector<FigureFormat> all = {
        {QStringLiteral("pdf"), QStringLiteral("PDF")},
        {QStringLiteral("svg"), QStringLiteral("SVG")},
        {QStringLiteral("png"), QStringLiteral("PNG")},
        {QStringLiteral("tex"), QStringLiteral("pgfplots")},
        {QStringLiteral("csv"), QStringLiteral("CSV")},
        {QStringLiteral("table.tex"), QStringLiteral("LaTeX table")},
        {QStringLiteral("table.md"), QStringLiteral("Markdown table")},
        {QStringLiteral("caption.txt"), QStringLiteral("Caption")},
    };
    return all;
}

bool hasFormat(const StudyFigure& figure, const QString& suffix) {
    if (figure.plate)
        return suffix != QLatin1String("tex") && suffix != QLatin1String("csv") &&
               !suffix.startsWith(QLatin1String("table."));
    if (suffix.startsWith(QLatin1String("table."))) return figure.plot.bdTable.has_value();
    return suffix != QLatin1String("tex") || figure.spec.kind != graph::FigureKind::Table;
}

QByteArray figureBytes(const StudyFigure& figure, const QString& suffix) {
    const auto& formats = figureFormats();
    if (std::none_of(formats.begin(), formats.end(), [&](const auto& one) { return one.suffix == suffix; }))
        throw Error(ErrorKind::Usage, "A figure can't be written as \"" + suffix.toStdString() + "\".",
                    "Give a file name that ends in .pdf, .svg or .png, .tex (pgfplots), .csv, .table.tex, "
                    ".table.md or .caption.txt.");
    if (!hasFormat(figure, suffix))
        throw Error(ErrorKind::Usage, "This figure has nothing to write as ." + suffix.toStdString() + ".",
                    figure.plate                     ? "Write a plate as .pdf, .svg, .png or .caption.txt."
                    : suffix == QLatin1String("tex") ? "Write .table.tex: it is a table alone."
                                                     : "Give it a BD table.");
    if (suffix == QLatin1String("tex")) return bytesOf(pgfplots(figure));
    if (suffix == QLatin1String("csv")) return bytesOf(figure.pointsCsv);
    if (suffix == QLatin1String("table.tex")) return bytesOf(curves::latexOf(*figure.plot.bdTable));
    if (suffix == QLatin1String("table.md")) return bytesOf(curves::markdownOf(*figure.plot.bdTable));
    if (suffix == QLatin1String("caption.txt")) return bytesOf(figure.caption + '\n');
    return pageBytes(suffix, figure.style.millimetres, figure.provenance, figure.spec.dpi,
                     [&](QPainter& painter) { paintFigure(painter, figure); });
}

void writeFigure(const QString& file, const StudyFigure& figure) {
    writeWhole(file, figureBytes(figure, formatOf(file)));
}

}  // namespace ratescope::views
