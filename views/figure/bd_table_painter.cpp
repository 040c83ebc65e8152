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
    // A separator stays at the end of its line.
    const QString bound = QString(text).replace(QStringLiteral(" · "), QStringLiteral("\u00a0· "));
    for (const QString& word : bound.split(QLatin1Char(' '))) {
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
    // What single rows warn of stands in the caption; here their dagger is enough.
    curves::BdTable plain = table;
    for (curves::BdTableRow& row : plain.rows)
        row.warnings.clear();
    std::vector<QString> lines;
    for (const std::string& note : curves::notesOf(plain))
        for (const QString& line : wrapped(qt(note), width, tableFont(style)))
            lines.push_back(line);
    return lines;
}

/// The table with its header and its first column broken to what the numbers leave of the page.
struct TableText {
    std::vector<std::vector<std::vector<QString>>> cells;  ///< lines of each cell, row by row
    std::vector<double> widths;
    double gap = 0;

    /// In row heights: further lines of a cell stand closer.
    double height(std::size_t row) const {
        std::size_t lines = 1;
        for (const auto& cell : cells[row])
            lines = std::max(lines, cell.size());
        return 1 + static_cast<double>(lines - 1) * lineStep;
    }
    double rows() const {
        double sum = 0;
        for (std::size_t row = 0; row < cells.size(); ++row)
            sum += height(row);
        return sum;
    }
    static constexpr double lineStep = 0.8;
};

double longestWord(const QString& text, const QFont& font) {
    double width = 0;
    for (const QString& word : text.split(QLatin1Char(' ')))
        width = std::max(width, widthOf(word, font));
    return width;
}

TableText textOf(const curves::BdTable& table, const FigureStyle& style) {
    const QFont font = tableFont(style);
    std::vector<std::vector<QString>> texts;
    for (const auto& row : curves::cellsOf(table)) {
        texts.emplace_back();
        for (const std::string& cell : row)
            texts.back().push_back(qt(texts.size() == 1 ? cell : curves::withMinusSign(cell)));
    }
    const double least = 4 * unitsPerPoint;
    double left = style.millimetres.width() * unitsPerMillimetre - 2 * margin();
    TableText text;
    text.widths.assign(texts.front().size(), 0);
    for (std::size_t c = 1; c < text.widths.size(); ++c) {
        text.widths[c] = longestWord(texts[0][c], font);
        for (std::size_t r = 1; r < texts.size(); ++r)
            text.widths[c] = std::max(text.widths[c], widthOf(texts[r][c], font));
        left -= text.widths[c] + least;
    }
    for (std::size_t r = 0; r < texts.size(); ++r) {
        const double sample = r == 0 ? 0 : sampleWidth();
        text.cells.emplace_back();
        text.cells.back().push_back(wrapped(texts[r][0], left - sample, font));
        for (const QString& line : text.cells.back().back())
            text.widths[0] = std::max(text.widths[0], sample + widthOf(line, font));
        for (std::size_t c = 1; c < text.widths.size(); ++c)
            text.cells.back().push_back(r == 0 ? wrapped(texts[r][c], text.widths[c], font)
                                               : std::vector{texts[r][c]});
    }
    if (text.widths[0] > left)
        throw Error(ErrorKind::Usage, "The BD table does not fit the width of the page.",
                    "Give a larger width or a wider preset, or shorter titles.");
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
    for (std::size_t r = 0; r < text.cells.size(); ++r) {
        const auto* sample = r == 0 ? nullptr : styleOf(series, table.rows[r - 1].series);
        if (sample)
            paintSample(painter, *sample,
                        {place.left() + margin() + samplePoints / 2 * unitsPerPoint, y + row / 2}, style);
        painter.setPen(Qt::black);
        double right = place.left() + margin();
        for (std::size_t c = 0; c < text.widths.size(); ++c) {
            right += text.widths[c] + (c == 0 ? 0 : text.gap);
            const double left = place.left() + margin() + (r == 0 ? 0 : sampleWidth());
            double middle = y + row / 2;
            for (const QString& line : text.cells[r][c]) {
                paintText(painter, {c == 0 ? left : right, middle}, c == 0 ? Qt::AlignLeft : Qt::AlignRight,
                          line, font);
                middle += TableText::lineStep * row;
            }
        }
        y += text.height(r) * row;
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
