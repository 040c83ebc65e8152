#pragma once

// Everything that is wrong with a document, said at the node, port or parameter where it is.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"

#include <string>
#include <vector>

namespace ratescope::graph {

enum class Severity { Error, Warning };

struct Finding {
    Severity severity = Severity::Error;
    std::string node;   ///< slug; "" for the document as a whole
    std::string place;  ///< parameter or port id; "" for the node as a whole
    std::string message;
    std::string remedy;
};

/// Checks: slugs and ids, known nodes and parameters, values (type, range, choice, finite), variables that
/// exist, wires (ports exist, types and schemas match, one wire an `each` input, required inputs connected),
/// cycles, a version newer than installed, sweeps (columns exist, no column twice, row lengths, values fit,
/// not of a measure or analysis), two unpaired `each` sources upstream of a candidate, no candidate at all,
/// names that would collide, figures whose numbers can't be drawn. Order: by node in document order, so that equal documents give equal lists.
std::vector<Finding> validate(const Document& document, const Catalogue& catalogue);

/// Throws Error(Document) with the first error's text (and how many more there are) if there is any.
void requireValid(const Document& document, const Catalogue& catalogue);

/// Why a wire from `from` to `to` is not to be drawn (ports, types, schemas, a cycle); empty if it may. Does
/// not mind a wire that the input has already.
std::string whyNotWired(const Document& document, const Catalogue& catalogue, const PortRef& from,
                        const PortRef& to);

}  // namespace ratescope::graph
