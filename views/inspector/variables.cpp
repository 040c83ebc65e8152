#include "views/inspector/variables.h"

#include "views/inspector/parameter_state.h"

#include <utility>

namespace ratescope::views {
namespace {

using Edits = std::vector<std::unique_ptr<graph::Edit>>;

/// Calls `visit` with each node and parameter that reads the variable.
template <typename Visit>
void visitReaders(const graph::Document& document, const std::string& variable, Visit visit) {
    for (const graph::Node& node : document.nodes)
        for (const auto& [id, binding] : node.parameters)
            if (const auto* read = std::get_if<graph::VariableRef>(&binding); read && read->name == variable)
                visit(node.slug, id);
}

}  // namespace

std::vector<std::string> fittingVariables(const graph::Document& document,
                                          const graph::Parameter& parameter) {
    std::vector<std::string> names;
    for (const graph::Variable& variable : document.variables)
        if (graph::whyUnfit(parameter, variable.value).empty()) names.push_back(variable.name);
    return names;
}

std::string freeVariable(const graph::Document& document, const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; document.variable(name); ++i)
        name = wanted + "-" + std::to_string(i);
    return name;
}

std::vector<std::string> readersOf(const graph::Document& document, const std::string& variable) {
    std::vector<std::string> readers;
    visitReaders(document, variable, [&](const std::string& node, const std::string& parameter) {
        readers.push_back(node + "." + parameter);
    });
    return readers;
}

std::unique_ptr<graph::Edit> makeVariable(const graph::Document& document, const std::string& node,
                                          const graph::Parameter& parameter) {
    const ParameterState state = stateOf(document, *document.find(node), parameter);
    const std::string name = freeVariable(document, parameter.id);
    std::vector<graph::Variable> variables = document.variables;
    variables.push_back({name, state.value});
    Edits edits;
    edits.push_back(graph::setVariables(std::move(variables)));
    edits.push_back(graph::setParameter(node, parameter.id, graph::VariableRef{name}));
    if (state.sweep && !state.column.node.empty()) {
        Sweeps sweeps = document.sweeps;
        graph::SweepColumn& column = sweeps[state.sweep->sweep].columns[state.sweep->column];
        column.node.clear();
        column.parameter = name;
        edits.push_back(graph::setSweeps(std::move(sweeps)));
    }
    return graph::together("Make variable " + name, std::move(edits));
}

std::unique_ptr<graph::Edit> readVariable(const graph::Document& document, const std::string& node,
                                          const std::string& parameter, const std::string& variable) {
    Edits edits;
    edits.push_back(graph::setParameter(node, parameter, graph::VariableRef{variable}));
    const graph::SweepColumn own{node, parameter, {}};
    if (placeOf(document.sweeps, own)) edits.push_back(graph::setSweeps(withoutColumn(document.sweeps, own)));
    return graph::together("Set " + parameter + " of " + node, std::move(edits));
}

std::unique_ptr<graph::Edit> renameVariable(const graph::Document& document, const std::string& from,
                                            const std::string& to) {
    std::vector<graph::Variable> variables = document.variables;
    for (graph::Variable& variable : variables)
        if (variable.name == from) variable.name = to;
    Edits edits;
    edits.push_back(graph::setVariables(std::move(variables)));
    visitReaders(document, from, [&](const std::string& node, const std::string& parameter) {
        edits.push_back(graph::setParameter(node, parameter, graph::VariableRef{to}));
    });
    Sweeps sweeps = document.sweeps;
    for (graph::Sweep& sweep : sweeps)
        for (graph::SweepColumn& column : sweep.columns)
            if (column.node.empty() && column.parameter == from) column.parameter = to;
    if (sweeps != document.sweeps) edits.push_back(graph::setSweeps(std::move(sweeps)));
    return graph::together("Rename variable " + from, std::move(edits));
}

std::unique_ptr<graph::Edit> removeVariable(const graph::Document& document, const std::string& name) {
    std::vector<graph::Variable> variables = document.variables;
    std::erase_if(variables, [&](const graph::Variable& variable) { return variable.name == name; });
    Edits edits;
    edits.push_back(graph::setVariables(std::move(variables)));
    const graph::Variable* const variable = document.variable(name);
    visitReaders(document, name, [&](const std::string& node, const std::string& parameter) {
        if (variable) edits.push_back(graph::setParameter(node, parameter, variable->value));
    });
    const graph::SweepColumn column{"", name, {}};
    if (placeOf(document.sweeps, column))
        edits.push_back(graph::setSweeps(withoutColumn(document.sweeps, column)));
    return graph::together("Remove variable " + name, std::move(edits));
}

}  // namespace ratescope::views
