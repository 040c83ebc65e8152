#include "app/desktop/main_window.h"

#include "app/desktop/worker_light.h"
#include "views/controls/elided_label.h"
#include "views/theme/style.h"

#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QMenuBar>
#include <QMimeData>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace ratescope::desktop {

MainWindow::MainWindow(const graph::Catalogue& catalogue, QWidget* parent)
    : QMainWindow(parent),
      session_(catalogue),
      actions_(session_.settings, *this),
      files_(session_),
      runs_(session_),
      messages_(new MessageBar),
      pages_(new QStackedWidget),
      tabs_(new QTabWidget),
      title_(new QLabel),
      graphStatus_(new views::ElidedLabel),
      selectionStatus_(new views::ElidedLabel),
      panelStatus_(new views::ElidedLabel),
      libraryStatus_(new views::ElidedLabel),
      runStatus_(new views::ElidedLabel),
      jobs_(new QComboBox),
      light_(new WorkerLight(session_.supervisor)) {
    setObjectName("window");
    setAcceptDrops(true);
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(messages_);
    column->addWidget(pages_, 1);
    setCentralWidget(centre);
    makePanels();
    makeFileActions();
    makeEditActions();
    makeRunActions();
    makeViewActions();
    fillMenus();
    fillToolBar();
    connectPanels();
    connectDocument();
    for (QLabel* label : {graphStatus_, selectionStatus_, panelStatus_, runStatus_, libraryStatus_}) {
        label->setContentsMargins(views::measure::padding, 0, views::measure::padding, 0);
        label->setFont(views::tableFont());
        label->setProperty("muted", true);
    }
    for (QLabel* label : {graphStatus_, selectionStatus_, panelStatus_, runStatus_})
        statusBar()->addWidget(label);
    statusBar()->addPermanentWidget(libraryStatus_);
    statusBar()->setSizeGripEnabled(false);
    title_->setContentsMargins(0, 0, views::measure::padding, 0);
    // The menu bar gives it the place that it asks for once.
    title_->setMinimumSize(400, views::measure::dockTitle);
    title_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    menuBar()->setCornerWidget(title_);
    restoreLayout();
    documentReplaced();
}

MainWindow::~MainWindow() {
    // Panels use the session until their end, and a window's children would go after its members.
    qDeleteAll(docks_);
    delete takeCentralWidget();
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::ActivationChange && isActiveWindow()) followLibrary();
    QMainWindow::changeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile() && url.fileName().endsWith(".ratescope")) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile() && url.fileName().endsWith(".ratescope")) {
            event->acceptProposedAction();
            return openFile(url.toLocalFile());
        }
}

void MainWindow::update() {
    const views::OpenDocument& document = session_.document;
    const bool running = runs_.running(),
               valid = document.derived().valid() && !document.derived().branches.empty();
    const QString name = document.displayName() + (document.saved() ? "" : "*");
    title_->setText(hasDocument_ ? name : QString());
    setWindowTitle(hasDocument_ ? name + " – Ratescope" : "Ratescope");
    const auto enable = [this](const char* id, bool enabled) { actions_.find(id)->setEnabled(enabled); };
    enable("file.save", hasDocument_ && (!document.saved() || document.file().isEmpty()));
    enable("file.save-as", hasDocument_);
    enable("edit.undo", document.history().canUndo());
    enable("edit.redo", document.history().canRedo());
    enable("run.run", hasDocument_ && (!running || runs_.paused()));
    enable("run.pause", running && !runs_.paused());
    enable("run.stop", running);
    actions_.find("run.run")->setText(runs_.paused() ? tr("Go on") : tr("Run"));
    actions_.find("run.run")->setStatusTip(valid ? QString() : tr("The document has errors: see the nodes."));
    updateStatus();
}

void MainWindow::updateStatus() {
    const graph::Document& document = session_.document.document();
    const QLocale locale;
    graphStatus_->setVisible(hasDocument_);
    const auto counted = [&](std::size_t count, const QString& one, const QString& many) {
        return count == 1 ? one : many.arg(locale.toString(static_cast<qulonglong>(count)));
    };
    QStringList parts{counted(document.nodes.size(), tr("1 node"), tr("%1 nodes")),
                      counted(document.wires.size(), tr("1 wire"), tr("%1 wires"))};
    if (const auto items = session_.document.derived().items(document.seeds.size()); items && *items > 0)
        parts += counted(*items, tr("1 item"), tr("%1 items"));
    graphStatus_->setText(tr("Graph: %1").arg(parts.join(", ")));
    const auto& nodes = session_.selection.nodes();
    selectionStatus_->setVisible(hasDocument_ && !nodes.empty());
    selectionStatus_->setText(nodes.size() == 1
                                  ? tr("Selected: %1").arg(QString::fromStdString(*nodes.begin()))
                                  : tr("Selected: %1 nodes").arg(nodes.size()));
    runStatus_->setText(runs_.progressText());
    runStatus_->setVisible(!runStatus_->text().isEmpty());
    const QString library = session_.results.file();
    libraryStatus_->setText(library.isEmpty() ? QString()
                                              : tr("Library %1").arg(QFileInfo(library).fileName()));
    libraryStatus_->setToolTip(library);
}

}  // namespace ratescope::desktop
