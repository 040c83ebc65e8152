#pragma once

// The colours and measures of the window (docs/architecture.md, section 12). Every use names a token; a widget that
// keeps a colour asks again on QEvent::PaletteChange, which a change of look brings.

#include "core/curves/series_style.h"

#include <QColor>

namespace ratescope::views {

enum class Look { Light, Dark };

enum class Token {
    Ground,   ///< window
    Surface,  ///< panels, cards
    Raised,   ///< headers, hover
    Line,     ///< borders, grid
    Text,
    Muted,     ///< secondary text
    Accent,    ///< focus, selection, primary button
    Selected,  ///< ground of what is pressed or selected
    Good,
    Warn,
    Bad,
    Canvas,  ///< ground of the graph
    Viewer,  ///< around pictures: neutral, never tinted
};

/// The look that the application shows now (style.h sets it).
Look currentLook();
QColor colour(Token token, Look look = currentLook());

/// The colour of a branch on this look's ground: as it prints, or lightened so that it can be told from a dark one.
QColor seriesColour(const curves::Colour& printed, Look look = currentLook());

/// Device-independent pixels.
namespace measure {
inline constexpr int grid = 4, padding = 8, groupGap = 12, row = 24, formRow = 28, toolBar = 36, tabBar = 32,
                     statusBar = 24, dockTitle = 28, field = 24, toolButton = 28, corner = 4, icon = 16,
                     largeIcon = 20;
}  // namespace measure

}  // namespace ratescope::views
