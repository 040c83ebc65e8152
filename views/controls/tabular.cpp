#include "views/controls/tabular.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace ratescope::views {
namespace {

QString trTabular(const char* text) {
    return QCoreApplication::translate("Tabular", text);
}

/// Of the ten figures of a font, in its units. To ask a font for an advance costs as much as to draw the figure.
struct Figures {
    QFont font;
    std::array<double, 10> advances{};
    double widest = 0;

    explicit Figures(const QFont& of) : font(of) {
        const QFontMetricsF metrics(font);
        for (std::size_t i = 0; i < advances.size(); ++i) {
            advances[i] = metrics.horizontalAdvance(QChar(u'0' + static_cast<char16_t>(i)));
            widest = std::max(widest, advances[i]);
        }
    }

    static bool holds(QChar character) { return character >= u'0' && character <= u'9'; }
    double advanceOf(QChar figure) const {
        return advances[static_cast<std::size_t>(figure.unicode() - u'0')];
    }
};

/// Those of the font asked for last are kept: a table or axis asks for the same one, again and again.
const Figures& figuresOf(const QFont& font) {
    thread_local std::optional<Figures> kept;
    if (!kept || kept->font != font) kept.emplace(font);
    return *kept;
}

/// What a character takes: every figure as much as the widest.
double placeOf(QChar character, const Figures& figures, const QFontMetricsF& metrics) {
    return Figures::holds(character) ? figures.widest : metrics.horizontalAdvance(character);
}

QString withTrueMinus(QString text) {
    return text.replace('-', QChar(0x2212));
}

}  // namespace

double tabularWidth(const QFont& font, const QString& text) {
    const Figures& figures = figuresOf(font);
    const QFontMetricsF metrics(font);
    double width = 0;
    for (const QChar character : text)
        width += placeOf(character, figures, metrics);
    return width;
}

void drawTabular(QPainter& painter, const QRectF& place, const QString& text, Qt::Alignment alignment) {
    const Figures& figures = figuresOf(painter.font());
    const QFontMetricsF metrics(painter.font());
    const double width = tabularWidth(painter.font(), text);
    double x = place.left();
    if (alignment & Qt::AlignRight) x = place.right() - width;
    if (alignment & Qt::AlignHCenter) x = place.center().x() - width / 2;
    const double baseline = place.center().y() + (metrics.ascent() - metrics.descent()) / 2;
    for (const QChar character : text) {
        const double taken = placeOf(character, figures, metrics);
        const double inset = Figures::holds(character) ? (taken - figures.advanceOf(character)) / 2 : 0;
        painter.drawText(QPointF(x + inset, baseline), QString(character));
        x += taken;
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
    return significantText(value, value < 10 ? 2 : 3) + thinSpace + units[unit];
}

QString timeLeftText(double seconds) {
    if (seconds < 1) return trTabular("less than a second");
    if (seconds < 55) return trTabular("about %1 s").arg(std::lround(seconds));
    if (seconds < 55 * 60) return trTabular("about %1 min").arg(std::max(1L, std::lround(seconds / 60)));
    return trTabular("about %1 h").arg(significantText(seconds / 3600, 2));
}

}  // namespace ratescope::views
