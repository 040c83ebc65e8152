#pragma once

// The desktop from its start to its end.

#include <QString>

class QApplication;

namespace ratescope::desktop {

class MainWindow;

/// Shows the window with the document, or the start page for "", and returns the exit code once it is closed.
int runDesktop(int argc, char** argv, const QString& document);

/// The names under which settings are kept, font and look: what every process that shows the window does first.
void prepareApplication(QApplication& application);

}  // namespace ratescope::desktop
