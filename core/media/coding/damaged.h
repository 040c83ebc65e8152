#pragma once

// What every reader of our own streams says of one that no writer made.

#include "core/error.h"

#include <string>

namespace ratescope::media {

/// Error(Input) "The stream is damaged: reason."
Error damaged(const std::string& reason);

}  // namespace ratescope::media
