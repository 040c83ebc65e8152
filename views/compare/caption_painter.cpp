#include "views/compare/caption_painter.h"

#include "views/controls/series_mark.h"
#include "views/controls/tabular.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr double figureGap = 20, unitGap = 4, markWidth = 18, textGap = 8;

double widthOf(const CaptionFigure& figure, const QFont& font) {
    return tabularWidth(font, figure.number) + unitGap + QFontMetricsF(font).horizontalAdvance(figure.unit);
}

void paintFigure(QPainter& painter, const QRectF& place, const CaptionFigure& figure) {
    painter.setPen(colour(Token::Text));
    drawTabular(painter, place, figure.number, Qt::AlignLeft);
    painter.setPen(colour(Token::Muted));
    painter.drawText(place.adjusted(tabularWidth(painter.font(), figure.number) + unitGap, 0, 0, 0),
                     Qt::AlignLeft | Qt::AlignVCenter, figure.unit);
}

}  // namespace

void paintCaption(QPainter& painter, const QRectF& place, const CaptionText& caption) {
    const QFont font = tableFont();
    QFont bold = font;
    bold.setWeight(QFont::DemiBold);
    double left = place.left() + 1;
    if (caption.mark) {
        paintSeriesMark(painter, *caption.mark, QPointF(left + 6, place.center().y()), 9);
        left += markWidth;
    }
    const QFontMetricsF boldMetrics(bold), metrics(font);
    const double title = boldMetrics.horizontalAdvance(caption.title);
    std::size_t count = caption.figures.size();
    const auto figuresWidth = [&] {
        double width = 0;
        for (std::size_t i = 0; i < count; ++i)
            width += widthOf(caption.figures[i], font) + (i ? figureGap : 0);
        return width;
    };
    while (count > 1 && left + title + textGap + figuresWidth() > place.right())
        --count;
    const double right = place.right() - figuresWidth();
    painter.setFont(bold);
    painter.setPen(colour(Token::Text));
    const double room = right - textGap - left;
    const QString shown = boldMetrics.elidedText(caption.title, Qt::ElideRight, std::max(0.0, room));
    painter.drawText(QRectF(left, place.top(), room, place.height()), Qt::AlignVCenter | Qt::AlignLeft,
                     shown);
    const double detailLeft = left + boldMetrics.horizontalAdvance(shown) + textGap;
    painter.setFont(font);
    if (right - textGap > detailLeft + metrics.averageCharWidth() * 3) {
        painter.setPen(colour(Token::Muted));
        const double width = right - textGap - detailLeft;
        painter.drawText(QRectF(detailLeft, place.top(), width, place.height()),
                         Qt::AlignVCenter | Qt::AlignLeft,
                         metrics.elidedText(caption.detail, Qt::ElideRight, width));
    }
    double x = right;
    for (std::size_t i = 0; i < count; ++i) {
        const double width = widthOf(caption.figures[i], font);
        paintFigure(painter, QRectF(x, place.top(), width + 2, place.height()), caption.figures[i]);
        x += width + figureGap;
    }
}

QString captionText(const CaptionText& caption) {
    QString text = caption.title;
    if (!caption.detail.isEmpty()) text += ", " + caption.detail;
    for (const CaptionFigure& figure : caption.figures)
        text += ", " + figure.number + " " + figure.unit;
    return text;
}

}  // namespace ratescope::views
