#pragma once

// The plugin libraries that this process has loaded, and the nodes in them.

#include "core/media/node/plugin.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace ratescope::media {

/// Libraries stay loaded until the process ends: values that a plugin has made outlive its calls. Safe to use
/// from several threads.
class Plugins {
  public:
    /// The family in this shared library, loaded at the first call and remembered by path. Throws
    /// Error(Plugin) if the file does not load, is no plugin of Ratescope, or was built for another build id.
    const PluginFamily& load(const std::filesystem::path& library);

    /// The node of that manifest id. Throws Error(Plugin) as load(), and when the library has no such node.
    const NodeEntry& node(const std::filesystem::path& library, const std::string& type);

  private:
    std::mutex mutex_;
    std::map<std::filesystem::path, const PluginFamily*> families_;
};

}  // namespace ratescope::media
