#include "views/model/tensor_rows.h"

#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace ratescope::views {
namespace {

int blockOf(const std::string& name) {
    static const QRegularExpression number("(?:^|\\.)(\\d{1,6})(?:\\.|$)");
    const QRegularExpressionMatch match = number.match(QString::fromStdString(name));
    return match.hasMatch() ? match.captured(1).toInt() : -1;
}

class Joined {
  public:
    void add(const ModelSide& side, TensorSide TensorRow::*which) {
        if (side.profile)
            for (const TensorFacts& facts : side.profile->tensors)
                add({side.profile, &facts}, rowOf(facts.name), which);
        for (const LayerFigures& layer : side.layers)
            add(layer, rowOf(layer.tensor), which);
    }
    /// Block after block, whether the file has them so or not; what is in none stands before or behind them, as there.
    std::vector<TensorRow> take() {
        std::size_t first = 0;
        while (first < rows_.size() && rows_[first].block < 0)
            ++first;
        // In none is −1: as an unsigned number the greatest.
        std::stable_sort(rows_.begin() + static_cast<std::ptrdiff_t>(first), rows_.end(),
                         [](const TensorRow& a, const TensorRow& b) {
                             return static_cast<unsigned>(a.block) < static_cast<unsigned>(b.block);
                         });
        return std::move(rows_);
    }

  private:
    TensorRow& rowOf(const std::string& name) {
        const auto [place, isNew] = places_.try_emplace(name, rows_.size());
        if (isNew) {
            TensorRow& row = rows_.emplace_back();
            row.name = QString::fromStdString(name);
            row.block = blockOf(name);
        }
        return rows_[place->second];
    }

    static void add(std::shared_ptr<const TensorFacts> facts, TensorRow& row, TensorSide TensorRow::*which) {
        row.shape = facts->shape;
        row.type = facts->type;
        row.weights = static_cast<double>(facts->weights);
        row.searched = facts->searched;
        TensorSide& side = row.*which;
        side.error = facts->error;
        side.largestError = facts->largestError;
        side.facts = std::move(facts);
    }

    /// What the measure says of the error stands over what the codec has said.
    static void add(const LayerFigures& layer, TensorRow& row, TensorSide TensorRow::*which) {
        row.searched = true;
        if (std::isnan(row.weights)) row.weights = layer.weights;
        TensorSide& side = row.*which;
        if (layer.weights > 0) side.bits = layer.bits / layer.weights;
        if (!side.facts) side.error = layer.error;
        side.outputError = layer.outputError;
        side.sensitivity = layer.sensitivity;
    }

    std::vector<TensorRow> rows_;
    std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

int TensorTable::worst(ErrorKindShown kind) const {
    int worst = -1;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double error = rows[i].a.errorOf(kind);
        if (!rows[i].searched || std::isnan(error)) continue;
        if (worst < 0 || error > rows[static_cast<std::size_t>(worst)].a.errorOf(kind))
            worst = static_cast<int>(i);
    }
    return worst;
}

bool TensorTable::knows(ErrorKindShown kind) const {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const TensorRow& row) { return !std::isnan(row.a.errorOf(kind)); });
}

TensorTable tensorTableOf(const ModelSide& a, const ModelSide* b) {
    Joined joined;
    joined.add(a, &TensorRow::a);
    if (b) joined.add(*b, &TensorRow::b);
    TensorTable table;
    table.rows = joined.take();
    table.hasB = b != nullptr;
    return table;
}

}  // namespace ratescope::views
