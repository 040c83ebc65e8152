// What the panel asks for: which models there are, what was measured of the two that are looked at, their tensors.

#include "views/controls/series_mark.h"
#include "views/model/layer_chart.h"
#include "views/model/model_panel.h"
#include "views/model/numbers_model.h"
#include "views/model/tensor_model.h"
#include "views/model/tensor_table_view.h"
#include "views/model/tensor_view.h"
#include "views/session/measured.h"
#include "views/theme/tokens.h"

#include <QHeaderView>
#include <QIcon>
#include <QScrollBar>
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace ratescope::views {
namespace {

/// How much is known of layers: it grows while the study runs.
std::size_t figuresIn(const std::vector<LayerFigures>& layers) {
    const auto sensitivities = std::ranges::count_if(
        layers, [](const LayerFigures& layer) { return !std::isnan(layer.sensitivity); });
    return layers.size() + static_cast<std::size_t>(sensitivities);
}

}  // namespace

void ModelPanel::startAnew() {
    items_.clear();
    details_.clear();
    a_.reset();
    b_.reset();
    shown_ = {};
    hasItems_ = kindChosen_ = itemsAsked_ = itemsAgain_ = tableWaits_ = detailsWait_ = false;
    profiles_.clear();
    tensors_->setTable({});
    chart_->setTable({}, tensors_->errorKind());
    numbers_->setNumbers({}, {});
    bar_->setItems({}, {});
    tensor_->setRow({});
    current_ = -1;
    refresh();
    askItems();
}

void ModelPanel::askItems() {
    const std::vector<ModelMeasure> measures = modelMeasures(session_.document);
    if (measures.empty()) return takeItems({});
    // One at a time: a study that runs commits four times a second.
    if (std::exchange(itemsAsked_, true)) {
        itemsAgain_ = true;
        return;
    }
    session_.results.ask(
        this, "items", [measures](const OpenLibrary& open) { return modelItemsOf(open, measures); },
        [this](const std::vector<ModelItem>& items) {
            itemsAsked_ = false;
            takeItems(items);
            if (std::exchange(itemsAgain_, false)) askItems();
        },
        [this](const Error& error) {
            itemsAsked_ = false;
            emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
        });
}

void ModelPanel::takeItems(std::vector<ModelItem> items) {
    hasItems_ = !items.empty();
    if (items != items_) {
        items_ = std::move(items);
        fillBar();
    }
    const auto a = indexOf(a_) >= 0 ? a_ : hasItems_ ? std::optional(items_.front().id) : std::nullopt;
    choose(a, indexOf(b_) >= 0 ? b_ : std::nullopt);
    refresh();
}

void ModelPanel::fillBar() {
    std::map<std::string, QIcon> marks;
    bar_->setItems(items_, [&](const ModelItem& item) {
        const auto [mark, isNew] = marks.try_emplace(item.series);
        if (isNew) mark->second = QIcon(seriesMark(session_.styleOfSeries(item.branch, item.series)));
        return mark->second;
    });
    bar_->setChosen(a_, b_);
}

void ModelPanel::choose(std::optional<store::ItemId> a, std::optional<store::ItemId> b) {
    bar_->setChosen(a, b);
    if (a == a_ && b == b_) return;
    a_ = a;
    b_ = b;
    askDetails();
    refresh();
}

void ModelPanel::showItem(store::ItemId item) {
    if (has(item)) choose(item, b_ == item ? std::nullopt : b_);
}

/// The first model of the point.
void ModelPanel::showPoint() {
    const std::optional<PointRef>& point = session_.selection.point();
    if (!point) return;
    for (const ModelItem& item : items_) {
        const bool stands = std::all_of(item.values.begin(), item.values.end(), [&](const auto& value) {
            return std::any_of(point->values.begin(), point->values.end(), [&](const auto& own) {
                return own.first == value.first && own.second == graph::toText(value.second);
            });
        });
        if (item.series == point->series && stands) return showItem(item.id);
    }
}

void ModelPanel::askDetails() {
    if (!isVisible() || !a_) return;
    std::vector<store::ItemId> wanted{*a_};
    if (b_) wanted.push_back(*b_);
    detailsWait_ = true;
    session_.results.ask(
        this, "details",
        [wanted, measures = modelMeasures(session_.document)](const OpenLibrary& open) {
            std::vector<ModelDetail> details;
            for (const store::ItemId item : wanted)
                details.push_back(modelDetailOf(open, item, measures));
            return details;
        },
        [this](const std::vector<ModelDetail>& details) { takeDetails(details); },
        [this](const Error& error) {
            detailsWait_ = false;
            emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
        });
}

void ModelPanel::takeDetails(const std::vector<ModelDetail>& details) {
    detailsWait_ = false;
    details_ = details;
    numbers_->setNumbers(detailOf(a_).numbers, b_ ? std::optional(detailOf(b_).numbers) : std::nullopt);
    QHeaderView* header = numbersTable_->horizontalHeader();
    for (int column = 0; column < numbers_->columnCount(); ++column)
        header->setSectionResizeMode(column, column ? QHeaderView::ResizeToContents : QHeaderView::Stretch);
    wantProfiles();
    askTable();
    refresh();
}

void ModelPanel::wantProfiles() {
    std::vector<ValueKey> keys;
    for (const auto item : {a_, b_})
        if (const auto key = keyOf(item)) keys.push_back(*key);
    profiles_.want(keys);
}

void ModelPanel::askTable() {
    const ModelDetail a = detailOf(a_), b = detailOf(b_);
    const Shown shown{a_, b_, figuresIn(a.layers), figuresIn(b.layers), profileOf(a_), profileOf(b_)};
    if (shown == shown_) return;
    shown_ = shown;
    tableWaits_ = true;
    session_.results.ask(
        this, "tensors",
        [sideA = ModelSide{a.layers, shown.profileA}, sideB = ModelSide{b.layers, shown.profileB},
         hasB = b_.has_value()](const OpenLibrary&) { return tensorTableOf(sideA, hasB ? &sideB : nullptr); },
        [this](const TensorTable& table) { takeTable(table); });
}

void ModelPanel::takeTable(const TensorTable& table) {
    tableWaits_ = false;
    const QString name =
        current_ < 0 ? QString() : tensors_->table().rows[static_cast<std::size_t>(current_)].name;
    const int scrolled = table_->verticalScrollBar()->value();
    const bool otherColumns = table.hasB != tensors_->table().hasB || tensors_->table().rows.empty();
    tensors_->setTable(table);
    if (!kindChosen_ || !tensors_->table().knows(tensors_->errorKind())) {
        const ErrorKindShown kind = tensors_->table().knows(ErrorKindShown::Outputs)
                                        ? ErrorKindShown::Outputs
                                        : ErrorKindShown::Weights;
        tensors_->setErrorKind(kind);
        bar_->setErrorKind(kind);
    }
    chart_->setTable(tensors_->table(), tensors_->errorKind());
    if (otherColumns) table_->layColumns();
    const auto found = std::find_if(table.rows.begin(), table.rows.end(),
                                    [&](const TensorRow& row) { return row.name == name; });
    current_ = found == table.rows.end() ? -1 : static_cast<int>(found - table.rows.begin());
    if (tensors_->rowOf(current_) >= 0)
        table_->setCurrentIndex(tensors_->index(tensors_->rowOf(current_), 0));
    table_->verticalScrollBar()->setValue(scrolled);
    showTensor();
    refresh();
}

int ModelPanel::indexOf(std::optional<store::ItemId> item) const {
    const auto found = std::find_if(items_.begin(), items_.end(),
                                    [&](const ModelItem& one) { return item && one.id == *item; });
    return found == items_.end() ? -1 : static_cast<int>(found - items_.begin());
}

ModelDetail ModelPanel::detailOf(std::optional<store::ItemId> item) const {
    for (const ModelDetail& detail : details_)
        if (item && detail.item == *item) return detail;
    return {};
}

std::optional<ValueKey> ModelPanel::keyOf(std::optional<store::ItemId> item) const {
    const ModelDetail detail = detailOf(item);
    if (!item || detail.metric.empty()) return std::nullopt;
    return ValueKey{*item, "map:" + detail.metric};
}

std::shared_ptr<const TensorProfile> ModelPanel::profileOf(std::optional<store::ItemId> item) const {
    const auto key = keyOf(item);
    if (!key) return nullptr;
    const AskedValues::Asked asked = profiles_.asked(*key);
    const auto* profile = std::any_cast<std::shared_ptr<const TensorProfile>>(&asked.value);
    return profile ? *profile : nullptr;
}

std::optional<Error> ModelPanel::failure() const {
    for (const auto item : {a_, b_})
        if (const auto key = keyOf(item))
            if (const auto asked = profiles_.asked(*key); asked.failure) return asked.failure;
    return std::nullopt;
}

QColor ModelPanel::colourOf(std::optional<store::ItemId> item) const {
    const int index = indexOf(item);
    if (index < 0) return colour(Token::Muted);
    const ModelItem& one = items_[static_cast<std::size_t>(index)];
    return seriesColour(session_.styleOfSeries(one.branch, one.series).colour);
}

}  // namespace ratescope::views
