#pragma once

// What the editor does to a document, each as one undoable edit. Free of widgets.

#include "core/graph/catalogue.h"
#include "core/graph/edit.h"

#include <QByteArray>
#include <QPointF>
#include <QRectF>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ratescope::views {

/// A port of the document, or of a node that is to be made.
struct PortEnd {
    graph::PortRef port;
    bool isOutput = false;

    bool operator==(const PortEnd&) const = default;
};

/// Of the port's manifest; nullptr where there is none.
const graph::Port* portOf(const graph::Document& document, const graph::Catalogue& catalogue,
                          const PortEnd& end);

/// A node of this type with a free name, its parameters at their defaults.
graph::Node newNode(const graph::Document& document, const graph::Manifest& manifest, QPointF place);

/// The wire as the input takes it: beside others, or in place of the one that it has.
std::unique_ptr<graph::Edit> connectPorts(const graph::Document& document, const graph::Catalogue& catalogue,
                                          const graph::Wire& wire);
/// The wire's end goes to another port. `now` may be the same input.
std::unique_ptr<graph::Edit> rewire(const graph::Document& document, const graph::Catalogue& catalogue,
                                    const graph::Wire& before, const graph::Wire& now);

/// The port of such a node that fits the end of a wire, the first that does; nullptr if none does.
const graph::Port* fittingPort(const graph::Document& document, const graph::Catalogue& catalogue,
                               const graph::Manifest& manifest, const PortEnd& end);
/// Ports of the document that a wire from (or to) this one may lead to, in document order.
std::vector<PortEnd> fittingEnds(const graph::Document& document, const graph::Catalogue& catalogue,
                                 const PortEnd& end);

/// Adds the node, wired to the end by the port that fits.
std::unique_ptr<graph::Edit> addWired(const graph::Document& document, const graph::Catalogue& catalogue,
                                      const graph::Node& node, const PortEnd& end);

/// The node between the ends of the wire; nullptr where it does not fit there or is wired already. The node is in the
/// document, or, with `isNew`, is added by the edit.
std::unique_ptr<graph::Edit> insertOnWire(const graph::Document& document, const graph::Catalogue& catalogue,
                                          const graph::Node& node, const graph::Wire& wire, bool isNew);

/// Removes what is named, in one step; nullptr for nothing. Frames are counted in the document.
std::unique_ptr<graph::Edit> removeAll(const graph::Document& document, const std::vector<std::string>& nodes,
                                       const std::vector<graph::Wire>& wires,
                                       const std::set<std::size_t>& frames);

// --- clipboard --------------------------------------------------------------------------------------------------

inline constexpr const char* nodesMimeType = "application/x-ratescope-nodes";

/// The nodes with the wires among them, their sweeps, reaches, marks and the variables that they read: a document of
/// its own.
QByteArray copyNodes(const graph::Document& document, const std::set<std::string>& slugs);

struct Pasted {
    std::unique_ptr<graph::Edit> edit;
    std::set<std::string> slugs;  ///< as they are named here
};

/// What copyNodes gave, under free names, its top left corner at `place`. Nothing where the bytes are none of it.
std::optional<Pasted> pasteNodes(const graph::Document& document, const QByteArray& bytes, QPointF place,
                                 const std::string& title);
/// Top left corner of what was copied; nothing where the bytes are none of it.
std::optional<QPointF> cornerIn(const QByteArray& bytes);
/// Top left corner of the nodes.
QPointF cornerOf(const graph::Document& document, const std::set<std::string>& slugs);

// --- places -----------------------------------------------------------------------------------------------------

using NodeRects = std::map<std::string, QRectF>;  ///< by slug, in the scene

enum class Alignment { Left, Top, DistributeAcross, DistributeDown };

/// Nullptr where nothing moves.
std::unique_ptr<graph::Edit> alignNodes(const graph::Document& document, const NodeRects& rects,
                                        Alignment alignment);
/// Moves nodes to these places and frames with them; nullptr where nothing moves.
std::unique_ptr<graph::Edit> moveAll(const graph::Document& document,
                                     const std::map<std::string, QPointF>& places,
                                     const std::optional<std::vector<graph::Frame>>& frames);
/// A frame with a margin around the rectangles.
graph::Frame frameAround(const std::vector<QRectF>& rects, const std::string& title);

}  // namespace ratescope::views
