#pragma once

// The graph as a tree that a keyboard or a screen reader can walk: what is selected here is selected everywhere, Delete
// removes a node or a connection, the menu connects a port.

#include "views/session/session.h"

#include <QStringList>
#include <QWidget>

class QMenu;
class QTreeView;

namespace ratescope::views {

class OutlineModel;

class GraphOutline : public QWidget {
    Q_OBJECT

  public:
    explicit GraphOutline(Session& session, QWidget* parent = nullptr);
    QTreeView& tree() const { return *tree_; }
    OutlineModel& model() const { return *model_; }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void giveSelection();
    void takeSelection();
    void keepState();
    void restoreState();
    void remove();
    void openMenu(const QPoint& point);
    void addTargets(QMenu& menu);

    Session& session_;
    OutlineModel* model_;
    QTreeView* tree_;
    QStringList expanded_;  ///< paths of rows, while the model is made anew
    QString current_;
    bool taking_ = false;
};

}  // namespace ratescope::views
