#include "views/palette/found_actions.h"

#include "views/palette/action_text.h"
#include "views/palette/fuzzy.h"
#include "views/theme/style.h"

#include <QApplication>
#include <QIcon>
#include <QPainter>
#include <QRegularExpression>
#include <algorithm>
#include <optional>

namespace ratescope::views {
namespace {

/// A fit in the name is worth more than one in the menu, and that more than one in the tool tip.
std::optional<int> scoreOf(const QString& query, const QAction& action) {
    const QString name = nameOf(action);
    std::optional<int> best;
    const auto consider = [&](const QString& text, int weight) {
        if (const auto score = fuzzyScore(query, text)) best = std::max(best.value_or(0), *score * weight);
    };
    consider(name, 4);
    consider(menuPathOf(action) + " " + name, 2);
    // Letters scattered over a sentence mean nothing: there only a whole word counts.
    if (action.toolTip().contains(query, Qt::CaseInsensitive)) consider(query, 1);
    return best;
}

QString reasonOf(const QAction& action) {
    if (action.isEnabled()) return {};
    return action.statusTip().isEmpty() ? FoundActions::tr("not now") : action.statusTip();
}

}  // namespace

FoundActions::FoundActions(const QList<QAction*>& actions, QObject* parent) : QAbstractListModel(parent) {
    for (QAction* action : namedActions(actions))
        if (action->isVisible()) all_.emplace_back(action);
    search({});
}

void FoundActions::search(const QString& query) {
    struct Fit {
        QPointer<QAction> action;
        int score;
    };
    std::vector<Fit> fits;
    for (const QPointer<QAction>& action : all_)
        if (action)
            if (const auto score = scoreOf(query.trimmed(), *action)) fits.push_back({action, *score});
    std::stable_sort(fits.begin(), fits.end(), [](const Fit& a, const Fit& b) {
        if (a.action->isEnabled() != b.action->isEnabled()) return a.action->isEnabled();
        return a.score > b.score;
    });
    beginResetModel();
    found_.clear();
    for (const Fit& fit : fits)
        found_.push_back(fit.action);
    endResetModel();
}

QAction* FoundActions::actionAt(const QModelIndex& index) const {
    return index.isValid() ? found_[static_cast<std::size_t>(index.row())].data() : nullptr;
}

int FoundActions::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(found_.size());
}

QVariant FoundActions::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const QAction* action = actionAt(index);
    if (!action) return {};
    switch (role) {
        case Qt::DisplayRole:
            return nameOf(*action);
        case Qt::DecorationRole:
            return action->icon();
        case Qt::ToolTipRole:
            return action->toolTip();
        case Qt::AccessibleTextRole:
            return QStringList{nameOf(*action), menuPathOf(*action), keyTextOf(*action), reasonOf(*action)}
                .filter(QRegularExpression("."))
                .join(", ");
        case MenuRole:
            return menuPathOf(*action);
        case KeyRole:
            return keyTextOf(*action);
        case ReasonRole:
            return reasonOf(*action);
        default:
            return {};
    }
}

void FoundActionDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                const QModelIndex& index) const {
    QStyleOptionViewItem row = option;
    initStyleOption(&row, index);
    const QStyle* style = row.widget ? row.widget->style() : QApplication::style();
    painter->save();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &row, painter, row.widget);
    QRect place = row.rect.adjusted(measure::padding, 0, -measure::padding, 0);
    const QString reason = index.data(FoundActions::ReasonRole).toString();
    const QRect square(place.left(), place.center().y() - measure::icon / 2 + 1, measure::icon,
                       measure::icon);
    index.data(Qt::DecorationRole)
        .value<QIcon>()
        .paint(painter, square, Qt::AlignCenter, reason.isEmpty() ? QIcon::Normal : QIcon::Disabled);
    place.setLeft(square.right() + 1 + measure::padding);

    const auto write = [&](const QString& text, Qt::Alignment alignment, const QColor& ink, int most) {
        const QString shown = painter->fontMetrics().elidedText(text, Qt::ElideRight, most);
        painter->setPen(ink);
        painter->drawText(place, static_cast<int>(alignment | Qt::AlignVCenter), shown);
        return painter->fontMetrics().horizontalAdvance(shown) + measure::padding;
    };
    const QColor muted = colour(Token::Muted);
    painter->setFont(tableFont());
    const QString right = reason.isEmpty() ? index.data(FoundActions::KeyRole).toString() : reason;
    place.setRight(place.right() - write(right, Qt::AlignRight, muted, place.width() / 2));
    painter->setFont(row.font);
    const QColor ink = reason.isEmpty() ? colour(Token::Text) : muted;
    place.setLeft(place.left() + write(row.text, Qt::AlignLeft, ink, place.width()));
    painter->setFont(tableFont());
    write(index.data(FoundActions::MenuRole).toString(), Qt::AlignLeft, muted, place.width());
    painter->restore();
}

QSize FoundActionDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return {measure::formRow,
            std::max(measure::formRow, QStyledItemDelegate::sizeHint(option, index).height())};
}

}  // namespace ratescope::views
