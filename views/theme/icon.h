#pragma once

// The project's own icons: one stroke weight, drawn in 16 × 16, recoloured by the look when they are painted, sharp
// at every scale.

#include "views/theme/tokens.h"

#include <QIcon>
#include <QPixmap>

namespace ratescope::views {

/// resources/icons/NAME.svg; what the file draws in currentColor takes the token's colour (muted where disabled), or
/// that of `checked` in a checked button or selected tab; tabs take Muted and Text. A fault of the program, named on
/// the console, where there is no such icon.
QIcon icon(const QString& name, Token token = Token::Text, Token checked = Token::Accent);

/// The same as a picture of `size` device-independent pixels.
QPixmap iconPixmap(const QString& name, Token token, int size, double devicePixelRatio);

}  // namespace ratescope::views
