#include "views/figures/figure_list.h"

#include "views/figure/marks.h"
#include "views/figures/panel_header.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPainter>
#include <QRegularExpressionValidator>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr int rowHeight = 56;
constexpr QSizeF thumbnailSize(56, 40);

/// The pictures of a plate, row by row, as many as fit.
void paintCells(QPainter& painter, const QRectF& box, std::size_t pictures) {
    constexpr std::size_t columns = 3, rows = 2;
    const QSizeF cell((box.width() + 2) / columns, (box.height() + 2) / rows);
    painter.setPen(Qt::NoPen);
    for (std::size_t i = 0; i < std::min(pictures, columns * rows); ++i) {
        const std::size_t row = i / columns, column = i % columns;
        const QPointF corner(static_cast<double>(column) * cell.width(),
                             static_cast<double>(row) * cell.height());
        painter.setBrush(i == 0 ? QColor(110, 110, 110) : QColor(180, 180, 180));
        painter.drawRect(QRectF(box.topLeft() + corner, cell - QSizeF(2, 2)));
    }
}

/// White whatever the look: it is paper.
void paintThumbnail(QPainter& painter, const QRectF& place, const FigureSketch& thumbnail) {
    painter.setPen(QPen(colour(Token::Line), 1));
    painter.setBrush(Qt::white);
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
    const QRectF box = place.adjusted(8, 6, -8, -7);
    painter.setPen(QPen(QColor(60, 60, 60), 1));
    if (thumbnail.rows > 0) {
        for (int i = 0; i < 4; ++i) {
            const double y = std::floor(box.top() + i * box.height() / 3) + 0.5;
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
            painter.setPen(QPen(QColor(180, 180, 180), 1));
        }
        return;
    }
    if (thumbnail.pictures > 0) return paintCells(painter, box, thumbnail.pictures);
    if (thumbnail.lines.empty()) return;
    painter.save();
    painter.setClipRect(box);
    for (auto line = thumbnail.lines.rbegin(); line != thumbnail.lines.rend(); ++line) {
        QPolygonF placed;
        for (const QPointF& point : line->second)
            placed << QPointF(box.left() + point.x() * box.width(), box.top() + point.y() * box.height());
        painter.setPen(QPen(colourOf(line->first), 1.4));
        painter.drawPolyline(placed);
    }
    painter.restore();
    painter.drawPolyline(QPolygonF{box.topLeft(), box.bottomLeft(), box.bottomRight()});
}

QRectF textPlace(const QRect& row) {
    return QRectF(row).adjusted(2 * measure::padding + thumbnailSize.width(), measure::padding,
                                -measure::padding, -measure::padding);
}

}  // namespace

void FigureRow::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool selected = option.state & QStyle::State_Selected;
    if (selected)
        painter->fillRect(option.rect, colour(Token::Selected));
    else if (option.state & QStyle::State_MouseOver)
        painter->fillRect(option.rect, colour(Token::Raised));
    const QRectF row(option.rect);
    const QRectF picture(QPointF(row.left() + measure::padding,
                                 row.top() + std::round((row.height() - thumbnailSize.height()) / 2)),
                         thumbnailSize);
    paintThumbnail(*painter, picture, index.data(FigureListModel::ThumbnailRole).value<FigureSketch>());
    const QRectF text = textPlace(option.rect);
    const auto line = [&](const QRectF& place, const QFont& font, Token token, const QString& said) {
        painter->setFont(font);
        painter->setPen(colour(token));
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                          QFontMetricsF(font).elidedText(said, Qt::ElideRight, place.width()));
    };
    line(QRectF(text.topLeft(), QSizeF(text.width(), text.height() / 2)),
         selected ? titleFont() : option.font, Token::Text, index.data().toString());
    line(QRectF(QPointF(text.left(), text.center().y()), QSizeF(text.width(), text.height() / 2)),
         tableFont(), Token::Muted, index.data(FigureListModel::SizeRole).toString());
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(colour(Token::Accent), 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(row.adjusted(0.5, 0.5, -0.5, -0.5));
    }
    painter->restore();
}

