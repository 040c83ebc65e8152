#include "app/desktop/command.h"
#include "app/desktop/desktop.h"
#include "app/exit_code.h"
#include "app/self_description.h"
#include "core/build_info.h"

#include <CLI/CLI.hpp>

#include <QGuiApplication>
#include <clocale>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>

namespace ratescope::desktop {
namespace {

/// Where no session has set XDG_RUNTIME_DIR, Qt warns of a folder that nothing here uses.
void passMessage(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    if (message.startsWith(QLatin1String("QStandardPaths: XDG_RUNTIME_DIR"))) return;
    std::fprintf(stderr, "%s\n", qPrintable(qFormatLogMessage(type, context, message)));
}

int runProgram(int argc, char** argv) {
    CLI::App app("Ratescope: the compression research workbench; without a command, its window.",
                 "ratescope");
    const BuildInfo& build = buildInfo();
    app.set_version_flag("--version",
                         build.version + " (" + build.commit + (build.dirty ? ", changed)" : ")"));
    app.require_subcommand(0, 1);
    std::string document;
    app.add_option("document", document, "Study (.ratescope) to open in the window");
    app.footer("ratescope COMMAND --help explains a command. Exit codes: docs/exit-codes.md.");
    std::map<const CLI::App*, std::function<int()>> actions;
    CLI::App* figure = app.add_subcommand("figure", "Draw curves as PDF, SVG or PNG at journal size");
    actions[figure] = describeFigure(*figure);
    CLI::App* plate =
        app.add_subcommand("plate", "Set the same crop of several reconstructions side by side");
    actions[plate] = describePlate(*plate);
    addSelfDescription(app, actions);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exitDone : exitUsage;
    }
    qInstallMessageHandler(passMessage);
    if (app.get_subcommands().empty()) return runDesktop(argc, argv, QString::fromStdString(document));
    // Figures need fonts and a painter, no display.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QGuiApplication application(argc, argv);
    std::setlocale(LC_NUMERIC, "C");
    return actions.at(app.get_subcommands().front())();
}

}  // namespace
}  // namespace ratescope::desktop

int main(int argc, char** argv) {
    using namespace ratescope;
    try {
        return desktop::runProgram(argc, argv);
    } catch (const Error& error) {
        return reportError("ratescope", error);
    } catch (const std::exception& error) {
        return reportError("ratescope", Error(ErrorKind::Internal,
                                              std::string("A fault in Ratescope: ") + error.what() + ".",
                                              "Report it with the command that led to it."));
    }
}
