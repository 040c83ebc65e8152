// A plugin as another version of Ratescope would have built it.

#include "core/media/node/plugin.h"

extern "C" __attribute__((visibility("default"))) const ratescope::media::PluginFamily* ratescope_plugin();
extern "C" const ratescope::media::PluginFamily* ratescope_plugin() {
    static const ratescope::media::PluginFamily family{"old", "0000000000000000", {}};
    return &family;
}
