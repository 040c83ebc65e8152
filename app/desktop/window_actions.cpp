// Every action of the window, its menus and its tool bar.

#include "app/desktop/main_window.h"
#include "app/desktop/worker_light.h"
#include "core/build_info.h"
#include "views/theme/icon.h"

#include <QActionGroup>
#include <QApplication>
#include <QComboBox>
#include <QDesktopServices>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>
#include <QThread>
#include <QToolBar>
#include <QToolButton>

namespace ratescope::desktop {
namespace {

QWidget* stretch() {
    auto* space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    return space;
}

}  // namespace

void MainWindow::makeFileActions() {
    const auto add = [this](const char* id, const QString& text, const char* icon, const QKeySequence& key,
                            const QString& tip, std::function<void()> act) {
        connect(actions_.add(id, text, icon, key, tip), &QAction::triggered, this, std::move(act));
    };
    add("file.new", tr("New"), "new", QKeySequence::New, tr("Begin an empty study"), [this] {
        askThen(tr("%1 has edits that are not saved.").arg(session_.document.displayName()), [this] {
            files_.startNew();
            hasDocument_ = true;
            documentReplaced();
        });
    });
    add("file.open", tr("Open…"), "open", QKeySequence::Open, tr("Open a study"), [this] { askOpen(); });
    add("file.save", tr("Save"), "save", QKeySequence::Save, tr("Save the study"), [this] { saveThen({}); });
    add("file.save-as", tr("Save as…"), "", QKeySequence("Ctrl+Shift+S"),
        tr("Save under another name: another study, with a library of its own"), [this] { saveAs(); });
    add("file.start", tr("Start page"), "home", {}, tr("Examples and recent studies"),
        [this] { pages_->setCurrentIndex(0); });
    add("file.quit", tr("Quit"), "", QKeySequence("Ctrl+Q"), tr("Close the window"), [this] { close(); });
}

void MainWindow::makeEditActions() {
    connect(actions_.add("edit.undo", tr("Undo"), "undo", QKeySequence::Undo, tr("Take the last edit back")),
            &QAction::triggered, &session_.document, &views::OpenDocument::undo);
    connect(actions_.add("edit.redo", tr("Redo"), "redo", QKeySequence("Ctrl+Shift+Z"), tr("Apply it again")),
            &QAction::triggered, &session_.document, &views::OpenDocument::redo);
}

void MainWindow::makeRunActions() {
    connect(actions_.add("run.run", tr("Run"), "run", QKeySequence("F5"), tr("Run what is missing")),
            &QAction::triggered, this, &MainWindow::run);
    connect(actions_.add("run.pause", tr("Pause"), "pause", QKeySequence("F6"),
                         tr("Let running tasks finish, start none")),
            &QAction::triggered, &runs_, &RunControl::pause);
    connect(actions_.add("run.stop", tr("Stop"), "stop", QKeySequence("Shift+F5"),
                         tr("Cancel what is not finished")),
            &QAction::triggered, &runs_, &RunControl::stop);
}

void MainWindow::makeViewActions() {
    const std::pair<const char*, QString> tabs[] = {{"view.graph", tr("Graph")},
                                                    {"view.compare", tr("Compare")},
                                                    {"view.figure", tr("Figure")},
                                                    {"view.model", tr("Model")}};
    for (int i = 0; i < tabs_->count(); ++i)
        connect(actions_.add(tabs[i].first, tabs[i].second, tabs[i].first + 5,
                             QKeySequence(QString("Ctrl+%1").arg(i + 1)), tr("Show this tab")),
                &QAction::triggered, this, [this, i] {
                    pages_->setCurrentIndex(1);
                    tabs_->setCurrentIndex(i);
                });
    auto* looks = new QActionGroup(this);
    const std::tuple<const char*, QString, views::LookChoice> choices[] = {
        {"view.look-system", tr("As the system"), views::LookChoice::System},
        {"view.look-light", tr("Light"), views::LookChoice::Light},
        {"view.look-dark", tr("Dark"), views::LookChoice::Dark}};
    for (const auto& [id, text, choice] : choices) {
        QAction* action = actions_.add(id, text, "", {}, tr("Colours of the window"));
        action->setCheckable(true);
        action->setChecked(session_.settings.look() == choice);
        looks->addAction(action);
        connect(action, &QAction::triggered, this, [this, choice = choice] {
            session_.settings.setLook(choice);
            views::applyLook(*qApp, views::lookOf(choice));
        });
    }
    connect(actions_.add("view.reset", tr("Reset the layout"), "", {}, tr("Docks as they were at first")),
            &QAction::triggered, this, &MainWindow::resetLayout);
    connect(actions_.add("tools.palette", tr("Find an action"), "search", QKeySequence("Ctrl+Shift+P"),
                         tr("Every action by its name")),
            &QAction::triggered, this, &MainWindow::showPalette);
    connect(actions_.add("tools.keys", tr("Keys…"), "keyboard", {}, tr("Give actions other keys")),
            &QAction::triggered, this, &MainWindow::editKeys);
    QAction* reopen = actions_.add("tools.reopen", tr("Reopen the last study at start"), "", {},
                                   tr("In place of the start page"));
    reopen->setCheckable(true);
    reopen->setChecked(session_.settings.reopensLastDocument());
    connect(reopen, &QAction::toggled, this,
            [this](bool on) { session_.settings.setReopensLastDocument(on); });
    connect(actions_.add("help.about", tr("About Ratescope"), "info", {}, tr("Version and licence")),
            &QAction::triggered, this, [this] {
                const BuildInfo& build = buildInfo();
                auto* box = new QMessageBox(
                    QMessageBox::NoIcon, tr("About Ratescope"),
                    tr("Ratescope %1 (%2%3)")
                        .arg(QString::fromStdString(build.version), QString::fromStdString(build.commit),
                             build.dirty ? tr(", changed") : QString()),
                    QMessageBox::Close, this);
                box->setInformativeText(tr("A workbench for compression research. Apache License 2.0."));
                box->setAttribute(Qt::WA_DeleteOnClose);
                box->open();
            });
}

void MainWindow::fillMenus() {
    const auto menu = [this](const QString& title, const QString& prefix, const QStringList& ids) {
        QMenu* made = menuBar()->addMenu(title);
        for (const QString& id : ids)
            if (id.isEmpty())
                made->addSeparator();
            else
                made->addAction(actions_.find(id));
        // What panels have made comes behind, in their own order.
        if (prefix.isEmpty()) return made;
        for (QAction* action : actions_.all())
            if (action->objectName().startsWith(prefix) && !ids.contains(action->objectName()))
                made->addAction(action);
        return made;
    };
    QMenu* file = menu(tr("File"), {},
                       {"file.new", "file.open", "file.save", "file.save-as", "", "file.start", "file.quit"});
    QMenu* recent = new QMenu(tr("Open recent"), this);
    file->insertMenu(actions_.find("file.save"), recent);
    connect(recent, &QMenu::aboutToShow, this, [this, recent] {
        recent->clear();
        for (const QString& name : session_.settings.recentFiles()) {
            QAction* action =
                recent->addAction(QFileInfo(name).fileName(), this, [this, name] { openFile(name); });
            action->setEnabled(QFileInfo::exists(name));
            action->setToolTip(name);
        }
    });
    menu(tr("Edit"), "history.", {"edit.undo", "edit.redo", ""});
    QMenu* view = menu(tr("View"), {}, {"view.graph", "view.compare", "view.figure", "view.model", ""});
    for (QDockWidget* dock : docks_)
        view->addAction(dock->toggleViewAction());
    view->addSeparator();
    for (const char* id : {"view.look-system", "view.look-light", "view.look-dark"})
        view->addAction(actions_.find(id));
    view->addSeparator();
    view->addAction(actions_.find("view.reset"));
    menu(tr("Graph"), "graph.", {});
    menu(tr("Run"), "runs.", {"run.run", "run.pause", "run.stop", ""});
    menu(tr("Curves"), "curves.", {});
    menu(tr("Compare"), "compare.", {});
    menu(tr("Figure"), "figure.", {});
    menu(tr("Model"), "model.", {});
    menu(tr("Library"), "library.", {});
    menu(tr("Tools"), {}, {"tools.palette", "tools.keys", "", "tools.reopen"});
    menu(tr("Help"), {}, {"help.about"});
}

void MainWindow::fillToolBar() {
    auto* bar = new QToolBar(tr("Main tools"));
    bar->setObjectName("mainTools");
    bar->setMovable(false);
    bar->setIconSize({views::measure::icon, views::measure::icon});
    bar->setFixedHeight(views::measure::toolBar);
    const auto addWithText = [&](const char* id) {
        bar->addAction(actions_.find(id));
        static_cast<QToolButton*>(bar->widgetForAction(actions_.find(id)))
            ->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    };
    for (const char* id : {"file.new", "file.open", "file.save"})
        bar->addAction(actions_.find(id));
    bar->addSeparator();
    for (const char* id : {"edit.undo", "edit.redo"})
        bar->addAction(actions_.find(id));
    bar->addSeparator();
    for (const char* id : {"run.run", "run.pause", "run.stop"})
        addWithText(id);
    bar->addSeparator();
    const auto addLabel = [bar](const QString& text) {
        auto* label = new QLabel(text);
        label->setFixedHeight(views::measure::field);
        bar->addWidget(label);
    };
    addLabel(tr("Device") + ' ');
    auto* device = new QComboBox;
    device->addItem(tr("Auto (CPU)"));
    device->setToolTip(tr("No installed node uses a GPU."));
    device->setAccessibleName(tr("Device"));
    bar->addWidget(device);
    addLabel(' ' + tr("Jobs") + ' ');
    jobs_->addItem(tr("All"), 0);
    for (int jobs = 1; jobs <= QThread::idealThreadCount(); ++jobs)
        jobs_->addItem(QString::number(jobs), jobs);
    jobs_->setCurrentIndex(std::max(0, jobs_->findData(session_.settings.jobs())));
    jobs_->setToolTip(tr("Tasks at a time; results don't depend on it."));
    jobs_->setAccessibleName(tr("Jobs"));
    connect(jobs_, &QComboBox::currentIndexChanged, this,
            [this] { session_.settings.setJobs(jobs_->currentData().toInt()); });
    bar->addWidget(jobs_);
    bar->addWidget(stretch());
    auto* find = new QPushButton(views::icon("search", views::Token::Muted), tr("Find an action"));
    find->setObjectName("findAction");
    find->setToolTip(actions_.find("tools.palette")->toolTip());
    connect(find, &QPushButton::clicked, actions_.find("tools.palette"), &QAction::trigger);
    bar->addWidget(find);
    bar->addSeparator();
    bar->addWidget(light_);
    for (QToolButton* button : bar->findChildren<QToolButton*>())
        if (button->defaultAction()) button->setAccessibleName(button->defaultAction()->text());
    addToolBar(bar);
}

}  // namespace ratescope::desktop
