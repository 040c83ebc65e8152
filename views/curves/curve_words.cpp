#include "views/curves/curve_words.h"

#include "views/controls/tabular.h"
#include "views/figure/qt_text.h"

#include <QCoreApplication>

namespace ratescope::views {
namespace {

QString trCurves(const char* text) {
    return QCoreApplication::translate("Curves", text);
}

QString valueOf(const curves::Quantity& quantity, double value) {
    // A rate spans decades, a metric does not: the one shows figures, the other decimals.
    const bool figures = quantity.kind != curves::Quantity::Kind::Metric || std::abs(value) < 10;
    const QString text = figures ? significantText(value, 4) : numberText(value, 2);
    return quantity.unit.empty() ? text : text + thinSpace + qt(quantity.unit);
}

}  // namespace

QString titleOf(const AxisOption& axis) {
    if (axis.id == "time-encode") return trCurves("Encoding time");
    if (axis.id == "time-decode") return trCurves("Decoding time");
    return qt(axis.title);
}

QString parametersOf(const curves::Point& point) {
    QStringList parts;
    for (const auto& [column, value] : point.values)
        parts << qt(column.substr(column.find('.') + 1)) + " " + qt(value);
    return parts.join(", ");
}

QString valuesOf(const curves::Curve& curve, const curves::Point& point) {
    return valueOf(curve.x, point.x) + ", " + valueOf(curve.y, point.y);
}

QString sampleOf(const curves::Curve& curve, const curves::Point& point, bool pictures) {
    if (curve.imported()) return trCurves("Published: %1").arg(qt(curve.citation));
    if (point.incomplete())
        return (pictures ? trCurves("mean of %1 of %2 pictures so far")
                         : trCurves("mean of %1 of %2 items so far"))
            .arg(point.n)
            .arg(point.expected);
    if (point.n == 1) return pictures ? trCurves("one picture") : trCurves("one item");
    return (pictures ? trCurves("mean of %1 pictures") : trCurves("mean of %1 items")).arg(point.n);
}

QString tipOf(const curves::Curve& curve, const curves::Point& point, bool pictures, const QString& command) {
    QString title = "<b>" + qt(curve.title).toHtmlEscaped() + "</b>";
    const QString parameters = parametersOf(point);
    if (!parameters.isEmpty()) title += ", " + parameters.toHtmlEscaped();
    QStringList lines{title, valuesOf(curve, point).toHtmlEscaped()};
    if (point.interval)
        lines << trCurves("95 % interval: %1 … %2")
                     .arg(valueOf(curve.y, point.interval->low), valueOf(curve.y, point.interval->high));
    lines << sampleOf(curve, point, pictures).toHtmlEscaped();
    if (!command.isEmpty()) lines << trCurves("Made by: %1").arg(command.toHtmlEscaped());
    return "<p style='white-space:pre-wrap'>" + lines.join("<br>") + "</p>";
}

}  // namespace ratescope::views
