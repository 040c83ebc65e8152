#pragma once

// A catalogue of invented nodes of every kind, and documents made of them.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"

#include <string>
#include <vector>

namespace sample {

/// Every field set to something other than its default.
ratescope::graph::Manifest fullManifest();

/// test.photos (files), test.single (one asset), test.noise (count), test.tensors (schema kv-cache),
/// test.jpeg, test.webp (real parameter "effort"), test.layered (codec with encoder and shared inputs and an
/// extract parameter), test.resize, test.to-tensors, test.blend (two images), test.train (takes all),
/// test.psnr, test.judge (measure with a second reference), test.correlate (analysis).
const ratescope::graph::Catalogue& catalogue();

/// A node named after its type.
ratescope::graph::Node node(const std::string& slug, const std::string& type);

ratescope::graph::Wire wire(const std::string& from, const std::string& to);

/// photos → jpeg → psnr, psnr's reference from photos.
ratescope::graph::Document jpegStudy();

/// A one-column sweep.
ratescope::graph::Sweep sweepOf(const std::string& column,
                                std::vector<ratescope::graph::ParameterValue> values);

}  // namespace sample
