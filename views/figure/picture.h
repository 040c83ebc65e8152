#pragma once

// Pictures of a library's value files, for the screen and for print.

#include <QImage>
#include <filesystem>

namespace ratescope::views {

/// Maps a value file that holds an Image and converts it to 8-bit RGB: deeper samples are scaled and rounded, grey is
/// repeated, alpha is laid over white. Throws Error(Input) for another value and for colour models that a screen does not show
/// as they are (YCbCr, CMYK).
QImage readPicture(const std::filesystem::path& valueFile);

}  // namespace ratescope::views
