#pragma once

// What stands in which cell: made of the reconstructions, their pictures as far as they have come, and how they are to
// be compared.

#include "views/compare/cell_content.h"
#include "views/compare/comparison.h"
#include "views/compare/pixel_table.h"
#include "views/compare/values.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace ratescope::views {

enum class CompareMode { SideBySide, Grid, Wipe, Flicker, Difference };

/// How pictures are compared.
struct CompareSettings {
    CompareMode mode = CompareMode::Grid;
    std::string current;                          ///< series that is compared one to one
    std::set<std::string> hidden;                 ///< series that the grid leaves out
    bool original = true, reconstruction = true;  ///< sides that are shown
    bool swapped = false;                         ///< the original lies right
    bool flickersToOriginal = false;              ///< which one flicker shows now
    bool differences = false;                     ///< in place of reconstructions
    int gain = 1;
    DifferenceColours colours = DifferenceColours::Viridis;
    std::string overlay;  ///< metric whose map lies over reconstructions; "" for none
};

class CellContents {
  public:
    using StyleOf = std::function<curves::SeriesStyle(const curves::SeriesInfo&)>;

    CellContents(const Comparison& comparison, const CompareSettings& settings, const Values& values,
                 StyleOf styleOf);

    /// The reconstructions that are shown, in the order of the document.
    std::vector<const Rendition*> shown() const;
    /// The one that is compared one to one; nullptr where there is none.
    const Rendition* current() const;
    /// All values that the cells need, the most wanted first.
    std::vector<ValueKey> wanted() const;
    std::vector<CellContent> cells() const;
    std::vector<PixelSource> pixelSources() const;
    /// Of the current reconstruction, and why there is none.
    std::pair<Layer, QString> difference() const;
    /// Nullptr while it is on its way.
    std::shared_ptr<const Picture> original() const;
    ValueKey originalKey() const;

  private:
    CellContent originalCell() const;
    CellContent renditionCell(const Rendition& rendition) const;
    CellContent differenceCell(const Rendition& rendition) const;
    CaptionText captionOf(const Rendition& rendition) const;
    std::vector<CellContent> pair() const;
    std::vector<CellContent> wipe() const;

    const Comparison& comparison_;
    const CompareSettings& settings_;
    const Values& values_;
    StyleOf styleOf_;
};

ValueKey candidateOf(const Rendition& rendition);
/// "quality 10, effort 3".
QString settingsText(const Rendition& rendition);

}  // namespace ratescope::views
