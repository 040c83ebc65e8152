#pragma once

// The edits of the open document as a list: row 0 is the document as it was opened, each further row the state after
// one edit. Edits that are undone are muted.

#include "views/session/open_document.h"

#include <QAbstractListModel>
#include <QStringList>

namespace ratescope::views {

class HistoryModel : public QAbstractListModel {
    Q_OBJECT

  public:
    explicit HistoryModel(const OpenDocument& document, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    /// Of the document as it is now.
    int current() const { return current_; }

  private:
    /// Rows that stay keep their places.
    void follow();

    const OpenDocument& document_;
    QStringList titles_;
    int current_ = 0;
};

}  // namespace ratescope::views
