#pragma once

// Where everything stands on a node: made once for a content, used for painting, for wires and under the pointer.

#include "views/graph/graph_edits.h"
#include "views/graph/node_content.h"

#include <QFont>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <optional>
#include <vector>

namespace ratescope::views {

struct PortPlace {
    PortEnd end;
    QPointF centre;
    QString label, toolTip;
    graph::PortType type = graph::PortType::Image;
    bool takesSeveral = false;
};

struct CandidatePlace {
    graph::Wire wire;
    QPointF centre;
    CandidateLine line;
};

struct ChipPlace {
    QRectF place;
    Chip chip;  ///< elided
};

struct NodeGeometry {
    QSizeF size;
    QString title, name, complaint, details;  ///< elided; empty for none
    QRectF complaintPlace, detailsPlace;
    double nameLeft = 0;
    std::vector<PortPlace> ports;
    std::vector<CandidatePlace> candidates;
    std::vector<ChipPlace> chips;
    QString chipsToolTip;  ///< all of them, where some are left out
};

NodeGeometry geometryOf(const NodeContent& content);

/// The fonts of nodes: fixed in the scene's own pixels, zoomed with it.
QFont nodeTitleFont();
QFont nodeTextFont();

}  // namespace ratescope::views
