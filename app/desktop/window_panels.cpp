// Where the panels stand, and what passes between them that the session does not carry.

#include "app/desktop/main_window.h"
#include "app/desktop/tab_fit.h"
#include "app/desktop/worker_light.h"
#include "views/compare/compare_panel.h"
#include "views/controls/dock_title.h"
#include "views/curves/curves_panel.h"
#include "views/figures/figure_panel.h"
#include "views/graph/graph_outline.h"
#include "views/graph/graph_panel.h"
#include "views/graph/graph_view.h"
#include "views/history/history_panel.h"
#include "views/inspector/inspector_panel.h"
#include "views/library/library_panel.h"
#include "views/model/model_panel.h"
#include "views/palette/command_palette.h"
#include "views/palette/keys_dialog.h"
#include "views/runs/runs_panel.h"
#include "views/start/start_page.h"
#include "views/theme/icon.h"

#include <QApplication>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTimer>

namespace ratescope::desktop {

void MainWindow::makePanels() {
    start_ = new views::StartPage(session_);
    graph_ = new views::GraphPanel(session_);
    compare_ = new views::ComparePanel(session_);
    figure_ = new views::FigurePanel(session_);
    model_ = new views::ModelPanel(session_);
    library_ = new views::LibraryPanel(session_);
    inspector_ = new views::InspectorPanel(session_);
    runsPanel_ = new views::RunsPanel(session_);
    curves_ = new views::CurvesPanel(session_);
    history_ = new views::HistoryPanel(session_);
    tabs_->setDocumentMode(true);
    using views::Token;
    tabs_->addTab(graph_, views::icon("graph", Token::Muted, Token::Text), tr("Graph"));
    tabs_->addTab(compare_, views::icon("compare", Token::Muted, Token::Text), tr("Compare"));
    tabs_->addTab(figure_, views::icon("figure", Token::Muted, Token::Text), tr("Figure"));
    tabs_->addTab(model_, views::icon("model", Token::Muted, Token::Text), tr("Model"));
    tabs_->setCornerWidget(graph_->toolRow());
    new TabFit(*tabs_);  // becomes the tabs' own
    // They have the window for themselves: what they need must not widen the graph among its docks.
    for (QWidget* whole :
         {static_cast<QWidget*>(compare_), static_cast<QWidget*>(figure_), static_cast<QWidget*>(model_)})
        whole->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    connect(tabs_, &QTabWidget::currentChanged, this, &MainWindow::showDocks);
    connect(pages_, &QStackedWidget::currentChanged, this, &MainWindow::showDocks);
    pages_->addWidget(start_);
    pages_->addWidget(tabs_);
    addDock("library", tr("Library"), library_, Qt::LeftDockWidgetArea);
    addDock("inspector", tr("Inspector"), inspector_, Qt::RightDockWidgetArea);
    addDock("runs", tr("Runs"), runsPanel_, Qt::BottomDockWidgetArea);
    addDock("curves", tr("Curves"), curves_, Qt::BottomDockWidgetArea);
    addDock("outline", tr("Outline"), new views::GraphOutline(session_), Qt::RightDockWidgetArea);
    addDock("history", tr("Edits"), history_, Qt::RightDockWidgetArea);
    for (const QList<QAction*>& actions :
         {graph_->actions(), library_->actions(), runsPanel_->actions(), curves_->actions(),
          compare_->actions(), figure_->actions(), model_->actions()})
        actions_.adopt(actions);
}

QDockWidget* MainWindow::addDock(const QString& id, const QString& title, QWidget* panel,
                                 Qt::DockWidgetArea area) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(id);
    dock->setWidget(panel);
    new views::DockTitle(*dock);  // becomes the dock's own
    addDockWidget(area, dock);
    docks_ += dock;
    return dock;
}

