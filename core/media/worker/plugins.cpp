#include "core/media/worker/plugins.h"

#include "core/build_info.h"
#include "core/error.h"
#include "core/sanitizer.h"

#include <dlfcn.h>

namespace ratescope::media {
namespace {

Error unusable(const std::filesystem::path& library, const std::string& reason) {
    return Error(ErrorKind::Plugin, "The plugin " + library.string() + " " + reason + ".",
                 "Rebuild the plugin with this version of Ratescope, or take it out of the plugin folder.");
}

/// The loader's message without the library's name before it.
std::string reasonOf(const std::string& message, const std::string& path) {
    return message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message;
}

// RTLD_LOCAL: each plugin has core and media linked into it, and must not see another one's. RTLD_DEEPBIND: a plugin
// and what it links find their own functions before the program's: OpenCV brings the system's plain libblas with it,
// whose sgemm_ would else stand in for the one of LibTorch, at a fraction of its speed. Sanitizers refuse it.
constexpr int loadFlags = RTLD_NOW | RTLD_LOCAL | (hasSanitizer ? 0 : RTLD_DEEPBIND);

const PluginFamily* open(const std::filesystem::path& library) {
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(library, unreadable)) throw unusable(library, "is not there");
    // Absolute, so that the system's library folders are never searched for a name without a slash.
    const std::string path = std::filesystem::absolute(library).string();
    void* handle = ::dlopen(path.c_str(), loadFlags);
    if (!handle) throw unusable(library, "does not load: " + reasonOf(::dlerror(), path));
    const auto function = reinterpret_cast<PluginFunction>(::dlsym(handle, pluginSymbol));
    if (!function) throw unusable(library, std::string("has no symbol ") + pluginSymbol);
    const PluginFamily* family = function();
    if (!family) throw unusable(library, "names no family");
    const std::string& own = buildInfo().buildId;
    if (family->buildId != own)
        throw unusable(library, "has build id " + family->buildId + ", this program has " + own);
    return family;
}

}  // namespace

const PluginFamily& Plugins::load(const std::filesystem::path& library) {
    const std::lock_guard lock(mutex_);
    const PluginFamily*& family = families_[library];
    if (!family) family = open(library);
    return *family;
}

const NodeEntry& Plugins::node(const std::filesystem::path& library, const std::string& type) {
    for (const NodeEntry& entry : load(library).nodes)
        if (entry.manifest.id == type) return entry;
    throw unusable(library, "has no node " + type);
}

}  // namespace ratescope::media
