#include "core/graph/override.h"

#include "core/error.h"
#include "core/graph/sweep_columns.h"
#include "core/graph/wording.h"

namespace ratescope::graph {
namespace {

void unsweep(Document& document, const std::string& node, const std::string& parameter) {
    for (Sweep& sweep : document.sweeps)
        sweep = withoutColumns(sweep, [&](const SweepColumn& column) {
            return column.node == node && column.parameter == parameter;
        });
    std::erase_if(document.sweeps, [](const Sweep& sweep) { return sweep.columns.empty(); });
    std::erase_if(document.reaches,
                  [&](const Reach& reach) { return reach.node == node && reach.parameter == parameter; });
}

ParameterValue valueLike(const ParameterValue& like, const std::string& name, const std::string& text) {
    Parameter parameter;
    parameter.id = name;
    parameter.type = std::holds_alternative<bool>(like)           ? ParameterType::Bool
                     : std::holds_alternative<std::int64_t>(like) ? ParameterType::Int
                     : std::holds_alternative<double>(like)       ? ParameterType::Real
                                                                  : ParameterType::Text;
    return parseValue(parameter, text);
}

void overrideVariable(Document& document, const std::string& name, const std::string& text) {
    for (Variable& variable : document.variables) {
        if (variable.name != name) continue;
        variable.value = valueLike(variable.value, name, text);
        return unsweep(document, "", name);
    }
    std::vector<std::string> known;
    for (const Variable& variable : document.variables)
        known.push_back(variable.name);
    throw Error(ErrorKind::Usage, "The document has no variable " + inQuotes(name) + ".",
                didYouMean(name, known, "Give NODE.PARAMETER=VALUE, or a variable: "));
}

}  // namespace

void overrideValue(Document& document, const Catalogue& catalogue, const std::string& setting) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
        throw Error(ErrorKind::Usage, inQuotes(setting) + " sets nothing.", "Give NODE.PARAMETER=VALUE.");
    const std::string name = setting.substr(0, equals), text = setting.substr(equals + 1);
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) return overrideVariable(document, name, text);

    const std::string slug = name.substr(0, dot), id = name.substr(dot + 1);
    Node* node = document.find(slug);
    if (!node) {
        std::vector<std::string> known;
        for (const Node& one : document.nodes)
            known.push_back(one.slug);
        throw Error(ErrorKind::Usage, "The document has no node " + inQuotes(slug) + ".",
                    didYouMean(slug, known, "Nodes are "));
    }
    const Manifest* manifest = catalogue.find(node->type);
    if (!manifest)
        throw Error(ErrorKind::Plugin, "No installed plugin has the node " + inQuotes(node->type) + ".",
                    "Install its plugin: see RATESCOPE_PLUGINS.");
    const Parameter* parameter = manifest->parameter(id);
    if (!parameter) {
        std::vector<std::string> known;
        for (const Parameter& one : manifest->parameters)
            known.push_back(one.id);
        throw Error(ErrorKind::Usage, slug + " has no parameter " + inQuotes(id) + ".",
                    didYouMean(id, known, "Parameters are "));
    }
    node->parameters[id] = parseValue(*parameter, text);
    unsweep(document, slug, id);
}

}  // namespace ratescope::graph
