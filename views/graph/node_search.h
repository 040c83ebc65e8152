#pragma once

// Search over nodes by title, synonyms, id and papers, at the place where the node is to come.

#include "core/graph/catalogue.h"
#include "views/graph/popup_frame.h"

#include <QAbstractListModel>
#include <QPointF>
#include <functional>
#include <vector>

class QLabel;
class QLineEdit;
class QListView;

namespace ratescope::views {

/// The manifests that have every word somewhere, best first: in the title before synonyms, id, papers and summary.
/// Without words all of them, by family and title.
std::vector<const graph::Manifest*> searchNodes(const std::vector<const graph::Manifest*>& among,
                                                const QString& text);

class NodeListModel : public QAbstractListModel {
    Q_OBJECT

  public:
    enum Role { IdRole = Qt::UserRole, FamilyRole, SummaryRole, KindRole };

    using QAbstractListModel::QAbstractListModel;
    void show(std::vector<const graph::Manifest*> nodes);
    const graph::Manifest* at(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

  private:
    std::vector<const graph::Manifest*> nodes_;
};

class NodeSearch : public PopupFrame {
    Q_OBJECT

  public:
    explicit NodeSearch(QWidget* parent);

    /// Opens at the point of the parent, within it, over these nodes. `purpose` says what they are offered for.
    void open(std::vector<const graph::Manifest*> among, QPoint point, const QString& purpose);
    QListView& list() const { return *list_; }
    QLineEdit& field() const { return *field_; }

  signals:
    void chosen(const QString& nodeId);
    void closed();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    void filter(const QString& text);
    void choose(const QModelIndex& index);
    void step(int by);

    QLineEdit* field_;
    QListView* list_;
    QLabel* none_;
    NodeListModel* model_;
    std::vector<const graph::Manifest*> among_;
};

}  // namespace ratescope::views
