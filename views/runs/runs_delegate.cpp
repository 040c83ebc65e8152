#include "views/runs/runs_delegate.h"

#include "views/controls/run_state.h"
#include "views/controls/series_mark.h"
#include "views/controls/tabular.h"
#include "views/runs/runs_model.h"
#include "views/theme/style.h"

#include <QFontMetrics>
#include <QPainter>

namespace ratescope::views {
namespace {

constexpr int chevronWidth = 16, markWidth = 16, glyphWidth = 20;

QString textOf(const QModelIndex& index) {
    return index.data(Qt::DisplayRole).toString();
}

bool isGroup(const QModelIndex& index) {
    return index.data(GroupRole).toBool();
}

QFont fontOf(const QModelIndex& index, int branchColumn) {
    QFont font = tableFont();
    if (isGroup(index) && index.column() == branchColumn) font.setWeight(QFont::DemiBold);
    return font;
}

/// As in resources/icons, without reading a file for every row.
void paintChevron(QPainter& painter, QPointF centre, bool open) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour(Token::Muted), 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    if (open)
        painter.drawPolyline(
            QPolygonF{centre + QPointF(-4, -2), centre + QPointF(0, 2), centre + QPointF(4, -2)});
    else
        painter.drawPolyline(
            QPolygonF{centre + QPointF(-2, -4), centre + QPointF(2, 0), centre + QPointF(-2, 4)});
    painter.restore();
}

/// As long as the text will be, about.
void paintPlaceholder(QPainter& painter, const QRect& place) {
    QRectF bar(place.left(), 0, place.width() * 0.6, 8);
    bar.moveCenter(QPointF(bar.center().x(), place.center().y() + 0.5));
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour(Token::Raised));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawRoundedRect(bar, 4, 4);
}

}  // namespace

RunsDelegate::RunsDelegate(Session& session, const RunsModel& model, QObject* parent)
    : QStyledItemDelegate(parent), session_(session), model_(model) {}

QSize RunsDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const {
    return {contentWidth(tableFont(), index), measure::row};
}

int RunsDelegate::contentWidth(const QFont& font, const QModelIndex& index) const {
    const RunColumn& column = model_.column(index.column());
    double width = tabularWidth(font, textOf(index)) + 2 * measure::padding;
    if (column.kind == RunColumn::Kind::Branch) width += chevronWidth + markWidth;
    if (column.kind == RunColumn::Kind::State) width += glyphWidth;
    return static_cast<int>(width) + 1;
}

void RunsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const {
    painter->save();
    paintGround(*painter, option, index);
    const QRect place = option.rect.adjusted(measure::padding, 0, -measure::padding, -1);
    painter->setFont(fontOf(index, 0));
    painter->setPen(colour(Token::Text));
    switch (model_.column(index.column()).kind) {
        case RunColumn::Kind::Branch:
            paintBranch(*painter, place, index);
            break;
        case RunColumn::Kind::State:
            paintState(*painter, place, index);
            break;
        default:
            if (index.data(ReadRole).toBool())
                paintText(*painter, place, index);
            else
                paintPlaceholder(*painter, place);
    }
    painter->restore();
}

void RunsDelegate::paintGround(QPainter& painter, const QStyleOptionViewItem& option,
                               const QModelIndex& index) const {
    const bool isSelected = option.state & QStyle::State_Selected;
    const std::string pointed = session_.selection.pointedBranch();
    const bool isPointed =
        index.row() == hovered_ ||
        (isGroup(index) && !pointed.empty() && index.data(BranchRole).toString().toStdString() == pointed);
    painter.fillRect(option.rect, colour(isSelected  ? Token::Selected
                                         : isPointed ? Token::Raised
                                                     : Token::Surface));
    painter.setPen(colour(Token::Line));
    painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    if (!(option.state & QStyle::State_HasFocus)) return;
    painter.setPen(colour(Token::Accent));
    painter.drawRect(option.rect.adjusted(0, 0, -1, -1));
}

void RunsDelegate::paintBranch(QPainter& painter, const QRect& place, const QModelIndex& index) const {
    const bool group = isGroup(index);
    const std::string branch = index.data(BranchRole).toString().toStdString();
    QRect rest = place;
    if (model_.choice().groupBy != store::GroupBy::None) {
        if (group)
            paintChevron(painter, QPointF(place.left() + 4, place.center().y() + 0.5),
                         index.data(OpenRole).toBool());
        rest.adjust(chevronWidth, 0, 0, 0);
    }
    if (!branch.empty()) {
        const std::string series = index.data(SeriesRole).toString().toStdString();
        const curves::SeriesStyle style =
            series.empty() ? session_.styleOfBranch(branch) : session_.styleOfSeries(branch, series);
        if (!group && !session_.selection.pointedBranch().empty() &&
            session_.selection.pointedBranch() == branch)
            painter.fillRect(QRect(place.left() - measure::padding, place.top(), 3, place.height()),
                             seriesColour(style.colour));
        paintSeriesMark(painter, style, QPointF(rest.left() + 5, place.center().y() + 0.5), 8);
        rest.adjust(markWidth, 0, 0, 0);
    }
    painter.setPen(colour(group ? Token::Text : Token::Muted));
    const QFontMetrics metrics(painter.font());
    painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(textOf(index), Qt::ElideRight, rest.width()));
}

void RunsDelegate::paintState(QPainter& painter, const QRect& place, const QModelIndex& index) const {
    const auto state = static_cast<RunState>(index.data(StateRole).toInt());
    const QRectF square(place.left() - 2, place.center().y() - 7, measure::icon, measure::icon);
    views::paintState(painter, square, state);
    const QRect rest = place.adjusted(glyphWidth - 2, 0, 0, 0);
    const QFontMetrics metrics(painter.font());
    drawTabular(painter, rest, metrics.elidedText(textOf(index), Qt::ElideRight, rest.width()),
                Qt::AlignLeft);
}

void RunsDelegate::paintText(QPainter& painter, const QRect& place, const QModelIndex& index) const {
    const RunColumn& column = model_.column(index.column());
    if (isGroup(index)) painter.setPen(colour(Token::Muted));
    const QFontMetrics metrics(painter.font());
    const QString text = metrics.elidedText(textOf(index), Qt::ElideRight, place.width() + 1);
    if (!column.isNumber)
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, text);
    else if (column.decimals > 0 && tabularWidth(painter.font(), text) + 24 < place.width())
        drawOnPoint(painter, place, text, column.decimals);
    else
        drawTabular(painter, place, text, Qt::AlignRight);
}

}  // namespace ratescope::views
