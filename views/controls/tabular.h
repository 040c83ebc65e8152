#pragma once

// Numbers in tables: figures of equal width whatever the font, digits that their uncertainty earns, columns aligned on
// the decimal point.

#include <QFont>
#include <QRectF>
#include <QString>
#include <optional>

class QPainter;

namespace ratescope::views {

inline constexpr QChar thinSpace(0x2009);  ///< between a number and its unit

/// The width of the text with every figure as wide as the widest.
double tabularWidth(const QFont& font, const QString& text);

/// Draws a line of text, vertically centred, each figure in a cell of equal width. `alignment` is left, right or
/// horizontally centred. In the painter's font and pen.
void drawTabular(QPainter& painter, const QRectF& place, const QString& text,
                 Qt::Alignment alignment = Qt::AlignRight);

/// The same against the right edge, with the decimal point where `decimals` figures have room behind it: the points of
/// a column then stand under each other, whatever the digits of each number.
void drawOnPoint(QPainter& painter, const QRectF& place, const QString& text, int decimals);

/// With so many decimals, in the user's locale, with a true minus sign; "–" for nothing.
QString numberText(std::optional<double> value, int decimals);
/// With so many significant digits.
QString significantText(std::optional<double> value, int digits);
/// "850 B", "1.2 MB", "3.4 GB".
QString bytesText(quint64 bytes);
/// "12 s", "about 4 min", "about 2 h": time left in words.
QString timeLeftText(double seconds);

}  // namespace ratescope::views
