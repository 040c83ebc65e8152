// Milliseconds from the start of this process to the end of the window's first paint: the window as `ratescope` makes
// it, with no document and nobody asked. One number on standard output.

#include "app/desktop/desktop.h"
#include "app/desktop/main_window.h"
#include "core/graph/catalogue.h"

#include <unistd.h>

#include <QApplication>
#include <QEvent>
#include <QTimer>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

/// Of this process, to a hundredth of a second: what the system keeps.
double secondsSinceStart() {
    char text[1024] = {};
    std::FILE* file = std::fopen("/proc/self/stat", "r");
    const std::size_t length = std::fread(text, 1, sizeof text - 1, file);
    std::fclose(file);
    if (length == 0) return -1;
    const char* place = text;
    // The 22nd field; the second is the program's name.
    for (int field = 1; field < 22; ++field)
        while (*place++ != ' ') {
        }
    const double started = std::strtod(place, nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 - started;
}

class FirstPaint : public QObject {
  public:
    bool eventFilter(QObject*, QEvent* event) override {
        // Behind the paint itself and all that it makes due at once.
        if (event->type() == QEvent::Paint && !seen_) {
            seen_ = true;
            QTimer::singleShot(0, this, [] {
                std::printf("%.0f\n", secondsSinceStart() * 1000);
                QCoreApplication::quit();
            });
        }
        return false;
    }

  private:
    bool seen_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    using namespace ratescope;
    QApplication application(argc, argv);
    desktop::prepareApplication(application);
    const graph::Catalogue catalogue = graph::loadCatalogue(graph::pluginFolders());
    desktop::MainWindow window(catalogue);
    FirstPaint first;
    window.installEventFilter(&first);
    window.show();
    return QApplication::exec();
}
