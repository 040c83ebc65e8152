#pragma once

// What the user has selected and what the pointer is on: shared by all panels, on no undo stack. A branch that is
// pointed at lights up everywhere; an item that is selected is selected everywhere.

#include "core/curves/curve.h"
#include "core/store/records.h"

#include <QObject>
#include <optional>
#include <set>
#include <string>

namespace ratescope::views {

/// A point of a curve.
struct PointRef {
    std::string series;  ///< slug
    curves::RowValues values;

    bool operator==(const PointRef&) const = default;
};

class Selection : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

    const std::set<std::string>& nodes() const { return nodes_; }
    /// The one node that is selected; "" for none or several.
    std::string node() const { return nodes_.size() == 1 ? *nodes_.begin() : std::string(); }
    void setNodes(std::set<std::string> nodes);

    std::optional<store::ItemId> item() const { return item_; }
    void setItem(std::optional<store::ItemId> item);

    const std::optional<PointRef>& point() const { return point_; }
    void setPoint(std::optional<PointRef> point);

    /// Slug of the branch under the pointer; "" for none.
    const std::string& pointedBranch() const { return pointedBranch_; }
    void pointAtBranch(const std::string& branch);

    const std::string& anchorSeries() const { return anchorSeries_; }
    void setAnchorSeries(const std::string& series);

  signals:
    void nodesChanged();
    void itemChanged();
    void pointChanged();
    void pointedBranchChanged();
    /// Colours follow: the anchor's branch is black.
    void anchorChanged();
    /// Compare is to show this item's reconstruction beside its original.
    void reconstructionAsked(qint64 item);

  private:
    std::set<std::string> nodes_;
    std::optional<store::ItemId> item_;
    std::optional<PointRef> point_;
    std::string pointedBranch_, anchorSeries_;
};

}  // namespace ratescope::views
