#pragma once

#include <string>

namespace ratescope {

/// What program this is; recorded with every result.
struct BuildInfo {
    std::string version;   ///< "0.1.0"
    std::string commit;    ///< 12 hexadecimal digits, or "unknown" outside a checkout
    bool dirty;            ///< tracked files differed from the commit when this was built
    std::string buildId;   ///< 16 hexadecimal digits: plugins of another build id are refused
    std::string compiler;  ///< "GNU 12.2.0 Release"
    /// If dirty, `git diff` from the commit and the new source files; or how long that was, where it is over 256 KiB.
    std::string patch;
};

const BuildInfo& buildInfo();

}  // namespace ratescope
