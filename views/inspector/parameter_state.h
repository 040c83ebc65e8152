#pragma once

// What a parameter of a node is now: its value and where it comes from.

#include "views/inspector/sweep_edits.h"

#include <optional>
#include <string>

namespace ratescope::views {

struct ParameterState {
    graph::ParameterValue value;       ///< its own, its variable's, or the default
    std::string variable;              ///< that it reads; "" for none
    graph::SweepColumn column;         ///< what a sweep of it sets: itself, or its variable
    std::optional<SweepPlace> sweep;   ///< of that column
    std::optional<std::size_t> reach;  ///< index into Document::reaches
    Values swept;                      ///< down that column
    bool changed = false;              ///< a reset changes the document

    bool operator==(const ParameterState&) const = default;
};

/// `node` is one of the document's.
ParameterState stateOf(const graph::Document& document, const graph::Node& node,
                       const graph::Parameter& parameter);

/// By Parameter::visibleIf of the parameter and of those that it depends on. One that is swept has all its values.
bool isWantedIn(const graph::Document& document, const graph::Node& node, const graph::Manifest& manifest,
                const graph::Parameter& parameter);

}  // namespace ratescope::views
