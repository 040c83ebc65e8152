#pragma once

// No number of a text that the candidate has seen: what a measure reads must not be what the candidate was calibrated
// with, unless its user asks for that (core/graph/seen_text.h). Texts are told by their contents, so that a copy under another name is the same.

#include "core/run/plan.h"

namespace ratescope::run {

/// Throws Error(Document), naming measure and text, when a text behind one of the text inputs of the measure's task
/// `prepare` also lies behind `candidate`.
void requireUnseenText(const TaskTable& tasks, const graph::Catalogue& catalogue, const Hash& prepare,
                       const Hash& candidate);

}  // namespace ratescope::run
