#include "app/desktop/desktop.h"

#include "app/desktop/main_window.h"
#include "app/exit_code.h"
#include "core/graph/catalogue.h"
#include "views/theme/style.h"

#include <QApplication>
#include <QFileInfo>
#include <QTimer>
#include <clocale>

namespace ratescope::desktop {

void prepareApplication(QApplication& application) {
    QCoreApplication::setOrganizationName("Ratescope");
    QCoreApplication::setApplicationName("ratescope");
    QGuiApplication::setDesktopFileName("org.ratescope.Ratescope");
    // Files and protocols are written with a point; what people read goes through QLocale.
    std::setlocale(LC_NUMERIC, "C");
    views::applyFont(application);
    views::applyLook(application, views::lookOf(views::Settings().look()));
}

int runDesktop(int argc, char** argv, const QString& document) {
    QApplication application(argc, argv);
    prepareApplication(application);
    const graph::Catalogue catalogue = graph::loadCatalogue(graph::pluginFolders());
    MainWindow window(catalogue);
    window.show();
    // After the first paint: reading files and looking for a supervisor are not what the user waits for.
    QTimer::singleShot(0, &window, [&window, document] { window.begin(document); });
    return QApplication::exec() == 0 ? exitDone : exitInternal;
}

}  // namespace ratescope::desktop
