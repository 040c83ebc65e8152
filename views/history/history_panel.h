#pragma once

// The undo list: every edit since the document was opened; a press on one goes back, or forth, to it.

#include "views/session/session.h"

#include <QWidget>

class QListView;

namespace ratescope::views {

class HistoryModel;

class HistoryPanel : public QWidget {
    Q_OBJECT

  public:
    explicit HistoryPanel(Session& session, QWidget* parent = nullptr);

  private:
    void goTo(const QModelIndex& index);
    void showCurrent();

    Session& session_;
    HistoryModel* model_;
    QListView* view_;
};

}  // namespace ratescope::views
