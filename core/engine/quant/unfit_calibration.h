#pragma once

#include "core/error.h"

#include <string>

namespace ratescope::engine {

/// Of calibration data that can't be used: Error(Input), with what to do.
inline Error unfitCalibration(const std::string& what) {
    return {ErrorKind::Input, what, "Calibrate again with the model that is to be compressed."};
}

}  // namespace ratescope::engine
