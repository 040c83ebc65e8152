#pragma once

// A plate made of what a library has: the same from the shell and from Compare.

#include "core/store/compared.h"
#include "views/figure/page.h"
#include "views/figure/plate_painter.h"

#include <QImage>
#include <QRect>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

/// One reconstruction with its picture, whole.
struct PlatePicture {
    store::ComparedItem compared;
    QImage picture;
};

/// Of each series (of those named, else of all) the reconstruction of the asset whose rate is nearest to this one;
/// without a rate, to that of a middle one of the first series. Throws Error(Usage) where there is none.
std::vector<store::ComparedItem> itemsOfPlate(const store::Library& library, store::StudyId study,
                                              const std::string& metric, const std::string& asset,
                                              const std::vector<std::string>& series,
                                              std::optional<double> rate);

/// "0.512 bpp".
std::string numberWithUnit(double value, const std::string& unit);

/// The original and then each reconstruction, framed in the colour of its branch: those of the first one are black.
/// Without a crop the whole picture. Throws Error(Usage) for a crop that does not lie within the original, Error(Input)
/// for a picture of another size.
Plate makePlate(const std::string& asset, const QImage& original, const std::vector<PlatePicture>& pictures,
                const std::optional<QRect>& crop, int columns);

/// What the file says of where it comes from.
Provenance plateProvenance(const std::filesystem::path& library, const store::StudyRecord& study,
                           const std::string& asset, const std::string& metric);

}  // namespace ratescope::views
