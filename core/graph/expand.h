#pragma once

// What a document asks for: its branches, the rows that sweeps make of each, and the series they form.
// Independent of files and of what has been computed.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"

#include <map>
#include <string>
#include <vector>

namespace ratescope::graph {

/// The parameters of one node in one sweep row, complete: defaults filled in, variables resolved, in
/// manifest order by map key.
using NodeParameters = std::map<std::string, ParameterValue>;

/// One setting of everything upstream of a candidate.
struct SweepRow {
    std::size_t series = 0;                                      ///< index into Branch::series
    std::vector<std::pair<std::string, ParameterValue>> values;  ///< swept columns ("jpeg.quality") in order
    std::map<std::string, NodeParameters> nodes;  ///< slug → parameters, for every node upstream
};

/// The rows of a branch that differ only in parameters that move along the curve.
struct Series {
    std::string slug;   ///< "jpeg/optimise=false/subsampling=4:2:0"; unique in the document
    std::string title;  ///< "JPEG · optimise=false · subsampling=4:2:0"
};

/// A candidate with all that lies upstream.
struct Branch {
    std::string slug;  ///< of its codec (the last one upstream); of the candidate's node if there is none or
                       ///< if another branch has the same codec
    std::string title;
    PortRef candidate;
    std::string codec;                  ///< slug of the last codec upstream; "" if none
    std::vector<std::string> codecs;    ///< all codecs upstream, in the way of the data
    std::vector<std::string> nodes;     ///< slugs upstream of and including the candidate's, topological
    std::vector<std::string> sources;   ///< `each` source nodes among them, in document order
    Pairing pairing = Pairing::Unsaid;  ///< of the sources, when there are several
    std::vector<std::string> measures;  ///< slugs of the measures that read the candidate, in document order
    std::vector<Series> series;
    std::vector<SweepRow> rows;
};

/// The branches in document order of their candidates' nodes. The document must be valid (requireValid).
/// Tables on the same branch multiply; columns of nodes that are not upstream are ignored, and rows that are
/// then equal are taken once.
std::vector<Branch> expandBranches(const Document& document, const Catalogue& catalogue);

/// Parameters of a measure or analysis node: they are not swept.
NodeParameters parametersOf(const Document& document, const Manifest& manifest, const Node& node);

/// The nodes upstream of a port, topological, the port's node last. Bypassed nodes are passed over.
std::vector<std::string> upstream(const Document& document, const Catalogue& catalogue,
                                  const PortRef& output);

/// Where the value at an input comes from once bypassed nodes are passed over.
std::vector<PortRef> effectiveSources(const Document& document, const Catalogue& catalogue,
                                      const PortRef& input);

}  // namespace ratescope::graph
