#pragma once

// A catalogue of nodes that only tests know, and documents made of them.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"

#include <string>
#include <vector>

namespace ratescope::run::fake {

/// fake.source (parameter "count": so many assets), fake.files (files), fake.transform, fake.learner-like "fake.sum"
/// (takes a fan-out as `all`), fake.codec (encode parameters "quality", "mode", "behaviour"; shared input "model"),
/// fake.layers (extract parameter "layers", decode parameter "post"), fake.residual (its stream is added), fake.measure,
/// fake.noise (uses a seed), fake.analysis.
graph::Catalogue catalogue();

graph::Node node(const std::string& slug, const std::string& type,
                 std::map<std::string, graph::Binding> parameters = {});
graph::Wire wire(const std::string& from, const std::string& to);  ///< "node.port"
graph::Sweep sweep(const std::string& column, std::vector<graph::ParameterValue> values);

/// source → codec → measure, with so many assets and these qualities.
graph::Document study(int assets, const std::vector<std::int64_t>& qualities);

}  // namespace ratescope::run::fake
