#pragma once

// The look of the whole application: palette, font and style sheet, made of the tokens.

#include "views/theme/tokens.h"

class QApplication;
class QFont;

namespace ratescope::views {

enum class LookChoice { System, Light, Dark };

/// Icons and style sheet, which lie in a static library. Called by what needs them; again, does nothing.
void loadResources();

/// The look that the choice comes to now: the system's by the luminance of its own palette.
Look lookOf(LookChoice choice);

/// Gives the application the look; every widget gets QEvent::PaletteChange. Called again to change it while it runs.
void applyLook(QApplication& application, Look look);

/// The interface font at the size of controls: the system's own, or Inter at 13 pixels where the system names none.
void applyFont(QApplication& application);

/// The same face for tables, ports, axes and status: one pixel smaller, with figures of equal width.
QFont tableFont();
/// Of titles: weight 600.
QFont titleFont();

}  // namespace ratescope::views
