#include "views/theme/window_style.h"

#include "views/theme/icon.h"
#include "views/theme/tokens.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QPainterPath>
#include <QStyleFactory>
#include <QStyleOption>
#include <QTabBar>

namespace ratescope::views {
namespace {

/// Of each side of a mark, icon or text in a cell; the cell itself has as much again, so that its padding is 8.
constexpr int cellMargin = measure::padding / 2;

/// The square of `side` in the middle of the place, on whole pixels.
QRectF squareIn(const QRect& place, int side) {
    return QRect(place.left() + (place.width() - side) / 2, place.top() + (place.height() - side) / 2, side,
                 side);
}

bool enabled(const QStyleOption& option) {
    return option.state & QStyle::State_Enabled;
}

QColor faded(Token token, bool whole) {
    QColor ink = colour(token);
    if (!whole) ink.setAlphaF(0.5f);
    return ink;
}

void paintTick(QPainter& painter, const QRectF& box, const QColor& ink) {
    const auto at = [&](double x, double y) {
        return QPointF(box.left() + box.width() * x, box.top() + box.height() * y);
    };
    QPainterPath tick(at(0.26, 0.52));
    tick.lineTo(at(0.43, 0.69));
    tick.lineTo(at(0.75, 0.33));
    painter.setPen(QPen(ink, 1.75, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(tick);
}

/// With the keyboard on it the frame stands apart from the filling, so that it is seen on accent, too.
void paintCheckBox(QPainter& painter, const QRect& place, const QStyleOption& option, bool focused) {
    const QRectF box = squareIn(place, measure::icon).adjusted(0.5, 0.5, -0.5, -0.5);
    const bool whole = enabled(option);
    const bool filled = option.state & (QStyle::State_On | QStyle::State_NoChange);
    const bool pointed = whole && (option.state & QStyle::State_MouseOver);
    painter.setRenderHint(QPainter::Antialiasing);
    const Token frame = filled || focused || pointed ? Token::Accent : Token::Muted;
    painter.setPen(QPen(faded(frame, whole), focused && !filled ? 2 : 1));
    painter.setBrush(colour(whole ? Token::Surface : Token::Ground));
    painter.drawRoundedRect(box, 3.5, 3.5);
    if (!filled) return;
    painter.setPen(Qt::NoPen);
    painter.setBrush(faded(Token::Accent, whole));
    const double gap = focused ? 2 : 0;
    painter.drawRoundedRect(box.adjusted(gap, gap, -gap, -gap), 3 - gap / 2, 3 - gap / 2);
    if (option.state & QStyle::State_On) return paintTick(painter, box, colour(Token::Surface));
    painter.setPen(QPen(colour(Token::Surface), 1.75, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(box.left() + 4, box.center().y()), QPointF(box.right() - 4, box.center().y()));
}

void paintRadio(QPainter& painter, const QStyleOption& option) {
    const QRectF disc = squareIn(option.rect, measure::icon).adjusted(0.75, 0.75, -0.75, -0.75);
    const bool whole = enabled(option), on = option.state & QStyle::State_On;
    const bool focused = option.state & QStyle::State_HasFocus;
    const bool pointed = whole && (option.state & QStyle::State_MouseOver);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(
        QPen(faded(on || focused || pointed ? Token::Accent : Token::Muted, whole), focused ? 2 : 1.25));
    painter.setBrush(colour(whole ? Token::Surface : Token::Ground));
    painter.drawEllipse(disc);
    if (!on) return;
    painter.setPen(Qt::NoPen);
    painter.setBrush(faded(Token::Accent, whole));
    painter.drawEllipse(disc.center(), 4, 4);
}

void paintBranch(QPainter& painter, const QStyleOption& option) {
    if (!(option.state & QStyle::State_Children)) return;
    const QString name = option.state & QStyle::State_Open ? "chevron-down" : "chevron-right";
    const QRectF place = squareIn(option.rect, measure::icon);
    icon(name, Token::Muted).paint(&painter, place.toRect());
}

void paintArrow(QPainter& painter, QStyle::PrimitiveElement element, const QStyleOption& option) {
    const char* name = element == QStyle::PE_IndicatorArrowUp      ? "chevron-up"
                       : element == QStyle::PE_IndicatorArrowDown  ? "chevron-down"
                       : element == QStyle::PE_IndicatorArrowRight ? "chevron-right"
                                                                   : "chevron-left";
    const int side = std::min({measure::icon, option.rect.width(), option.rect.height()});
    icon(name, Token::Muted)
        .paint(&painter, squareIn(option.rect, side).toRect(), Qt::AlignCenter,
               enabled(option) ? QIcon::Normal : QIcon::Disabled);
}

void paintFocusFrame(QPainter& painter, const QRect& place) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour(Token::Accent), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
}

void paintRow(QPainter& painter, const QStyleOption& option) {
    const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(&option);
    if (option.state & QStyle::State_Selected)
        painter.fillRect(option.rect, colour(Token::Selected));
    else if (enabled(option) && (option.state & QStyle::State_MouseOver))
        painter.fillRect(option.rect, colour(Token::Raised));
    else if (item && item->backgroundBrush.style() != Qt::NoBrush)
        painter.fillRect(option.rect, item->backgroundBrush);
}

void paintTicks(QPainter& painter, const QStyleOptionSlider& option, const QRect& groove, int handle,
                double middle) {
    if (option.tickPosition == QSlider::NoTicks || option.orientation != Qt::Horizontal) return;
    const int step = option.tickInterval > 0 ? option.tickInterval : option.pageStep;
    const int room = groove.width() - handle;
    // Closer than this they are a grey bar.
    if (step <= 0 || room <= 0 || (option.maximum - option.minimum) / step > room / 4) return;
    painter.setPen(QPen(faded(Token::Muted, enabled(option)), 1));
    for (int value = option.minimum; value <= option.maximum; value += step) {
        const double x =
            groove.left() + handle / 2.0 +
            QStyle::sliderPositionFromValue(option.minimum, option.maximum, value, room, option.upsideDown);
        painter.drawLine(QPointF(x, middle + 8), QPointF(x, middle + 11));
    }
}

}  // namespace

WindowStyle::WindowStyle() : QProxyStyle(QStyleFactory::create("Fusion")) {}

void WindowStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                const QWidget* widget) const {
    painter->save();
    switch (element) {
        case PE_IndicatorCheckBox:
            paintCheckBox(*painter, option->rect, *option, option->state & State_HasFocus);
            break;
        case PE_IndicatorItemViewItemCheck:
            // The row has the frame of the keyboard.
            paintCheckBox(*painter, option->rect, *option, false);
            break;
        case PE_IndicatorRadioButton:
            paintRadio(*painter, *option);
            break;
        case PE_IndicatorMenuCheckMark:
            if (option->state & State_On)
                paintTick(*painter, squareIn(option->rect, measure::icon), colour(Token::Text));
            break;
        case PE_IndicatorBranch:
            paintBranch(*painter, *option);
            break;
        case PE_FrameFocusRect:
            // Buttons and fields show it by their own border or mark.
            if (!widget || widget->inherits("QAbstractItemView") || widget->inherits("QTabBar"))
                paintFocusFrame(*painter, option->rect);
            break;
        case PE_IndicatorArrowUp:
        case PE_IndicatorArrowDown:
        case PE_IndicatorArrowLeft:
        case PE_IndicatorArrowRight:
            paintArrow(*painter, element, *option);
            break;
        case PE_PanelItemViewItem:
        case PE_PanelItemViewRow:
            paintRow(*painter, *option);
            break;
        case PE_IndicatorHeaderArrow: {
            const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
            // Qt's "up" is the descending order.
            const bool falling = header && header->sortIndicator == QStyleOptionHeader::SortUp;
            icon(falling ? "chevron-down" : "chevron-up", Token::Muted)
                .paint(painter, squareIn(option->rect, 12).toRect());
            break;
        }
        default:
            QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
    painter->restore();
}

void WindowStyle::drawSlider(const QStyleOptionSlider& option, QPainter& painter,
                             const QWidget* widget) const {
    const QRect groove = proxy()->subControlRect(CC_Slider, &option, SC_SliderGroove, widget);
    const QRect place = proxy()->subControlRect(CC_Slider, &option, SC_SliderHandle, widget);
    const QRectF handle = squareIn(place, 13).adjusted(0.75, 0.75, -0.75, -0.75);
    const bool lying = option.orientation == Qt::Horizontal, whole = enabled(option);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QRectF line = lying ? QRectF(groove.left(), handle.center().y() - 1.5, groove.width(), 3)
                        : QRectF(handle.center().x() - 1.5, groove.top(), 3, groove.height());
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour(Token::Line));
    painter.drawRoundedRect(line, 1.5, 1.5);
    // From where the least value lies to the handle.
    if (lying)
        option.upsideDown ? line.setLeft(handle.center().x()) : line.setRight(handle.center().x());
    else
        option.upsideDown ? line.setTop(handle.center().y()) : line.setBottom(handle.center().y());
    painter.setBrush(whole ? colour(Token::Accent) : colour(Token::Muted));
    painter.drawRoundedRect(line, 1.5, 1.5);
    paintTicks(painter, option, groove, place.width(), handle.center().y());
    const bool focused = option.state & State_HasFocus;
    painter.setPen(QPen(colour(whole ? Token::Accent : Token::Muted), 1.5));
    painter.setBrush(colour(focused ? Token::Accent : Token::Surface));
    painter.drawEllipse(handle);
    if (focused) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour(Token::Surface));
        painter.drawEllipse(handle.center(), 2.5, 2.5);
    }
    painter.restore();
}

void WindowStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                     QPainter* painter, const QWidget* widget) const {
    const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control == CC_Slider && slider) return drawSlider(*slider, *painter, widget);
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

int WindowStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    switch (metric) {
        case PM_IndicatorWidth:
        case PM_IndicatorHeight:
        case PM_ExclusiveIndicatorWidth:
        case PM_ExclusiveIndicatorHeight:
        case PM_SmallIconSize:
        case PM_ListViewIconSize:
        case PM_TabBarIconSize:
        case PM_ButtonIconSize:
        case PM_TreeViewIndentation:
            return measure::icon;
        case PM_ToolBarIconSize:
            return measure::largeIcon;
        case PM_CheckBoxLabelSpacing:
        case PM_RadioButtonLabelSpacing:
            return measure::padding;
        case PM_FocusFrameHMargin:
            return cellMargin - 1;
        case PM_SliderLength:
        case PM_SliderThickness:
            return 15;
        case PM_TabBarTabHSpace: {
            // Without icons, room is short.
            const auto* bar = qobject_cast<const QTabBar*>(widget);
            return bar && bar->count() > 0 && bar->tabIcon(0).isNull()
                       ? 2 * measure::padding
                       : QProxyStyle::pixelMetric(metric, option, widget);
        }
        case PM_TabBarTabShiftVertical:
        case PM_TabBarTabShiftHorizontal:
        case PM_ButtonShiftVertical:
        case PM_ButtonShiftHorizontal:
            return 0;
        default:
            return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int WindowStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                           QStyleHintReturn* returned) const {
    switch (hint) {
        case SH_Slider_AbsoluteSetButtons:
            return Qt::LeftButton;
        case SH_EtchDisabledText:
        case SH_DitherDisabledText:
        case SH_ComboBox_Popup:
            return 0;
        case SH_ItemView_ShowDecorationSelected:
            return 1;
        default:
            return QProxyStyle::styleHint(hint, option, widget, returned);
    }
}

QRect WindowStyle::subElementRect(SubElement element, const QStyleOption* option,
                                  const QWidget* widget) const {
    const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(option);
    if (!item) return QProxyStyle::subElementRect(element, option, widget);
    switch (element) {
        case SE_ItemViewItemFocusRect:
            return item->rect;
        case SE_ItemViewItemCheckIndicator:
        case SE_ItemViewItemDecoration:
        case SE_ItemViewItemText: {
            QStyleOptionViewItem inner = *item;
            inner.rect.adjust(cellMargin, 0, -cellMargin, 0);
            return QProxyStyle::subElementRect(element, &inner, widget);
        }
        default:
            return QProxyStyle::subElementRect(element, option, widget);
    }
}

QSize WindowStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents,
                                    const QWidget* widget) const {
    QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
    if (type == CT_ItemViewItem)
        size = QSize(size.width() + 2 * cellMargin, std::max(size.height(), measure::row));
    if (type == CT_Slider) size = size.expandedTo({measure::field, measure::field});
    return size;
}

}  // namespace ratescope::views
