#include "views/controls/tabular.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

namespace ratescope::views {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Tabular", text);
}

double figureWidth(const QFontMetricsF& metrics) {
    double widest = 0;
    for (char16_t figure = u'0'; figure <= u'9'; ++figure)
        widest = std::max(widest, metrics.horizontalAdvance(QChar(figure)));
    return widest;
}

double advanceOf(const QFontMetricsF& metrics, QChar character, double figure) {
    return character.isDigit() ? figure : metrics.horizontalAdvance(character);
}

QString withTrueMinus(QString text) {
    return text.replace('-', QChar(0x2212));
}

}  // namespace

double tabularWidth(const QFont& font, const QString& text) {
    const QFontMetricsF metrics(font);
    const double figure = figureWidth(metrics);
    double width = 0;
    for (const QChar character : text)
        width += advanceOf(metrics, character, figure);
    return width;
}

void drawTabular(QPainter& painter, const QRectF& place, const QString& text, Qt::Alignment alignment) {
    const QFontMetricsF metrics(painter.font());
    const double figure = figureWidth(metrics), width = tabularWidth(painter.font(), text);
    double x = place.left();
    if (alignment & Qt::AlignRight) x = place.right() - width;
    if (alignment & Qt::AlignHCenter) x = place.center().x() - width / 2;
    const double baseline = place.center().y() + (metrics.ascent() - metrics.descent()) / 2;
    for (const QChar character : text) {
        const double advance = advanceOf(metrics, character, figure);
        const double inset = (advance - metrics.horizontalAdvance(character)) / 2;
        painter.drawText(QPointF(x + inset, baseline), QString(character));
        x += advance;
    }
}

void drawOnPoint(QPainter& painter, const QRectF& place, const QString& text, int decimals) {
    const QString point = QLocale().decimalPoint();
    const qsizetype at = text.indexOf(point);
    const QString behind = at < 0 ? QString() : text.mid(at);
    const QString room = decimals > 0 ? point + QString(decimals, '0') : QString();
    const double left = tabularWidth(painter.font(), room) - tabularWidth(painter.font(), behind);
    drawTabular(painter, place.adjusted(0, 0, -std::max(0.0, left), 0), text);
}

QString numberText(std::optional<double> value, int decimals) {
    if (!value || std::isnan(*value)) return QString(QChar(0x2013));
    if (std::isinf(*value))
        return withTrueMinus(*value > 0 ? QString(QChar(0x221E)) : "-" + QString(QChar(0x221E)));
    return withTrueMinus(QLocale().toString(*value, 'f', decimals));
}

QString significantText(std::optional<double> value, int digits) {
    if (!value || *value == 0 || !std::isfinite(*value)) return numberText(value, 0);
    const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(*value))));
    return numberText(value, std::clamp(digits - 1 - magnitude, 0, 12));
}

QString bytesText(quint64 bytes) {
    static constexpr std::array<const char*, 4> units{"kB", "MB", "GB", "TB"};
    if (bytes < 1000) return QString("%1 B").arg(bytes);
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return significantText(value, value < 10 ? 2 : 3) + QChar(0x2009) + units[unit];
}

QString timeLeftText(double seconds) {
    if (seconds < 1) return tr("less than a second");
    if (seconds < 55) return tr("about %1 s").arg(std::lround(seconds));
    if (seconds < 55 * 60) return tr("about %1 min").arg(std::max(1L, std::lround(seconds / 60)));
    return tr("about %1 h").arg(significantText(seconds / 3600, 2));
}

}  // namespace ratescope::views
