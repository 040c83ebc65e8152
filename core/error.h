#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace ratescope {

/// What kind of thing went wrong. Decides the exit code of the command line (docs/exit-codes.md).
enum class ErrorKind {
    Usage,       ///< the command or request was wrong
    Input,       ///< a file or value from outside is missing, damaged, hostile or of the wrong shape
    Document,    ///< the study's document is invalid
    Library,     ///< the library file is locked, damaged, read-only or of another version
    Plugin,      ///< a plugin is missing, does not load or has another build id
    Resource,    ///< disk, memory, time or device is not to be had
    Cancelled,   ///< the user asked to stop
    Internal,    ///< a fault of Ratescope itself
    Unapproved,  ///< commands that nobody has approved were to be run
};

/// The one exception of the project: what happened, and what the user can do about it.
/// `what()` is the first sentence only; `remedy()` may be empty only where nothing can be done.
class Error : public std::runtime_error {
  public:
    Error(ErrorKind kind, const std::string& what, std::string remedy)
        : std::runtime_error(what), kind_(kind), remedy_(std::move(remedy)) {}

    ErrorKind kind() const { return kind_; }
    const std::string& remedy() const { return remedy_; }

  private:
    ErrorKind kind_;
    std::string remedy_;
};

/// Stable lower-case name of a kind, as it stands in the protocol and in the library ("input", "document",
/// …).
const char* toText(ErrorKind kind);

/// Inverse of toText; an unknown name gives Internal.
ErrorKind errorKindFromText(const std::string& name);

}  // namespace ratescope