void MainWindow::connectPanels() {
    connect(start_, &views::StartPage::exampleAsked, this, &MainWindow::openExample);
    connect(start_, &views::StartPage::openAsked, this, &MainWindow::openFile);
    connect(start_, &views::StartPage::openDialogAsked, actions_.find("file.open"), &QAction::trigger);
    connect(start_, &views::StartPage::newAsked, actions_.find("file.new"), &QAction::trigger);
    connect(start_, &views::StartPage::filesDropped, this, [this](const QStringList& files) {
        for (const QString& file : files)
            if (file.endsWith(".ratescope")) return openFile(file);
        actions_.find("file.new")->trigger();
        graph_->takeFiles(files, {});
    });
    connect(graph_, &views::GraphPanel::openAsked, this, &MainWindow::openFile);
    const auto middle = [this] {
        return graph_->view().mapToScene(graph_->view().viewport()->rect().center());
    };
    connect(library_, &views::LibraryPanel::nodeAsked, this, [this, middle](const QString& id) {
        showGraph();
        graph_->takeNode(id, middle());
    });
    connect(library_, &views::LibraryPanel::filesDropped, this, [this, middle](const QStringList& files) {
        showGraph();
        graph_->takeFiles(files, middle());
    });
    connect(library_, &views::LibraryPanel::runAsked, this, &MainWindow::run);
    connect(figure_, &views::FigurePanel::runAsked, this, &MainWindow::run);
    connect(runsPanel_, &views::RunsPanel::goOnAsked, this, &MainWindow::run);
    connect(runsPanel_, &views::RunsPanel::runAsked, this, &MainWindow::run);
    connect(curves_, &views::CurvesPanel::runAsked, this, &MainWindow::run);
    const auto addFigure = [this](const graph::FigureSpec& figure) {
        tabs_->setCurrentWidget(figure_);
        figure_->addFigure(figure);
    };
    connect(curves_, &views::CurvesPanel::figureAsked, this, addFigure);
    connect(compare_, &views::ComparePanel::figureAsked, this, addFigure);
    connect(model_, &views::ModelPanel::runAsked, this, &MainWindow::run);
    connect(model_, &views::ModelPanel::graphAsked, this, &MainWindow::showGraph);
    connect(&session_.selection, &views::Selection::reconstructionAsked, this, [this](qint64 item) {
        tabs_->setCurrentWidget(model_->has(item) ? static_cast<QWidget*>(model_) : compare_);
    });
    const auto say = [this](const QString& text) { panelStatus_->setText(text); };
    connect(compare_, &views::ComparePanel::statusText, this, say);
    connect(figure_, &views::FigurePanel::statusText, this, say);
    connect(model_, &views::ModelPanel::statusText, this, say);
    connect(model_, &views::ModelPanel::failed, messages_, &MessageBar::fail);
    connect(compare_, &views::ComparePanel::plateSaved, this,
            [say](const QString& file) { say(tr("Saved %1").arg(file)); });
    connect(compare_, &views::ComparePanel::failed, messages_, &MessageBar::fail);
    connect(graph_, &views::GraphPanel::failed, messages_, &MessageBar::fail);
}

void MainWindow::showGraph() {
    pages_->setCurrentIndex(1);
    tabs_->setCurrentWidget(graph_);
}

void MainWindow::showDocks() {
    // The start page, pictures and figures take the whole window; the graph stands among its docks.
    const bool graph = pages_->currentWidget() == tabs_ && tabs_->currentWidget() == graph_;
    graph_->toolRow()->setVisible(graph);
    panelStatus_->clear();
    if (graph) {
        for (QDockWidget* dock : std::exchange(hiddenDocks_, {}))
            dock->show();
        // Sizes hold once the docks have their places.
        if (std::exchange(sharesOut_, false)) QTimer::singleShot(0, this, &MainWindow::shareOut);
        return;
    }
    for (QDockWidget* dock : docks_)
        if (!dock->isHidden() && !dock->isFloating() && !hiddenDocks_.contains(dock)) hiddenDocks_ += dock;
    for (QDockWidget* dock : hiddenDocks_)
        dock->hide();
}

void MainWindow::resetLayout() {
    tabs_->setCurrentIndex(0);
    hiddenDocks_.clear();
    const auto dock = [this](const char* id) { return findChild<QDockWidget*>(id); };
    for (QDockWidget* each : docks_) {
        each->setFloating(false);
        each->show();
    }
    addDockWidget(Qt::LeftDockWidgetArea, dock("library"));
    addDockWidget(Qt::RightDockWidgetArea, dock("inspector"));
    addDockWidget(Qt::BottomDockWidgetArea, dock("runs"));
    splitDockWidget(dock("runs"), dock("curves"), Qt::Horizontal);
    for (const char* extra : {"outline", "history"}) {
        addDockWidget(Qt::RightDockWidgetArea, dock(extra));
        dock(extra)->hide();
    }
    sharesOut_ = true;
    showDocks();
}

void MainWindow::shareOut() {
    // The parts of a window of 1600 × 1000.
    const auto dock = [this](const char* id) { return findChild<QDockWidget*>(id); };
    resizeDocks({dock("library"), dock("inspector")}, {248 * width() / 1600, 312 * width() / 1600},
                Qt::Horizontal);
    resizeDocks({dock("runs"), dock("curves")}, {776 * width() / 1600, 820 * width() / 1600}, Qt::Horizontal);
    resizeDocks({dock("runs"), dock("curves")}, {332 * height() / 1000, 332 * height() / 1000}, Qt::Vertical);
}

void MainWindow::restoreLayout() {
    const QByteArray geometry = session_.settings.viewState("window/geometry");
    const QByteArray docks = session_.settings.viewState("window/docks");
    if (geometry.isEmpty() || !restoreGeometry(geometry)) resize(1600, 1000);
    if (docks.isEmpty() || !restoreState(docks, 1)) resetLayout();
    showDocks();
}

void MainWindow::showPalette() {
    auto* palette = new views::CommandPalette(actions_.all(), this);
    palette->open();
}

void MainWindow::editKeys() {
    auto* dialog = new views::KeysDialog(session_.settings, actions_.all(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

}  // namespace ratescope::desktop
