#pragma once

// The panel that shows and edits what is selected: one node, by its manifest alone; or, with nothing selected, the
// study.

#include "views/session/session.h"

#include <QWidget>

class QStackedWidget;

namespace ratescope::views {

class EmptyState;
class NodePage;
class PlanCount;
class StudyPage;

class InspectorPanel : public QWidget {
    Q_OBJECT

  public:
    explicit InspectorPanel(Session& session, QWidget* parent = nullptr);

    QSize sizeHint() const override { return {312, 576}; }

  private:
    void showSelection();
    void documentChanged();
    void derivedChanged();

    Session& session_;
    PlanCount* plan_;
    QStackedWidget* pages_;
    NodePage* node_;
    StudyPage* study_;
    EmptyState* several_;
};

}  // namespace ratescope::views
