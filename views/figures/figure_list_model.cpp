#include "views/figures/figure_list_model.h"

#include "core/graph/document.h"
#include "views/controls/tabular.h"
#include "views/figure/plot_frame.h"
#include "views/figures/figure_edits.h"

#include <algorithm>

namespace ratescope::views {
namespace {

constexpr std::size_t mostCorners = 24;  // of a line: it is 40 pixels wide

/// As the figure will be drawn, without what takes long and is not seen in a drawing this small.
graph::FigureSpec withoutBands(graph::FigureSpec figure) {
    figure.bands = false;
    return figure;
}

}  // namespace

FigureSketch sketchOf(const StudyFigure& figure) {
    FigureSketch thumbnail;
    if (figure.plate) {
        thumbnail.pictures = figure.plate->items.size() + 1;
        return thumbnail;
    }
    thumbnail.millimetres = figure.style.millimetres;
    if (figure.spec.kind == graph::FigureKind::Table) {
        thumbnail.rows = figure.plot.bdTable ? figure.plot.bdTable->rows.size() + 1 : 1;
        return thumbnail;
    }
    const PlotFrame frame(QRectF(0, 0, 1, 1), figure.plot.x, figure.plot.y);
    for (const curves::PlotSeries& series : figure.plot.series) {
        QPolygonF line;
        const std::size_t stride = std::max<std::size_t>(1, series.line.size() / mostCorners);
        for (std::size_t i = 0; i < series.line.size(); i += stride)
            line << frame.at(series.line[i].rate, series.line[i].quality);
        if (!series.line.empty()) line << frame.at(series.line.back().rate, series.line.back().quality);
        thumbnail.lines.emplace_back(series.style.colour, line);
    }
    return thumbnail;
}

FigureListModel::FigureListModel(Session& session, QObject* parent)
    : QAbstractListModel(parent), session_(session), figures_(session.document.document().figures) {
    connect(&session.document, &OpenDocument::changed, this, &FigureListModel::follow);
    connect(&session.results, &Results::opened, this, &FigureListModel::refresh);
    refresh();
}

int FigureListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(figures_.size());
}

QVariant FigureListModel::data(const QModelIndex& index, int role) const {
    const graph::FigureSpec* figure = figureAt(index.row());
    if (!index.isValid() || !figure) return {};
    const auto thumbnail = thumbnails_.find(figure->name);
    const bool isTable = figure->kind == graph::FigureKind::Table,
               isPlate = figure->kind == graph::FigureKind::Plate;
    const QSizeF size = thumbnail == thumbnails_.end() ? QSizeF() : thumbnail->second.millimetres;
    const QString sizeText =
        isTable          ? tr("table only")
        : isPlate        ? tr("plate")
        : size.isEmpty() ? tr("not drawn yet")
                         : tr("%1 × %2 mm").arg(numberText(size.width(), 1), numberText(size.height(), 1));
    const QString name = QString::fromStdString(figure->name);
    switch (role) {
        case Qt::DisplayRole:
        case Qt::EditRole:
            return name;
        case Qt::ToolTipRole:
        case Qt::AccessibleTextRole:
            return tr("%1, %2").arg(name, sizeText);
        case SizeRole:
            return sizeText;
        case ThumbnailRole:
            return thumbnail == thumbnails_.end() ? QVariant() : QVariant::fromValue(thumbnail->second);
        default:
            return {};
    }
}

Qt::ItemFlags FigureListModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable | Qt::ItemNeverHasChildren;
}

bool FigureListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    const graph::FigureSpec* figure = figureAt(index.row());
    if (role != Qt::EditRole || !figure) return false;
    graph::FigureSpec changed = *figure;
    const std::string from = figure->name;
    changed.name = value.toString().trimmed().toStdString();
    if (changed.name == from) return true;
    if (!graph::isSlug(changed.name) || session_.document.document().figure(changed.name)) return false;
    emit renamed(from, changed.name);
    changeFigure(session_.document, from, changed, tr("Rename figure %1").arg(QString::fromStdString(from)),
                 false);
    return true;
}

int FigureListModel::rowOf(const std::string& name) const {
    for (std::size_t i = 0; i < figures_.size(); ++i)
        if (figures_[i].name == name) return static_cast<int>(i);
    return -1;
}

const graph::FigureSpec* FigureListModel::figureAt(int row) const {
    return row >= 0 && row < rowCount() ? &figures_[static_cast<std::size_t>(row)] : nullptr;
}

void FigureListModel::refresh() {
    for (const graph::FigureSpec& figure : figures_)
        ask(figure);
}

void FigureListModel::take(const StudyFigure& figure) {
    put(figure.spec.name, sketchOf(figure));
}

void FigureListModel::follow() {
    const std::vector<graph::FigureSpec>& now = session_.document.document().figures;
    if (now == figures_) return;
    const std::vector<graph::FigureSpec> before = figures_;
    if (before.size() == now.size()) {
        figures_ = now;
        for (std::size_t i = 0; i < now.size(); ++i)
            if (!(now[i] == before[i]))
                emit dataChanged(index(static_cast<int>(i)), index(static_cast<int>(i)));
    } else {
        beginResetModel();
        figures_ = now;
        endResetModel();
    }
    for (const graph::FigureSpec& figure : now)
        if (std::find(before.begin(), before.end(), figure) == before.end()) ask(figure);
}

void FigureListModel::ask(const graph::FigureSpec& figure) {
    session_.results.ask(
        this, QString::fromStdString("thumbnail " + figure.name),
        [figure = withoutBands(figure), &catalogue = session_.document.catalogue()](const OpenLibrary& open) {
            return open.study ? sketchOf(figureOfStudy(figure, open.library, *open.study, catalogue))
                              : FigureSketch();
        },
        [this, name = figure.name](const FigureSketch& thumbnail) { put(name, thumbnail); },
        [this, name = figure.name](const Error&) {
            // Why is said where the figure is shown.
            put(name, {});
        });
}

void FigureListModel::put(const std::string& name, FigureSketch thumbnail) {
    if (thumbnails_[name] == thumbnail) return;
    thumbnails_[name] = std::move(thumbnail);
    if (const int row = rowOf(name); row >= 0) emit dataChanged(index(row), index(row));
}

}  // namespace ratescope::views
