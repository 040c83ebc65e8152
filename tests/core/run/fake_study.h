#pragma once

// A catalogue of nodes that only tests know, and documents made of them.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"

#include <string>
#include <vector>

namespace ratescope::run::fake {

/// fake.source (parameter "count": so many assets), fake.files (files, with what is named *.companion beside them),
/// fake.transform, fake.learner-like "fake.sum" (takes a fan-out as `all`), fake.codec (encode parameters "quality",
/// "mode", "behaviour"; shared input "model"), fake.sized (encode parameters "quality" from 1 to 100, "scale" from 0.01 to
/// 100 on a logarithmic scale, "shape": its streams are of the sizes that they say), fake.layers (extract parameter
/// "layers", decode parameter "post"), fake.residual (its stream is added), fake.measure, fake.noise (uses a seed),
/// fake.analysis.
graph::Catalogue catalogue();

graph::Node node(const std::string& slug, const std::string& type,
                 std::map<std::string, graph::Binding> parameters = {});
graph::Wire wire(const std::string& from, const std::string& to);  ///< "node.port"
graph::Sweep sweep(const std::string& column, std::vector<graph::ParameterValue> values);

/// source → codec → measure, with so many assets and these qualities.
graph::Document study(int assets, const std::vector<std::int64_t>& qualities);

/// The same with fake.sized, whose quality is to reach these numbers of bytes.
graph::Document reaching(int assets, const std::vector<double>& bytes);

/// The size in bytes of a stream of fake.sized for asset 0; 1.5 times as much for asset 1, twice for asset 2, …
double sizeOf(const std::string& shape, std::int64_t quality, double scale);

}  // namespace ratescope::run::fake
