#include "views/palette/keys_model.h"

#include "views/palette/action_text.h"

#include <QFont>

namespace ratescope::views {
namespace {

constexpr const char* ownKeyProperty = "ownKey";

/// The tool tip names the key at its end: the new one in place of the old.
void followInToolTip(QAction& action, const QString& before) {
    QString toolTip = action.toolTip();
    const QString now = keyTextOf(action);
    const QString end = " (" + before + ")";
    if (!before.isEmpty() && toolTip.endsWith(end)) toolTip.chop(end.size());
    action.setToolTip(now.isEmpty() ? toolTip : toolTip + " (" + now + ")");
}

}  // namespace

KeysModel::KeysModel(Settings& settings, const QList<QAction*>& actions, QObject* parent)
    : QAbstractTableModel(parent), settings_(settings) {
    for (QAction* action : namedActions(actions)) {
        if (!action->property(ownKeyProperty).isValid())
            action->setProperty(ownKeyProperty, action->shortcut().toString(QKeySequence::PortableText));
        actions_.push_back(action);
    }
}

QKeySequence KeysModel::ownKey(int row) const {
    return QKeySequence::fromString(
        actions_[static_cast<std::size_t>(row)]->property(ownKeyProperty).toString(),
        QKeySequence::PortableText);
}

const QAction* KeysModel::holderOf(const QKeySequence& key, const QAction* but) const {
    if (key.isEmpty()) return nullptr;
    for (const QAction* action : actions_)
        if (action != but && action->shortcuts().contains(key)) return action;
    return nullptr;
}

bool KeysModel::setKey(int row, const QKeySequence& key) {
    QAction* action = actions_[static_cast<std::size_t>(row)];
    const QKeySequence wanted = key.isEmpty() ? ownKey(row) : key;
    if (const QAction* holder = holderOf(wanted, action)) {
        emit refused(tr("%1 is the key of “%2”. Give that one another key first.")
                         .arg(wanted.toString(QKeySequence::NativeText), nameOf(*holder)));
        return false;
    }
    give(row, wanted);
    emit accepted();
    return true;
}

void KeysModel::give(int row, const QKeySequence& key) {
    QAction* action = actions_[static_cast<std::size_t>(row)];
    const QString before = keyTextOf(*action);
    action->setShortcut(key);
    followInToolTip(*action, before);
    const bool own = key == ownKey(row);
    settings_.setKeyOf(action->objectName(), own ? QString() : key.toString(QKeySequence::PortableText));
    emit dataChanged(index(row, 0), index(row, Columns - 1));
}

void KeysModel::resetAll() {
    for (int row = 0; row < rowCount(); ++row)
        give(row, ownKey(row));
    emit accepted();
}

bool KeysModel::changed(int row) const {
    return actions_[static_cast<std::size_t>(row)]->shortcut() != ownKey(row);
}

int KeysModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(actions_.size());
}

int KeysModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QVariant KeysModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const QAction& action = *actions_[static_cast<std::size_t>(index.row())];
    const QString own = ownKey(index.row()).toString(QKeySequence::NativeText);
    switch (role) {
        case Qt::DisplayRole:
            return index.column() == Name   ? nameOf(action)
                   : index.column() == Menu ? menuPathOf(action)
                                            : keyTextOf(action);
        case Qt::EditRole:
            return index.column() == Key ? QVariant::fromValue(action.shortcut()) : QVariant();
        case Qt::ToolTipRole:
            if (index.column() != Key || !changed(index.row())) return action.toolTip();
            return own.isEmpty() ? tr("Its own: no key") : tr("Its own: %1").arg(own);
        case Qt::FontRole:
            if (index.column() == Key && changed(index.row())) {
                QFont bold;
                bold.setWeight(QFont::DemiBold);
                return bold;
            }
            return {};
        default:
            return {};
    }
}

QVariant KeysModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == Name ? tr("Action") : section == Menu ? tr("Menu") : tr("Key");
}

Qt::ItemFlags KeysModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.column() == Key ? flags | Qt::ItemIsEditable : flags;
}

bool KeysModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || index.column() != Key) return false;
    return setKey(index.row(), value.value<QKeySequence>());
}

}  // namespace ratescope::views
