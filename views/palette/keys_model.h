#pragma once

// The keys of all actions as a table: name, menu, key. A key that another action has is refused and says whose it is;
// an own key is the one without the user's wish (the property "ownKey", else the one at hand).

#include "views/session/settings.h"

#include <QAbstractTableModel>
#include <QAction>
#include <QKeySequence>
#include <vector>

namespace ratescope::views {

class KeysModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { Name, Menu, Key, Columns };

    KeysModel(Settings& settings, const QList<QAction*>& actions, QObject* parent);

    /// Gives the action the key and remembers it; an empty one is its own again. False, with refused(), where another
    /// has it.
    bool setKey(int row, const QKeySequence& key);
    /// Own keys again, of one or of all.
    bool reset(int row) { return setKey(row, {}); }
    void resetAll();
    bool changed(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

  signals:
    void refused(const QString& why);
    void accepted();

  private:
    QKeySequence ownKey(int row) const;
    const QAction* holderOf(const QKeySequence& key, const QAction* but) const;
    void give(int row, const QKeySequence& key);

    Settings& settings_;
    std::vector<QAction*> actions_;
};

}  // namespace ratescope::views
