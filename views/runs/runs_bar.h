#pragma once

// The top row of the panel: how far the run is, in words too; what is shown; pause, stop, retry and the rest.

#include "core/run/supervisor.h"
#include "core/store/records.h"

#include <QAction>
#include <QWidget>
#include <optional>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QMenu;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace ratescope::views {

/// What the bar says.
struct RunSituation {
    store::StateCounts counts;              ///< of the study, as the library has it
    std::optional<run::Progress> progress;  ///< as the supervisor says it, while something runs
    bool isAttached = false, isPaused = false, isStarting = false;

    /// Work that waits for nobody: it goes on when it is asked to.
    bool canGoOn() const;
};

class RunsBar : public QWidget {
    Q_OBJECT

  public:
    explicit RunsBar(QWidget* parent = nullptr);

    void showSituation(const RunSituation& situation);

    QAction* const pause;  ///< or resume: by its text
    QAction* const cancel;
    QAction* const retry;   ///< all failed ones
    QAction* const filter;  ///< checkable: the row of filters
    QComboBox* const grouping;
    QComboBox* const latest;
    /// With the menu of everything else.
    void setMenu(QMenu* menu);

  signals:
    void goOnAsked();

  private:
    void build();
    QToolButton* addButton(QHBoxLayout* row, QAction* action);
    QString timeText(const RunSituation& situation) const;

    QProgressBar* progress_;
    QLabel* count_;
    QLabel* failed_;
    QLabel* time_;
    QPushButton* goOn_;
    QToolButton* more_;
};

}  // namespace ratescope::views
