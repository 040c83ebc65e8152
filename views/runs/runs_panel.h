#pragma once

// The panel "Runs": the items of the study with their states and numbers, how far the run is, and what can be done
// about it.

#include "views/runs/runs_bar.h"
#include "views/session/session.h"

#include <QAction>
#include <QList>
#include <QTimer>
#include <QWidget>

class QLabel;
class QMenu;
class QSplitter;
class QStackedWidget;

namespace ratescope::views {

class EmptyState;
class RunDetail;
class RunsFilter;
class RunsModel;
class RunsTable;

class RunsPanel : public QWidget {
    Q_OBJECT

  public:
    explicit RunsPanel(Session& session, QWidget* parent = nullptr);
    ~RunsPanel() override;

    /// runs.pause (or resume), runs.cancel, runs.retry, runs.filter, runs.details, runs.compare, runs.copy, runs.notes,
    /// runs.disk.
    QList<QAction*> actions() const { return actions_; }

  signals:
    void runAsked();   ///< there are no runs yet
    void goOnAsked();  ///< nobody runs what has not finished: the document is to be submitted

  private:
    void build();
    void buildMenu();
    void connectBar();
    void connectSession();
    void showSituation();
    void showFilter(bool shown);
    void showDetails(bool shown);
    void choose();
    void order(int column, bool descending);

    /// Asks the supervisor, which is started if there is none.
    void request(const std::string& name, const nlohmann::json& arguments,
                 SupervisorLink::Answered answered = {});
    nlohmann::json ofStudy() const;
    void pauseOrResume();
    void retry(const std::vector<qint64>& items);
    void showDiskUse();
    void showNotes();
    void compare();
    void copyRows();
    void say(const QString& text, bool isBad);
    /// After a while: a column that is dragged is not written at every step.
    void rememberSoon() { remembering_.start(); }
    void remember();
    void recall();

    Session& session_;
    RunsModel* model_;
    RunsBar* bar_;
    RunsFilter* filter_;
    QWidget* message_;
    QLabel* messageText_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QSplitter* splitter_;
    RunsTable* table_;
    RunDetail* detail_;
    QAction* details_;
    QAction* compare_;
    QAction* copy_;
    QAction* notes_;
    QAction* disk_;
    QList<QAction*> actions_;
    QTimer remembering_;
};

}  // namespace ratescope::views
