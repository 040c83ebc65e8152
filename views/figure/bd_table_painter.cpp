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

/// Text broken between words into lines that fit.
std::vector<QString> wrapped(const QString& text, double width, const QFont& font) {
    std::vector<QString> lines;
    QString line;
    for (const QString& word : text.split(QLatin1Char(' '))) {
        const QString longer = line.isEmpty() ? word : line + QLatin1Char(' ') + word;
        if (!line.isEmpty() && widthOf(longer, font) > width) {
            lines.push_back(line);
            line = word;
        } else {
            line = longer;
        }
    }
    lines.push_back(line);
    return lines;
}

std::vector<QString> noteLines(const curves::BdTable& table, const FigureStyle& style) {
    const double width = style.millimetres.width() * unitsPerMillimetre - 2 * margin();
    std::vector<QString> lines;
    for (const std::string& note : curves::notesOf(table))
        for (const QString& line : wrapped(qt(curves::withMinusSign(note)), width, tableFont(style)))
            lines.push_back(line);
    return lines;
}

/// The table with its first column broken to what the numbers leave of the page.
struct TableText {
    std::vector<std::vector<QString>> titles;  ///< lines of the first column, row by row
    std::vector<std::vector<QString>> cells;   ///< the other columns
    std::vector<double> widths;                ///< the first column's first
    double gap = 0;

    double rows() const {
        double sum = 0;
        for (const auto& lines : titles)
            sum += height(lines.size());
        return sum;
    }
    /// In row heights: further lines of a title stand closer.
    static double height(std::size_t lines) { return 1 + static_cast<double>(lines - 1) * 0.8; }
};

TableText textOf(const curves::BdTable& table, const FigureStyle& style) {
    const QFont font = tableFont(style);
    const auto cells = curves::cellsOf(table);
    TableText text;
    text.widths.assign(cells.front().size(), 0);
    for (const auto& row : cells) {
        text.cells.emplace_back();
        for (std::size_t c = 1; c < row.size(); ++c) {
            text.cells.back().push_back(qt(curves::withMinusSign(row[c])));
            text.widths[c] = std::max(text.widths[c], widthOf(text.cells.back().back(), font));
        }
    }
    const double page = style.millimetres.width() * unitsPerMillimetre - 2 * margin();
    const double least = 6 * unitsPerPoint;
    double left = page;
    for (std::size_t c = 1; c < text.widths.size(); ++c)
        left -= text.widths[c] + least;
    for (std::size_t r = 0; r < cells.size(); ++r) {
        const double sample = r == 0 ? 0 : sampleWidth();
        text.titles.push_back(wrapped(qt(cells[r][0]), left - sample, font));
        for (const QString& line : text.titles.back())
            text.widths[0] = std::max(text.widths[0], sample + widthOf(line, font));
    }
    if (text.widths[0] > left)
        throw Error(ErrorKind::Usage, "The BD table does not fit the width of the page.",
                    "Give a larger --width or a wider preset, or shorter titles.");
    text.gap = least + (left - text.widths[0]) /
                           static_cast<double>(std::max<std::size_t>(1, text.widths.size() - 1));
    return text;
}

const curves::SeriesStyle* styleOf(const std::vector<curves::PlotSeries>& series, const std::string& slug) {
    const auto found =
        std::find_if(series.begin(), series.end(), [&](const auto& one) { return one.series == slug; });
    return found == series.end() ? nullptr : &found->style;
}

void rule(QPainter& painter, const QRectF& place, double y, double points) {
    painter.setPen(QPen(Qt::black, points * unitsPerPoint, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(QPointF(place.left() + margin(), y), QPointF(place.right() - margin(), y));
}

}  // namespace

QSizeF bdTableSize(const curves::BdTable& table, const FigureStyle& style) {
    const double rows =
        textOf(table, style).rows() + 0.6 + static_cast<double>(noteLines(table, style).size()) / rowFactor;
    return {style.millimetres.width() * unitsPerMillimetre, rows * rowHeight(style)};
}

void paintBdTable(QPainter& painter, const curves::BdTable& table,
                  const std::vector<curves::PlotSeries>& series, const QRectF& place,
                  const FigureStyle& style) {
    const QFont font = tableFont(style);
    const double row = rowHeight(style);
    const TableText text = textOf(table, style);
    double y = place.top() + 0.2 * row;
    rule(painter, place, y, 0.8);
    for (std::size_t r = 0; r < text.titles.size(); ++r) {
        double left = place.left() + margin();
        if (r > 0) {
            if (const auto* sample = styleOf(series, table.rows[r - 1].series))
                paintSample(painter, *sample, {left + samplePoints / 2 * unitsPerPoint, y + row / 2}, style);
            left += sampleWidth();
        }
        painter.setPen(Qt::black);
        for (std::size_t line = 0; line < text.titles[r].size(); ++line)
            paintText(painter, {left, y + (0.5 + 0.8 * static_cast<double>(line)) * row}, Qt::AlignLeft,
                      text.titles[r][line], font);
        double right = place.left() + margin() + text.widths[0];
        for (std::size_t c = 1; c < text.widths.size(); ++c) {
            right += text.gap + text.widths[c];
            paintText(painter, {right, y + row / 2}, Qt::AlignRight, text.cells[r][c - 1], font);
        }
        y += TableText::height(text.titles[r].size()) * row;
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
