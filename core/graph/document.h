#pragma once

// The study as the user writes it: nodes, wires, parameters, variables and sweeps. A plain value; changed
// through edit.h, read and written by document_json.h, checked by validate.h, expanded by expand.h.

#include "core/graph/figure_spec.h"
#include "core/graph/value.h"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ratescope::graph {

/// "node.port" in JSON and messages.
struct PortRef {
    std::string node;  ///< slug
    std::string port;  ///< id

    auto operator<=>(const PortRef&) const = default;
    std::string text() const { return node + "." + port; }
};

/// Reads "node.port". Throws Error(Usage) on anything else.
PortRef portRefFromText(const std::string& text);

struct Wire {
    PortRef from, to;

    auto operator<=>(const Wire&) const = default;
};

/// A parameter that reads a document variable.
struct VariableRef {
    std::string name;

    auto operator<=>(const VariableRef&) const = default;
};

using Binding = std::variant<ParameterValue, VariableRef>;

/// How two or more `each` sources upstream of one candidate combine; said by the node where they meet.
enum class Pairing { Unsaid, PairedByName, Product };

/// "unsaid", "paired-by-name", "product", as in JSON.
const char* toText(Pairing);

struct Node {
    std::string slug;                           ///< unique in the document, editable; [a-z0-9-]+
    std::string type;                           ///< manifest id
    int version = 1;                            ///< of the manifest when the node was made or migrated
    std::string title;                          ///< shown name; "" shows the manifest's
    std::map<std::string, Binding> parameters;  ///< those that differ from their default
    Pairing pairing = Pairing::Unsaid;
    bool bypassed = false;  ///< transforms and codecs: the value passes as if the node were not there
    double x = 0, y = 0;

    bool operator==(const Node&) const = default;
};

/// A comment frame around nodes.
struct Frame {
    std::string title, text;
    double x = 0, y = 0, width = 0, height = 0;

    bool operator==(const Frame&) const = default;
};

/// A part of a picture that is looked at again: in Compare, on a plate.
struct Crop {
    std::string name;                         ///< unique among those of its asset
    std::string asset;                        ///< the picture's name; "" for every picture
    int x = 0, y = 0, width = 0, height = 0;  ///< pixels

    bool operator==(const Crop&) const = default;
};

struct Variable {
    std::string name;  ///< of a slug's form
    ParameterValue value;

    bool operator==(const Variable&) const = default;
};

/// What a sweep column sets: a node's parameter, or (node empty) the variable `parameter`.
struct SweepColumn {
    std::string node;
    std::string parameter;
    std::optional<bool> movesAlongCurve;  ///< overrides the manifest's default

    bool operator==(const SweepColumn&) const = default;
    std::string text() const { return node.empty() ? parameter : node + "." + parameter; }
};

/// A table: one column a parameter, one row a combination. A single list is the one-column case.
struct Sweep {
    std::vector<SweepColumn> columns;
    std::vector<std::vector<ParameterValue>> rows;

    bool operator==(const Sweep&) const = default;
};

/// A parameter whose value is found for each item, so that a rate or a metric meets a target: each target is one
/// point of the curve.
struct Reach {
    std::string node, parameter;
    std::string quantity;  ///< "bpp", "bpp@psnr", "psnr-rgb", "psnr:psnr-rgb"
    std::vector<double> targets;
    double tolerance = 0.01;         ///< as a part of the target
    int mostRuns = 16;               ///< for one item
    std::optional<double> from, to;  ///< where to look; else the parameter's own range

    bool operator==(const Reach&) const = default;
    std::string text() const { return node + "." + parameter; }
    /// The target's name among the swept values of a row: no variable and no parameter has such a one.
    std::string targetColumn() const { return "target:" + quantity; }
};

struct Document {
    std::string id;    ///< permanent (32 hexadecimal digits), made when the document is new
    std::string name;  ///< of the study; [a-z0-9-]+; file name by default
    std::string title;
    std::string notes;
    std::vector<Node> nodes;
    std::vector<Wire> wires;
    std::vector<Variable> variables;
    std::vector<Sweep> sweeps;
    std::vector<Reach> reaches;
    std::vector<PortRef> candidates;  ///< outputs marked as candidate (beside those that a measure reads)
    std::vector<Frame> frames;
    std::vector<Crop> crops;
    std::vector<FigureSpec> figures;
    std::vector<std::uint64_t> seeds{0};
    int threads = 1;                   ///< per task
    double stallSeconds = 600;         ///< a task that makes no context call for this long is killed
    bool keepReconstructions = false;  ///< every candidate's value is kept as a file beside the library

    bool operator==(const Document&) const = default;
    const Node* find(const std::string& slug) const;
    Node* find(const std::string& slug);
    const Variable* variable(const std::string& variableName) const;
    const FigureSpec* figure(const std::string& figureName) const;
    /// The output wired to an input, nullptr if none (an `all` input may have several: see wiresInto).
    const PortRef* source(const PortRef& input) const;
    std::vector<PortRef> wiresInto(const PortRef& input) const;
    std::vector<PortRef> wiresFrom(const PortRef& output) const;
};

/// [a-z0-9-]+
bool isSlug(const std::string& text);

/// A document with a new permanent id; `name` is made a slug.
Document newDocument(const std::string& name);

/// `wanted` made valid ([a-z0-9-]+) and unique among the document's slugs: "jpeg", "jpeg-2", …
std::string uniqueSlug(const Document& document, const std::string& wanted);

}  // namespace ratescope::graph
