#pragma once

// What `ratescope` does without a window: figures for papers.

#include <functional>

namespace CLI {
class App;
}

namespace ratescope::desktop {

/// Each adds its options to the app; what it returns is called once they are parsed, and gives the exit code.
std::function<int()> describeFigure(CLI::App& app);
std::function<int()> describePlate(CLI::App& app);

}  // namespace ratescope::desktop
