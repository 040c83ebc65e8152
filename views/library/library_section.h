#pragma once

// A titled list of the Library: a search shows what fits it, opened; without one groups are open as the user left
// them.

#include "views/library/library_model.h"

#include <QSet>
#include <QSortFilterProxyModel>
#include <QWidget>

class QStackedWidget;
class QTreeView;

namespace ratescope::views {

class EmptyState;

/// Rows that have every word of the search, and the groups that hold them.
class LibrarySearch : public QSortFilterProxyModel {
    Q_OBJECT

  public:
    explicit LibrarySearch(QObject* parent);
    void setWords(const QString& search);

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

  private:
    QStringList words_;
};

class LibrarySection : public QWidget {
    Q_OBJECT

  public:
    /// `grouped`: its rows hold others.
    LibrarySection(const QString& title, LibraryModel& model, int rowHeight, bool grouped,
                   QWidget* parent = nullptr);
    /// What stands there while there is no row.
    void setEmpty(const QString& sentence, const QString& action);
    void setSearch(const QString& search);
    /// Groups are closed until the user, or this, opens them.
    void open(const QString& group);
    QTreeView& view() { return *view_; }
    /// The first row that is no group; invalid where none is shown.
    QModelIndex firstRow() const;

  signals:
    void emptyAsked();                        ///< the button of the empty state
    void rowAsked(const QModelIndex& index);  ///< double click or Enter

  private:
    void showRows();
    void remember(const QModelIndex& index, bool open);

    LibraryModel& model_;
    LibrarySearch* found_;
    QStackedWidget* pages_;
    QTreeView* view_;
    EmptyState* empty_;
    EmptyState* nothing_;  ///< fits the search
    QString search_;
    QSet<QString> open_;  ///< names of groups
    bool showing_ = false;
};

}  // namespace ratescope::views
