#pragma once

// Two runs side by side, items or whole studies: only what differs, the equal ones folded.

#include "views/runs/comparison_model.h"
#include "views/session/session.h"

#include <QDialog>
#include <QString>
#include <vector>

class QComboBox;
class QLabel;
class QTreeView;

namespace ratescope::views {

class RunsComparison : public QDialog {
    Q_OBJECT

  public:
    /// `items`: those that are offered beside the studies of the library; the first two are compared at once, else
    /// the first two studies.
    RunsComparison(Session& session, std::vector<store::ItemId> items, QWidget* parent = nullptr);

  private:
    /// Something that can stand on a side.
    struct Side {
        QString title;
        store::ItemId item = 0;
        store::StudyId study = 0;
    };

    void offer(const std::vector<Side>& sides);
    void compare();
    void take(const store::RunDifference& difference);

    Session& session_;
    std::vector<Side> sides_;
    QComboBox* first_;
    QComboBox* second_;
    QLabel* summary_;
    QLabel* warning_;
    ComparisonModel* model_;
    QTreeView* tree_;
};

}  // namespace ratescope::views
