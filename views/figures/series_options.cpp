#include "views/figures/series_options.h"

#include "views/controls/series_mark.h"
#include "views/controls/tabular.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QApplication>
#include <QKeyEvent>
#include <QListView>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int mostRows = 8;  // before the list scrolls
constexpr double sampleWidth = 30;
constexpr int boxSize = 16;

bool isShown(const graph::FigureSpec& spec, const std::string& series) {
    return spec.series.empty() ||
           std::find(spec.series.begin(), spec.series.end(), series) != spec.series.end();
}

bool sameSeries(const FigureSeries& a, const FigureSeries& b) {
    return a.series == b.series && a.title == b.title && a.style == b.style && a.points == b.points;
}

bool isToggle(const QEvent& event) {
    if (event.type() == QEvent::MouseButtonRelease)
        return static_cast<const QMouseEvent&>(event).button() == Qt::LeftButton;
    return event.type() == QEvent::KeyPress && static_cast<const QKeyEvent&>(event).key() == Qt::Key_Space;
}

}  // namespace

void SeriesModel::put(const graph::FigureSpec& spec, const std::vector<FigureSeries>& available) {
    std::vector<bool> shown;
    for (const FigureSeries& series : available)
        shown.push_back(isShown(spec, series.series));
    const bool same =
        std::equal(series_.begin(), series_.end(), available.begin(), available.end(), sameSeries);
    if (same && shown == shown_) return;
    if (series_.size() == available.size()) {
        series_ = available;
        shown_ = std::move(shown);
        if (!series_.empty()) emit dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    beginResetModel();
    series_ = available;
    shown_ = std::move(shown);
    endResetModel();
}

int SeriesModel::shown() const {
    return static_cast<int>(std::count(shown_.begin(), shown_.end(), true));
}

int SeriesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(series_.size());
}

QVariant SeriesModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const FigureSeries& series = seriesAt(index.row());
    switch (role) {
        case Qt::DisplayRole:
        case Qt::ToolTipRole:
            return QString::fromStdString(series.title);
        case Qt::CheckStateRole:
            return shown_[static_cast<std::size_t>(index.row())] ? Qt::Checked : Qt::Unchecked;
        case SampleRole:
            return QVariant::fromValue(series.style);
        case PointsRole:
            return tr("%n points", nullptr, static_cast<int>(series.points));
        default:
            return {};
    }
}

Qt::ItemFlags SeriesModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemNeverHasChildren;
}

bool SeriesModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || !index.isValid()) return false;
    const auto row = static_cast<std::size_t>(index.row());
    const bool on = value.toInt() == Qt::Checked;
    if (shown_[row] == on || (!on && shown() == 1)) return false;
    shown_[row] = on;
    emit dataChanged(index, index, {Qt::CheckStateRole});
    std::vector<std::string> slugs;
    for (std::size_t i = 0; i < series_.size(); ++i)
        if (shown_[i]) slugs.push_back(series_[i].series);
    if (slugs.size() == series_.size()) slugs.clear();
    emit chosen(slugs);
    return true;
}

void SeriesRow::paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const {
    QStyleOptionViewItem option(given);
    initStyleOption(&option, index);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF row(option.rect);
    if (option.state & QStyle::State_MouseOver) painter->fillRect(row, colour(Token::Raised));
    QStyleOptionButton box;
    box.rect =
        QRect(option.rect.left(), option.rect.top() + (option.rect.height() - boxSize) / 2, boxSize, boxSize);
    box.state =
        QStyle::State_Enabled | (option.checkState == Qt::Checked ? QStyle::State_On : QStyle::State_Off);
    const QWidget* widget = given.widget;
    (widget ? widget->style() : QApplication::style())
        ->drawPrimitive(QStyle::PE_IndicatorCheckBox, &box, painter, widget);
    double left = box.rect.right() + measure::padding;
    const double middle = std::round(row.center().y()) + 0.5;
    paintSeriesLine(*painter, index.data(SeriesModel::SampleRole).value<curves::SeriesStyle>(),
                    {left, middle}, {left + sampleWidth, middle});
    left += sampleWidth + measure::padding;
    painter->setFont(tableFont());
    const QString points = index.data(SeriesModel::PointsRole).toString();
    const double pointsWidth = QFontMetricsF(painter->font()).horizontalAdvance(points) + 2;
    painter->setPen(colour(Token::Muted));
    drawTabular(*painter, row.adjusted(0, 0, -2, 0), points, Qt::AlignRight);
    painter->setPen(colour(option.checkState == Qt::Checked ? Token::Text : Token::Muted));
    painter->setFont(option.font);
    const QRectF text(left, row.top(), row.right() - pointsWidth - measure::padding - left, row.height());
    painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetricsF(option.font).elidedText(option.text, Qt::ElideRight, text.width()));
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(colour(Token::Accent), 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(row.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
    painter->restore();
}

bool SeriesRow::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem&,
                            const QModelIndex& index) {
    if (!isToggle(*event)) return false;
    const bool on = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    return model->setData(index, on ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

QSize SeriesRow::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {120, measure::row};
}

SeriesOptions::SeriesOptions(QWidget* parent)
    : OptionGroup(tr("Series"), parent), model_(new SeriesModel(this)), view_(new QListView(this)) {
    view_->setObjectName("figures.series");
    view_->setAccessibleName(tr("Series of the figure"));
    view_->setModel(model_);
    view_->setItemDelegate(new SeriesRow(view_));
    view_->setFrameShape(QFrame::NoFrame);
    view_->setUniformItemSizes(true);
    view_->setMouseTracking(true);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->viewport()->setAutoFillBackground(false);
    addWide(view_);
    connect(model_, &SeriesModel::chosen, this, [this](const std::vector<std::string>& series) {
        edit(tr("series"), [series](graph::FigureSpec& spec) {
            spec.series = series;
            // Numbers against a series that is not shown would have no line to look at.
            if (!isShown(spec, spec.anchor)) spec.anchor.clear();
        });
    });
}

void SeriesOptions::fill(const graph::FigureSpec& spec, const StudyFigure* figure) {
    if (figure && figure->spec.y == spec.y) model_->put(spec, figure->available);
    setNote(model_->rowCount() == 0 ? QString()
                                    : tr("%1 of %2").arg(model_->shown()).arg(model_->rowCount()));
    view_->setFixedHeight(measure::row * std::clamp(model_->rowCount(), 1, mostRows));
}

}  // namespace ratescope::views
