#include "views/figure/bd_table_painter.h"

#include "core/curves/text.h"
#include "core/error.h"
#include "views/figure/legend_painter.h"
#include "views/figure/text.h"

#include <algorithm>

namespace ratescope::views {
namespace {

constexpr double rowFactor = 1.3;

QFont tableFont(const FigureStyle& style) {
    return figureFont(style.tickPoints);
}
double rowHeight(const FigureStyle& style) {
    return rowFactor * QFontMetricsF(tableFont(style)).height();
}
double margin() {
    return 3 * unitsPerPoint;
}
double sampleWidth() {
    return (samplePoints + 4) * unitsPerPoint;
}

/// The notes broken into lines that fit the page.
std::vector<QString> noteLines(const curves::BdTable& table, const FigureStyle& style) {
    const QFont font = tableFont(style);
    const double width = style.millimetres.width() * unitsPerMillimetre - 2 * margin();
    std::vector<QString> lines;
    for (const std::string& note : curves::notesOf(table)) {
        QString line;
        for (const QString& word : qt(note).split(QLatin1Char(' '))) {
            const QString longer = line.isEmpty() ? word : line + QLatin1Char(' ') + word;
            if (!line.isEmpty() && widthOf(longer, font) > width) {
                lines.push_back(line);
                line = word;
            } else {
                line = longer;
            }
        }
        lines.push_back(line);
    }
    return lines;
}

const curves::SeriesStyle* styleOf(const std::vector<curves::PlotSeries>& series, const std::string& slug) {
    const auto found =
        std::find_if(series.begin(), series.end(), [&](const auto& one) { return one.series == slug; });
    return found == series.end() ? nullptr : &found->style;
}

std::vector<double> columnWidths(const std::vector<std::vector<std::string>>& cells, const QFont& font) {
    std::vector<double> widths(cells.front().size());
    for (std::size_t r = 0; r < cells.size(); ++r)
        for (std::size_t c = 0; c < widths.size(); ++c) {
            const double sample = c == 0 && r > 0 ? sampleWidth() : 0;
            widths[c] = std::max(widths[c], sample + widthOf(qt(curves::withMinusSign(cells[r][c])), font));
        }
    return widths;
}

void rule(QPainter& painter, const QRectF& place, double y, double points) {
    painter.setPen(QPen(Qt::black, points * unitsPerPoint, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(QPointF(place.left() + margin(), y), QPointF(place.right() - margin(), y));
}

}  // namespace

QSizeF bdTableSize(const curves::BdTable& table, const FigureStyle& style) {
    const double rows = static_cast<double>(table.rows.size()) + 1.6 +
                        static_cast<double>(noteLines(table, style).size()) / rowFactor;
    return {style.millimetres.width() * unitsPerMillimetre, rows * rowHeight(style)};
}

void paintBdTable(QPainter& painter, const curves::BdTable& table,
                  const std::vector<curves::PlotSeries>& series, const QRectF& place,
                  const FigureStyle& style) {
    const QFont font = tableFont(style);
    const double row = rowHeight(style);
    const auto cells = curves::cellsOf(table);
    const std::vector<double> widths = columnWidths(cells, font);
    double text = 0;
    for (const double width : widths)
        text += width;
    const double gap = (place.width() - 2 * margin() - text) /
                       static_cast<double>(std::max<std::size_t>(1, widths.size() - 1));
    if (gap < 2 * unitsPerPoint)
        throw Error(ErrorKind::Usage, "The BD table does not fit the width of the page.",
                    "Give a larger --width or a wider preset, or shorter titles.");

    double y = place.top() + 0.2 * row;
    rule(painter, place, y, 0.8);
    for (std::size_t r = 0; r < cells.size(); ++r) {
        const double middle = y + row / 2;
        double right = place.left() + margin();
        for (std::size_t c = 0; c < widths.size(); ++c) {
            right += widths[c] + (c == 0 ? 0 : gap);
            const QString cell = qt(curves::withMinusSign(cells[r][c]));
            if (c > 0) {
                painter.setPen(Qt::black);
                paintText(painter, {right, middle}, Qt::AlignRight, cell, font);
                continue;
            }
            double left = place.left() + margin();
            if (r > 0) {
                if (const auto* sample = styleOf(series, table.rows[r - 1].series))
                    paintSample(painter, *sample, {left + samplePoints / 2 * unitsPerPoint, middle}, style);
                left += sampleWidth();
            }
            painter.setPen(Qt::black);
            paintText(painter, {left, middle}, Qt::AlignLeft, cell, font);
        }
        y += row;
        if (r == 0) rule(painter, place, y, 0.4);
    }
    rule(painter, place, y, 0.8);
    painter.setPen(Qt::black);
    for (const QString& line : noteLines(table, style)) {
        paintText(painter, {place.left() + margin(), y + row / 2}, Qt::AlignLeft, line, font);
        y += row / rowFactor;
    }
}

}  // namespace ratescope::views
