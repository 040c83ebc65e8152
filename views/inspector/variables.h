#pragma once

// Edits of the document's variables, with all that reads them.

#include "core/graph/catalogue.h"
#include "core/graph/edit.h"

#include <memory>
#include <string>
#include <vector>

namespace ratescope::views {

/// Names of the variables whose values the parameter takes.
std::vector<std::string> fittingVariables(const graph::Document& document, const graph::Parameter& parameter);

/// A new variable with the parameter's value, which the parameter reads from then on. A sweep of the parameter
/// becomes one of the variable.
std::unique_ptr<graph::Edit> makeVariable(const graph::Document& document, const std::string& node,
                                          const graph::Parameter& parameter);
/// The parameter reads it; a sweep of the parameter itself ends.
std::unique_ptr<graph::Edit> readVariable(const graph::Document& document, const std::string& node,
                                          const std::string& parameter, const std::string& variable);
/// Everywhere that names it.
std::unique_ptr<graph::Edit> renameVariable(const graph::Document& document, const std::string& from,
                                            const std::string& to);
/// What reads it keeps its value; its sweep ends.
std::unique_ptr<graph::Edit> removeVariable(const graph::Document& document, const std::string& variable);
/// "variable", "variable-2", …
std::string freeVariable(const graph::Document& document, const std::string& wanted);
/// "jpeg.quality", "webp.quality": the parameters that read it.
std::vector<std::string> readersOf(const graph::Document& document, const std::string& variable);

}  // namespace ratescope::views
