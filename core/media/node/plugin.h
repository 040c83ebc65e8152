#pragma once

// How a plugin family shows its nodes. A family is one shared library; its nodes are listed in one place:
//
//   RATESCOPE_FAMILY("image", {jpegNode(), cropNode(), resizeNode(), convertNode()})

#include "core/build_info.h"
#include "core/graph/manifest.h"
#include "core/media/node/node.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ratescope::media {

struct NodeEntry {
    graph::Manifest manifest;
    std::function<std::unique_ptr<Node>()> make;
    /// The foreign libraries that its output depends on: name → version, of the library that is loaded where it
    /// can be asked. Recorded with every result.
    std::map<std::string, std::string> libraries = {};
};

struct PluginFamily {
    std::string name;
    std::string buildId;
    std::vector<NodeEntry> nodes;
};

/// The symbol that the loader looks for; it owns nothing.
inline constexpr const char* pluginSymbol = "ratescope_plugin";
using PluginFunction = const PluginFamily* (*)();

}  // namespace ratescope::media

#define RATESCOPE_FAMILY(NAME, ...)                                                              \
    extern "C" __attribute__((visibility("default"))) const ratescope::media::PluginFamily*      \
    ratescope_plugin();                                                                          \
    extern "C" const ratescope::media::PluginFamily* ratescope_plugin() {                        \
        static const ratescope::media::PluginFamily family{NAME, ratescope::buildInfo().buildId, \
                                                           __VA_ARGS__};                         \
        return &family;                                                                          \
    }
