#include "app/exit_code.h"

#include <cstdio>

namespace ratescope {

ExitCode exitCodeOf(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Usage:
            return exitUsage;
        case ErrorKind::Input:
            return exitInput;
        case ErrorKind::Document:
            return exitDocument;
        case ErrorKind::Library:
            return exitLibrary;
        case ErrorKind::Plugin:
            return exitPlugin;
        case ErrorKind::Resource:
            return exitResource;
        case ErrorKind::Cancelled:
            return exitCancelled;
        case ErrorKind::Unapproved:
            return exitUnapproved;
        case ErrorKind::Internal:
            break;
    }
    return exitInternal;
}

int reportError(const char* program, const Error& error) {
    std::fprintf(stderr, "%s: %s\n", program, error.what());
    if (!error.remedy().empty()) std::fprintf(stderr, "%s\n", error.remedy().c_str());
    return exitCodeOf(error.kind());
}

}  // namespace ratescope
