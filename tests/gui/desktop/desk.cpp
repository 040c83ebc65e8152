#include "tests/gui/desktop/desk.h"

#include <signal.h>

#include <QDir>
#include <QSignalSpy>
#include <stdexcept>

namespace gui {
namespace {

std::unique_ptr<ratescope::desktop::MainWindow> newWindow() {
    auto window = std::make_unique<ratescope::desktop::MainWindow>(catalogue());
    window->session().supervisor.setProgram(e2e::builtProgram("ratescope-cli"));
    window->show();
    if (!QTest::qWaitForWindowExposed(window.get())) throw std::runtime_error("the window is not shown");
    return window;
}

QMessageBox* openBox() {
    for (QWidget* widget : QApplication::topLevelWidgets())
        if (auto* box = qobject_cast<QMessageBox*>(widget); box && box->isVisible()) return box;
    return nullptr;
}

}  // namespace

Desk::Desk() {
    place_.showPhotographs();
    // Supervisors that the window starts find the tests' own nodes, and end with the place.
    qputenv("RATESCOPE_PLUGINS", place_.environment.value("RATESCOPE_PLUGINS").toUtf8());
    // A shell of the same user finds their sockets.
    place_.environment.insert("XDG_RUNTIME_DIR", qEnvironmentVariable("XDG_RUNTIME_DIR"));
    QDir::setCurrent(place_.path("."));
    window_ = newWindow();
    window_->begin({});
}

Desk::~Desk() {
    const qint64 supervisor = session().supervisor.process();
    window_.reset();
    if (supervisor > 0) e2e::sendSignal(supervisor, SIGKILL);
    QDir::setCurrent(QDir::tempPath());
}

void Desk::reopen(const QString& document) {
    window_.reset();
    window_ = newWindow();
    window_->begin(document);
}

void Desk::activate() {
    // The X server of the test has no window manager that would give the focus back after a dialog.
    if (window_->isActiveWindow()) return;
    window_->activateWindow();
    if (!QTest::qWaitForWindowActive(window_.get()))
        throw std::runtime_error("the window can't be activated");
}

void Desk::act(const QString& name) {
    QAction* action = window_->actionList().find(name);
    if (!action) throw std::runtime_error("no action " + name.toStdString());
    if (!action->isEnabled()) throw std::runtime_error(name.toStdString() + " is disabled");
    if (action->shortcut().isEmpty()) return action->trigger();
    activate();
    QTest::keySequence(window_.get(), action->shortcut());
}

void Desk::chooseFile(const QString& file) {
    QFileDialog* dialog = nullptr;
    waitFor([&] {
        for (QWidget* widget : QApplication::topLevelWidgets())
            if (auto* found = qobject_cast<QFileDialog*>(widget); found && found->isVisible()) dialog = found;
        return dialog != nullptr;
    });
    if (!dialog) throw std::runtime_error("no file dialog is open");
    auto* name = dialog->findChild<QLineEdit*>("fileNameEdit");
    // Pasted, as a person does with a long name: typing it would open the list of completions.
    name->selectAll();
    name->insert(file);
    QTest::keyClick(name, Qt::Key_Return);
}

void Desk::answer(const QString& button) {
    if (!waitFor([] { return openBox() != nullptr; }, 5000)) throw std::runtime_error("no question is open");
    for (QAbstractButton* each : openBox()->buttons())
        if (each->text() == button) return QTest::mouseClick(each, Qt::LeftButton);
    throw std::runtime_error("the question has no button " + button.toStdString());
}

QString Desk::question() const {
    const QMessageBox* box = openBox();
    return box ? box->text() + '\n' + box->informativeText() : QString();
}

void Desk::open(const e2e::Study& study, const QString& name) {
    window_->openFile(place_.write(name, study.text()));
    if (!waitFor([this] { return session().document.derivedIsCurrent(); }))
        throw std::runtime_error("not read");
}

bool Desk::waitUntilIdle(int timeoutMs) {
    QSignalSpy idle(&session().supervisor, &ratescope::views::SupervisorLink::idle);
    return waitFor([&] { return idle.count() > 0; }, timeoutMs);
}

int Desk::items(ratescope::store::State state) const {
    const ratescope::store::Library library(window_->session().results.file().toStdString(),
                                            ratescope::store::Access::Read);
    return static_cast<int>(library.itemCounts()[state]);
}

}  // namespace gui
