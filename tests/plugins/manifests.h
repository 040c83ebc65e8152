#pragma once

// Short forms in which the nodes of the family "test" describe themselves.

#include "core/graph/manifest.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::media::test {

graph::Manifest describe(const std::string& slug, const std::string& title, graph::NodeKind kind,
                         const std::string& summary);
graph::Port port(const std::string& id, graph::PortType type, const std::string& help,
                 graph::PortRole role = graph::PortRole::Value);
graph::Parameter integer(const std::string& id, std::int64_t defaultValue, double minimum, double maximum,
                         const std::string& help);
graph::Parameter flag(const std::string& id, bool defaultValue, const std::string& help);
/// The first choice is the default.
graph::Parameter choice(const std::string& id, const std::vector<std::string>& choices,
                        const std::string& help);
/// The path of a file that tells a test what the node did; "" for none. Does not enter the key.
graph::Parameter record(const std::string& help);

/// A transform from "image" to "image".
graph::Manifest imageTransform(const std::string& slug, const std::string& title, const std::string& summary);
/// A codec of images with our own container: inputs "image" and those given, outputs "image" and "bitstream".
graph::Manifest imageCodec(const std::string& slug, const std::string& title, const std::string& summary,
                           const std::vector<graph::Port>& furtherInputs = {});

/// Appends a line to the file in one write; nothing happens for an empty path.
void writeRecord(const std::string& file, const std::string& line);

}  // namespace ratescope::media::test
