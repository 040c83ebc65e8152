#pragma once

// The table of a sweep with what changes its size: rows and columns come, go and are pasted.

#include "views/inspector/tuple_model.h"

#include <QWidget>

class QTableView;
class QToolButton;

namespace ratescope::views {

class TupleTable : public QWidget {
    Q_OBJECT

  public:
    explicit TupleTable(Session& session, QWidget* parent = nullptr);

    /// The table that has this column.
    void show(const graph::SweepColumn& column);
    TupleModel& model() { return *model_; }

  signals:
    void refused(const QString& why);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QToolButton* addButton(const QString& name, const QString& iconName, const QString& text);
    void offerColumns();
    void removeRows();
    void removeColumn();
    void paste();
    void fitHeight();

    Session& session_;
    TupleModel* model_;
    QTableView* view_;
};

}  // namespace ratescope::views
