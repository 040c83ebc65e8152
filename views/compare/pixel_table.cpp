#include "views/compare/pixel_table.h"

#include "views/controls/figure_delegate.h"
#include "views/controls/section_header.h"
#include "views/controls/tabular.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QHeaderView>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace ratescope::views {
namespace {

constexpr int mostRows = 6;

}  // namespace

void PixelModel::setSources(const std::vector<PixelSource>& sources) {
    if (sources == sources_) return;
    beginResetModel();
    sources_ = sources;
    channels_.clear();
    // Pictures of unlike models each name their own in the tool tip; the header takes the longest list.
    for (const PixelSource& source : sources_)
        if (source.picture && source.picture->channels().size() > channels_.size())
            channels_ = source.picture->channels();
    read();
    endResetModel();
}

void PixelModel::setPixel(std::optional<QPoint> pixel) {
    if (pixel == pixel_) return;
    pixel_ = pixel;
    read();
    if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void PixelModel::read() {
    values_.assign(sources_.size(), {});
    if (!pixel_) return;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const auto& picture = sources_[i].picture;
        if (picture && QRect(QPoint(), picture->size()).contains(*pixel_))
            values_[i] = picture->at(pixel_->x(), pixel_->y());
    }
}

int PixelModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(sources_.size());
}

int PixelModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(channels_.size()) + 2;
}

std::optional<int> PixelModel::largestDifference(int row) const {
    const auto i = static_cast<std::size_t>(row);
    if (row <= 0 || values_[i].empty() || values_[0].empty()) return std::nullopt;
    if (!sources_[0].picture->comparable(*sources_[i].picture)) return std::nullopt;
    int largest = 0;
    for (std::size_t channel = 0; channel < values_[i].size(); ++channel) {
        const int difference = values_[i][channel] - values_[0][channel];
        if (std::abs(difference) > std::abs(largest)) largest = difference;
    }
    return largest;
}

QColor PixelModel::swatchOf(const PixelSource& source) const {
    std::array<float, 3> rgb{};
    source.picture->rgbRow(pixel_->x(), pixel_->y(), 1, 1, rgb.data());
    const auto level = [](float value) { return static_cast<int>(std::lround(value)); };
    return {level(rgb[0]), level(rgb[1]), level(rgb[2])};
}

QVariant PixelModel::text(int row, int column) const {
    const auto i = static_cast<std::size_t>(row);
    if (column == 0) return sources_[i].title;
    if (column == columnCount() - 1) {
        const std::optional<int> largest = largestDifference(row);
        if (row == 0 || !pixel_) return QString();
        return numberText(largest ? std::optional<double>(*largest) : std::nullopt, 0);
    }
    const auto channel = static_cast<std::size_t>(column - 1);
    return channel < values_[i].size() ? QString::number(values_[i][channel]) : QString();
}

QVariant PixelModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const PixelSource& source = sources_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return text(index.row(), index.column());
        case Qt::TextAlignmentRole:
            return static_cast<int>((index.column() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case FigureDelegate::swatchRole:
            if (index.column() != 0) return {};
            return values_[static_cast<std::size_t>(index.row())].empty() ? colour(Token::Viewer)
                                                                          : swatchOf(source);
        case Qt::ToolTipRole:
            return source.picture ? tr("%1: %2, %3 bit")
                                        .arg(source.title, source.picture->model())
                                        .arg(source.picture->bitDepth())
                                  : source.title;
        default:
            return {};
    }
}

QVariant PixelModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section >= columnCount()) return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    if (section == columnCount() - 1) return tr("Largest Δ");
    if (section > 0) return channels_[section - 1];
    const bool known = !sources_.empty() && sources_.front().picture;
    return known ? tr("%1 bit").arg(sources_.front().picture->bitDepth()) : QString();
}

PixelTable::PixelTable(QWidget* parent)
    : QWidget(parent),
      model_(new PixelModel(this)),
      header_(new SectionHeader(tr("Pixel"), this)),
      view_(new QTableView(this)) {
    view_->setModel(model_);
    view_->setFont(tableFont());
    view_->setAccessibleName(tr("Samples of the pixel"));
    view_->setShowGrid(false);
    view_->setSelectionMode(QAbstractItemView::NoSelection);
    view_->setTabKeyNavigation(false);
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setDefaultSectionSize(measure::row);
    view_->verticalHeader()->setMinimumSectionSize(measure::row);
    view_->horizontalHeader()->setFont(tableFont());
    view_->horizontalHeader()->setFixedHeight(measure::row);
    view_->horizontalHeader()->setMinimumSectionSize(40);
    view_->horizontalHeader()->setHighlightSections(false);
    view_->setItemDelegate(new FigureDelegate(view_));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header_);
    column->addWidget(view_);
    fitHeight();
}

void PixelTable::setSources(const std::vector<PixelSource>& sources) {
    model_->setSources(sources);
    QHeaderView* header = view_->horizontalHeader();
    for (int column = 0; column < model_->columnCount(); ++column)
        header->setSectionResizeMode(column,
                                     column == 0 ? QHeaderView::Stretch : QHeaderView::ResizeToContents);
    fitHeight();
}

void PixelTable::fitHeight() {
    const int rows = std::clamp(model_->rowCount(), 2, mostRows);
    view_->setFixedHeight((rows + 1) * measure::row + 2);
}

void PixelTable::setPixel(std::optional<QPoint> pixel) {
    model_->setPixel(pixel);
    header_->setDetail(pixel ? tr("x %1, y %2").arg(pixel->x()).arg(pixel->y()) : QString());
}

}  // namespace ratescope::views
