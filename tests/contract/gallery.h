#pragma once

// Tiny values of every kind that flows along wires, and of every awkward sort of each, for nodes to be tried
// on.

#include "core/graph/catalogue.h"
#include "core/media/node/value.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ratescope::contract {

struct Exhibit {
    std::string name;
    media::Value value;
    media::Value twin;  ///< of the same format, slightly different: a candidate to a reference
};

/// Exhibits of the type; none for types that no value here has.
std::vector<Exhibit> exhibitsOf(graph::PortType type);
/// What no node can make sense of: pictures without pixels, sets without tensors, tensors of NaN.
std::vector<Exhibit> senselessOf(graph::PortType type);

/// What a node is tried on.
struct Sample {
    std::string name;
    std::map<std::string, std::vector<media::Value>> inputs;  ///< by port
    std::filesystem::path file;                               ///< sources by files, analyses
    std::int64_t index = 0;                                   ///< sources by count
    std::map<std::string, graph::ParameterValue> settings;    ///< in place of defaults
};

/// Samples of every required input, with the default parameters, and commands of tests/contract/tool.sh: the node's first input goes through the exhibits, other inputs of the same
/// type hold the same (a candidate: its twin), inputs with a schema what a source of the catalogue gives for
/// it. Files are written into `folder`.
std::vector<Sample> samplesOf(const graph::Manifest& manifest, const graph::Catalogue& catalogue,
                              const std::filesystem::path& folder);
/// A good sample with one input spoilt, each in turn (of several values at one port, the last): of another type,
/// senseless; or a file that is missing, empty, cut short or something else.
std::vector<Sample> badSamplesOf(const graph::Manifest& manifest, const Sample& good,
                                 const std::filesystem::path& folder);

}  // namespace ratescope::contract
