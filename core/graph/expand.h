#pragma once

// What a document asks for: its branches, the rows that sweeps make of each, and the series they form.
// Independent of files and of what has been computed.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::graph {

/// The parameters of one node in one sweep row, complete: defaults filled in, variables resolved, integers
/// given for real parameters made real. By parameter id.
using NodeParameters = std::map<std::string, ParameterValue>;

/// One setting of everything upstream of a candidate.
struct SweepRow {
    std::size_t series = 0;  ///< index into Branch::series
    /// Swept columns in document order: "jpeg.quality", or the name of a variable.
    std::vector<std::pair<std::string, ParameterValue>> values;
    /// Slug → parameters, for Branch::nodes and for the nodes of every MeasureSide.
    std::map<std::string, NodeParameters> nodes;
    /// Index into Document::reaches; its parameter stands at the low end of its range in `nodes`.
    std::optional<std::size_t> reach;
    double target = 0;  ///< of the reach; the last of `values`, named Reach::targetColumn()
};

/// Source nodes whose assets a value is one element of, and how they combine.
struct FanOutOf {
    /// In document order. A source of AssetRule::By::One goes with every asset of the others and needs no
    /// pairing.
    std::vector<std::string> sources;
    /// Said where they meet; Unsaid when fewer than two of them fan out.
    Pairing pairing = Pairing::Unsaid;
};

/// What a measure needs beside the candidate.
struct MeasureSide {
    std::string measure;             ///< slug
    std::vector<std::string> nodes;  ///< upstream of its inputs other than the candidate's, topological; some
                                     ///< may be Branch::nodes too, and then have the row's parameters
    std::vector<std::string> sources;  ///< `each` sources among them, in document order
    /// Those that fan out and are not upstream of the candidate: for each item the asset of the item's name.
    std::vector<std::string> pairedByName;
};

/// The rows of a branch that differ only in parameters that move along the curve.
struct Series {
    std::string slug;   ///< "jpeg/optimise=false/subsampling=4:2:0"; unique in the document
    std::string title;  ///< "JPEG · optimise=false · subsampling=4:2:0"
};

/// A candidate with all that lies upstream.
struct Branch {
    /// Of its codec (the last of `codecs`); of the candidate's node if there is none or if another branch has
    /// the same codec; "node.port" if two branches end in one node.
    std::string slug;
    std::string title;
    PortRef candidate;
    std::string codec;                  ///< the last of `codecs`; "" if none
    std::vector<std::string> codecs;    ///< all codecs that the value passes on its way (through value and
                                        ///< coded inputs), topological
    std::vector<std::string> nodes;     ///< slugs upstream of and including the candidate's, topological
    std::vector<std::string> sources;   ///< see FanOutOf
    Pairing pairing = Pairing::Unsaid;  ///< see FanOutOf
    std::vector<std::string> measures;  ///< slugs of the measures that read the candidate, in document order
    std::vector<MeasureSide> sides;     ///< one for each of `measures`, in the same order
    std::vector<Series> series;
    std::vector<SweepRow> rows;
};

/// Rows that one branch may have; more is an error of validation.
inline constexpr std::size_t maximumRows = 100'000;

/// The branches in document order of their candidates' nodes. The document must be valid (requireValid).
/// Tables on the same branch multiply; columns of nodes that are not upstream are ignored, and rows that are
/// then equal are taken once. Rows run in the order of the tables in the document, the first table
/// outermost, and within a table in the order of its rows: the order of items follows it. A reach gives one row
/// for each target, and runs fastest.
///
/// A series' slug is the branch's, then for each swept parameter that makes one curve each (also when it has
/// one value only) "/parameter=value" for the branch's codec in manifest order, "/node.parameter=value" for
/// the other nodes in topological, then manifest order, and "/name=value" for variables in document order.
/// In values, "%", "/" and white space are percent-encoded. A variable moves along the curve if its column
/// says so, else if all parameters upstream that read it do by their manifests.
std::vector<Branch> expandBranches(const Document& document, const Catalogue& catalogue);

/// Parameters of a node without a sweep row (measures and analyses are not swept). Throws Error(Document)
/// for an unknown variable or a value that does not fit.
NodeParameters parametersOf(const Document& document, const Manifest& manifest, const Node& node);

/// The metrics of a measure with these parameters: those of its manifest, and where the node's parameters name one
/// (Metric::named), what they say. Throws Error(Document) for a name that is no slug, and for one that is there twice.
std::vector<Metric> metricsOf(const Manifest& manifest, const NodeParameters& parameters);

/// Which assets the value at an output is one of, so that a planner can tell the tasks of a node apart: one
/// that takes a fan-out as `all` has none of it any more. Bypassed nodes are passed over.
FanOutOf fanOutOf(const Document& document, const Catalogue& catalogue, const PortRef& output);

/// The nodes upstream of a port, topological (of several ready nodes the first in the document comes first),
/// the port's node last. Bypassed nodes are passed over.
std::vector<std::string> upstream(const Document& document, const Catalogue& catalogue,
                                  const PortRef& output);

/// Where the value at an input comes from once bypassed nodes are passed over (a bypassed transform or codec
/// passes its first input of the output's type).
std::vector<PortRef> effectiveSources(const Document& document, const Catalogue& catalogue,
                                      const PortRef& input);

}  // namespace ratescope::graph
