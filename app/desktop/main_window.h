#pragma once

// The window: docks and tabs around one open document. It computes nothing; what it does is in its parts.

#include "app/desktop/action_list.h"
#include "app/desktop/document_files.h"
#include "app/desktop/message_bar.h"
#include "app/desktop/run_control.h"
#include "views/session/session.h"

#include <QMainWindow>

class QComboBox;
class QDockWidget;
class QLabel;
class QStackedWidget;
class QTabWidget;

namespace ratescope::views {
class CommandPalette;
class ComparePanel;
class CurvesPanel;
class FigurePanel;
class GraphPanel;
class HistoryPanel;
class InspectorPanel;
class LibraryPanel;
class ModelPanel;
class RunsPanel;
class StartPage;
}  // namespace ratescope::views

namespace ratescope::desktop {

class WorkerLight;

class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    explicit MainWindow(const graph::Catalogue& catalogue, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// What a start does: opens the document, or the last one where the user wishes that; offers what a crash left.
    void begin(const QString& document);
    /// Opens the file as the program's argument or "Open…" does; asks first where edits would be lost.
    void openFile(const QString& file);
    views::Session& session() { return session_; }
    ActionList& actionList() { return actions_; }
    MessageBar& messages() { return *messages_; }
    RunControl& runs() { return runs_; }

  protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    // window_actions.cpp
    void makeFileActions();
    void makeEditActions();
    void makeRunActions();
    void makeViewActions();
    void fillMenus();
    void fillToolBar();
    // window_panels.cpp
    void makePanels();
    QDockWidget* addDock(const QString& id, const QString& title, QWidget* panel, Qt::DockWidgetArea area);
    void connectPanels();
    void showDocks();
    void showGraph();
    void restoreLayout();
    void resetLayout();
    void shareOut();
    void showPalette();
    void editKeys();
    // window_document.cpp
    void connectDocument();
    void askThen(const QString& question, std::function<void()> act);
    void saveThen(std::function<void()> then);
    void saveAs(std::function<void()> then = {});
    void askOpen();
    void openExample(const QString& file, bool run);
    void offerRecovery();
    void documentReplaced();
    void followLibrary();
    void run();
    void askApproval(const QStringList& commands, const QString& hash);
    void showFirstError();
    void askClose();
    // main_window.cpp
    void update();
    void updateStatus();

    views::Session session_;
    ActionList actions_;
    DocumentFiles files_;
    RunControl runs_;
    MessageBar* messages_;
    QStackedWidget* pages_;
    QTabWidget* tabs_;
    QLabel *title_, *graphStatus_, *selectionStatus_, *panelStatus_, *libraryStatus_, *runStatus_;
    QComboBox* jobs_;
    WorkerLight* light_;
    QList<QDockWidget*> docks_;
    QList<QDockWidget*> hiddenDocks_;  ///< while a page takes the whole window
    views::StartPage* start_;
    views::GraphPanel* graph_;
    views::ComparePanel* compare_;
    views::FigurePanel* figure_;
    views::ModelPanel* model_;
    views::LibraryPanel* library_;
    views::InspectorPanel* inspector_;
    views::RunsPanel* runsPanel_;
    views::CurvesPanel* curves_;
    views::HistoryPanel* history_;
    bool sharesOut_ = false;    ///< docks are to get their first sizes once they are shown
    bool closing_ = false;      ///< all questions are answered
    bool hasDocument_ = false;  ///< else the start page is shown
};

}  // namespace ratescope::desktop
