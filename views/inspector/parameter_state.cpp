#include "views/inspector/parameter_state.h"

#include <algorithm>

namespace ratescope::views {
namespace {

/// A chain of conditions longer than this is a circle.
constexpr int mostConditions = 8;

bool hasOneOf(const ParameterState& state, const Values& wanted) {
    const auto is = [&](const graph::ParameterValue& value) {
        return std::find(wanted.begin(), wanted.end(), value) != wanted.end();
    };
    return state.sweep ? std::any_of(state.swept.begin(), state.swept.end(), is) : is(state.value);
}

}  // namespace

ParameterState stateOf(const graph::Document& document, const graph::Node& node,
                       const graph::Parameter& parameter) {
    ParameterState state;
    state.value = parameter.defaultValue;
    const auto bound = node.parameters.find(parameter.id);
    state.changed = bound != node.parameters.end();
    if (state.changed) {
        if (const auto* value = std::get_if<graph::ParameterValue>(&bound->second)) {
            state.value = *value;
        } else {
            state.variable = std::get<graph::VariableRef>(bound->second).name;
            if (const graph::Variable* variable = document.variable(state.variable))
                state.value = variable->value;
        }
    }
    state.value = graph::normalised(parameter, state.value);
    state.column = {node.slug, parameter.id, {}};
    state.sweep = placeOf(document.sweeps, state.column);
    if (!state.sweep && !state.variable.empty()) {
        state.column = {"", state.variable, {}};
        state.sweep = placeOf(document.sweeps, state.column);
    }
    state.reach = reachOf(document, node.slug, parameter.id);
    if (state.sweep) {
        state.swept = valuesIn(document.sweeps[state.sweep->sweep], state.sweep->column);
        state.column = document.sweeps[state.sweep->sweep].columns[state.sweep->column];
    }
    state.changed = state.changed || state.reach || (state.sweep && !state.column.node.empty());
    return state;
}

bool isWantedIn(const graph::Document& document, const graph::Node& node, const graph::Manifest& manifest,
                const graph::Parameter& parameter) {
    const graph::Parameter* shown = &parameter;
    for (int i = 0; i < mostConditions && shown && shown->visibleIf; ++i) {
        const graph::Parameter* const on = manifest.parameter(shown->visibleIf->parameter);
        if (!on) return true;
        if (!hasOneOf(stateOf(document, node, *on), shown->visibleIf->values)) return false;
        shown = on;
    }
    return true;
}

}  // namespace ratescope::views
