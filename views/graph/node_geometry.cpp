#include "views/graph/node_geometry.h"

#include "views/controls/tabular.h"
#include "views/graph/graph_look.h"
#include "views/theme/style.h"

#include <QFontMetricsF>
#include <QStringList>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr std::size_t mostChips = 3;
constexpr double textWidth = node_size::width - 2 * node_size::inset;
constexpr double candidateLeft = 30;

void layTitle(NodeGeometry& geometry, const NodeContent& content) {
    const QFontMetricsF metrics(nodeTitleFont()), small(nodeTextFont());
    const double counts = content.counts.isEmpty() ? 0 : tabularWidth(nodeTextFont(), content.counts) + 8;
    const double room = node_size::width - node_size::titleLeft - node_size::countsRight - counts;
    geometry.title = metrics.elidedText(content.title, Qt::ElideRight, room);
    geometry.nameLeft = node_size::titleLeft + metrics.horizontalAdvance(geometry.title) + 8;
    const double left = room - (geometry.nameLeft - node_size::titleLeft);
    if (!content.name.isEmpty() && left > 24)
        geometry.name = small.elidedText(content.name, Qt::ElideRight, left);
}

double layPorts(NodeGeometry& geometry, const NodeContent& content, double top) {
    const auto add = [&](const PortLine& line, bool isOutput, double y) {
        geometry.ports.push_back({{{content.slug, line.id}, isOutput},
                                  {isOutput ? node_size::width : 0, y + node_size::portRow / 2},
                                  line.label,
                                  line.toolTip,
                                  line.type,
                                  line.takesSeveral});
    };
    const QFontMetricsF metrics(nodeTextFont());
    double left = top, right = top;
    for (const PortLine& line : content.inputs) {
        add(line, false, left);
        left += node_size::portRow;
        for (const CandidateLine& candidate : line.candidates) {
            geometry.candidates.push_back(
                {{candidate.from, {content.slug, line.id}}, {0, left + node_size::portRow / 2}, candidate});
            QString& title = geometry.candidates.back().line.title;
            title = metrics.elidedText(title, Qt::ElideRight,
                                       node_size::width - candidateLeft - node_size::inset);
            left += node_size::portRow;
        }
    }
    for (const PortLine& line : content.outputs) {
        add(line, true, right);
        right += node_size::portRow;
    }
    return std::max(left, right);
}

/// Sweeps take a line each where they must, the metrics of a measure one line in all; the rest is counted.
double layChips(NodeGeometry& geometry, const std::vector<Chip>& chips, double top) {
    if (chips.empty()) return top;
    const QFontMetricsF metrics(nodeTextFont());
    const auto widthOf = [&](const QString& text) {
        return std::min(metrics.horizontalAdvance(text) + 2 * node_size::chipPadding, textWidth);
    };
    const double more = widthOf("+99");
    double x = node_size::inset, y = top + 3;
    std::size_t shown = 0;
    for (; shown < std::min(chips.size(), mostChips); ++shown) {
        const Chip& chip = chips[shown];
        const double width = widthOf(chip.text);
        const bool last = shown + 1 == chips.size();
        const double end = node_size::inset + textWidth - (last ? 0 : more + node_size::chipGap);
        if (x > node_size::inset && x + width > (chip.swept ? node_size::inset + textWidth : end)) {
            if (!chip.swept) break;
            x = node_size::inset;
            y += node_size::chip + node_size::chipGap;
        }
        const double room = width - 2 * node_size::chipPadding + 1;
        geometry.chips.push_back({QRectF(x, y, width, node_size::chip),
                                  {metrics.elidedText(chip.text, Qt::ElideRight, room), chip.swept}});
        x += width + node_size::chipGap;
    }
    if (shown < chips.size()) {
        const QString text = QString("+%1").arg(chips.size() - shown);
        if (x + widthOf(text) > node_size::inset + textWidth) {
            x = node_size::inset;
            y += node_size::chip + node_size::chipGap;
        }
        geometry.chips.push_back({QRectF(x, y, widthOf(text), node_size::chip), {text, chips[shown].swept}});
    }
    QStringList all;
    for (const Chip& chip : chips)
        all += chip.text;
    geometry.chipsToolTip = all.join('\n');
    return y + node_size::chip;
}

}  // namespace

QFont nodeTitleFont() {
    return titleFont();
}

QFont nodeTextFont() {
    return tableFont();
}

NodeGeometry geometryOf(const NodeContent& content) {
    NodeGeometry geometry;
    layTitle(geometry, content);
    const QFontMetricsF metrics(nodeTextFont());
    double y = node_size::title + 1;
    if (!content.complaint.isEmpty()) {
        geometry.complaint =
            metrics.elidedText(content.complaint.section('\n', 0, 0), Qt::ElideRight, textWidth);
        geometry.complaintPlace = QRectF(node_size::inset, y + 2, textWidth, node_size::detail);
        y += node_size::detail + 2;
    }
    y = layPorts(geometry, content, y);
    y = layChips(geometry, content.chips, y);
    if (!content.details.isEmpty()) {
        geometry.details = metrics.elidedText(content.details, Qt::ElideRight, textWidth);
        geometry.detailsPlace = QRectF(node_size::inset, y + 2, textWidth, node_size::detail);
        y += node_size::detail + 2;
    }
    geometry.size = QSizeF(node_size::width, std::max(y + 5, node_size::title + 12));
    return geometry;
}

}  // namespace ratescope::views
