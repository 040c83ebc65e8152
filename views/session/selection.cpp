#include "views/session/selection.h"

#include <utility>

namespace ratescope::views {

void Selection::setNodes(std::set<std::string> nodes) {
    if (nodes == nodes_) return;
    nodes_ = std::move(nodes);
    emit nodesChanged();
}

void Selection::setItem(std::optional<store::ItemId> item) {
    if (item == item_) return;
    item_ = item;
    emit itemChanged();
}

void Selection::setPoint(std::optional<PointRef> point) {
    if (point == point_) return;
    point_ = std::move(point);
    emit pointChanged();
}

void Selection::pointAtBranch(const std::string& branch) {
    if (branch == pointedBranch_) return;
    pointedBranch_ = branch;
    emit pointedBranchChanged();
}

void Selection::setAnchorSeries(const std::string& series) {
    if (series == anchorSeries_) return;
    anchorSeries_ = series;
    emit anchorChanged();
}

}  // namespace ratescope::views