QSize FigureRow::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {120, rowHeight};
}

QWidget* FigureRow::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex&) const {
    auto* editor = new QLineEdit(parent);
    static const QRegularExpression slug(QStringLiteral("[a-z0-9-]+"));
    editor->setValidator(new QRegularExpressionValidator(slug, editor));
    editor->setAccessibleName(tr("Name of the figure"));
    editor->setToolTip(tr("Letters a to z, digits and hyphens: files are named by it"));
    return editor;
}

void FigureRow::setEditorData(QWidget* editor, const QModelIndex& index) const {
    // Rows change while results come in; what is typed stays.
    if (!qobject_cast<QLineEdit*>(editor)->isModified()) QStyledItemDelegate::setEditorData(editor, index);
}

void FigureRow::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                     const QModelIndex&) const {
    const QRect text = textPlace(option.rect).toRect();
    editor->setGeometry(text.left() - 6, text.top() - 2, text.width() + 10, measure::field);
}

FigureList::FigureList(Session& session, QAction* add, const QList<QAction*>& more, QWidget* parent)
    : QWidget(parent), model_(new FigureListModel(session, this)), view_(new QListView(this)) {
    auto* header = new PanelHeader(tr("Figures"), this);
    header->add(add);
    auto* menuAction = new QAction(icon("more"), tr("More actions"), this);
    menuAction->setToolTip(tr("Duplicate, rename or delete the figure"));
    QToolButton* menuButton = header->add(menuAction);
    menuButton->setObjectName("figures.more");
    menuButton->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(menuButton);
    menu->addActions(more);
    menuButton->setMenu(menu);

    view_->setObjectName("figures.list");
    view_->setAccessibleName(tr("Figures of the document"));
    view_->setModel(model_);
    view_->setItemDelegate(new FigureRow(view_));
    view_->setFrameShape(QFrame::NoFrame);
    view_->setUniformItemSizes(true);
    view_->setMouseTracking(true);
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    view_->addActions(more);
    view_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);

    auto* note = new QLabel(tr("Saved in the document. The same spec makes the same bytes with "
                               "<code>ratescope figure</code>."),
                            this);
    note->setTextFormat(Qt::RichText);
    note->setWordWrap(true);
    note->setProperty("muted", true);
    note->setFont(tableFont());
    note->setMargin(measure::padding);

    onSurface(*this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(view_, 1);
    column->addWidget(note);

    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& now) {
                const graph::FigureSpec* figure = model_->figureAt(now.row());
                if (!figure || figure->name == current_) return;
                current_ = figure->name;
                row_ = now.row();
                emit currentChanged();
            });
    connect(model_, &QAbstractItemModel::modelReset, this, &FigureList::keepCurrent);
    // Undoing a rename changes names without a new list.
    connect(model_, &QAbstractItemModel::dataChanged, this, [this] {
        if (model_->rowOf(current_) < 0) keepCurrent();
    });
    connect(model_, &FigureListModel::renamed, this, [this](const std::string& from, const std::string& to) {
        if (current_ == from) current_ = to;
    });
    keepCurrent();
}

std::string FigureList::current() const {
    return current_;
}

void FigureList::setCurrent(const std::string& name) {
    const int row = model_->rowOf(name);
    if (row < 0) return;
    const bool changes = name != current_;
    current_ = name;
    row_ = row;
    view_->setCurrentIndex(model_->index(row));
    if (changes) emit currentChanged();
}

void FigureList::renameCurrent() {
    view_->setFocus();
    view_->edit(view_->currentIndex());
}

void FigureList::keepCurrent() {
    // Of a figure that is gone the neighbour takes its place.
    const int there = model_->rowOf(current_);
    const int row = there >= 0 ? there : std::clamp(row_, 0, std::max(0, model_->rowCount() - 1));
    row_ = row;
    const graph::FigureSpec* figure = model_->figureAt(row);
    current_ = figure ? figure->name : std::string();
    if (figure) view_->setCurrentIndex(model_->index(row));
    emit currentChanged();
}

}  // namespace ratescope::views
