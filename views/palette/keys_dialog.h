#pragma once

// The key editor: all actions with their keys, found by name; a key is given by pressing it.

#include "views/session/settings.h"

#include <QAction>
#include <QDialog>
#include <QList>

class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace ratescope::views {

class KeysModel;

class KeysDialog : public QDialog {
    Q_OBJECT

  public:
    KeysDialog(Settings& settings, const QList<QAction*>& actions, QWidget* window);

  private:
    void build();
    void edit();
    void reset();
    void say(const QString& trouble);
    void followSelection();
    int selectedRow() const;  ///< of the model; −1 for none

    KeysModel* model_;
    QSortFilterProxyModel* found_;
    QLineEdit* field_;
    QTableView* table_;
    QLabel* trouble_;
    QPushButton *edit_, *reset_;
};

}  // namespace ratescope::views
