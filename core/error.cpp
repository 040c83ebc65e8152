#include "core/error.h"

#include <array>

namespace ratescope {
namespace {

constexpr std::array<const char*, 9> names = {"usage",    "input",     "document", "library",   "plugin",
                                              "resource", "cancelled", "internal", "unapproved"};

}  // namespace

const char* toText(ErrorKind kind) {
    return names[static_cast<std::size_t>(kind)];
}

ErrorKind errorKindFromText(const std::string& name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (name == names[i]) return static_cast<ErrorKind>(i);
    return ErrorKind::Internal;
}

}  // namespace ratescope
