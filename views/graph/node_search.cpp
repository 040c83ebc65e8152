#include "views/graph/node_search.h"

#include "views/graph/graph_look.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int rowHeight = 40, popupWidth = 380, popupHeight = 340;

/// How well one word fits: less is better; nothing where it is nowhere.
std::optional<int> rankOf(const graph::Manifest& node, const QString& word) {
    const auto has = [&](const std::string& text) {
        return QString::fromStdString(text).contains(word, Qt::CaseInsensitive);
    };
    const QString title = QString::fromStdString(node.title);
    if (title.compare(word, Qt::CaseInsensitive) == 0) return 0;
    if (title.startsWith(word, Qt::CaseInsensitive)) return 1;
    if (has(node.title)) return 2;
    for (const std::string& synonym : node.synonyms)
        if (QString::fromStdString(synonym).startsWith(word, Qt::CaseInsensitive)) return 3;
    if (has(node.id)) return 4;
    if (std::any_of(node.synonyms.begin(), node.synonyms.end(), has)) return 5;
    for (const graph::Paper& paper : node.papers)
        if (has(paper.title)) return 6;
    if (has(node.summary)) return 7;
    return std::nullopt;
}

/// Two lines: title with the family at the right, and what the node does.
class NodeDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {0, rowHeight}; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        painter->save();
        if (option.state & QStyle::State_Selected)
            painter->fillRect(option.rect, colour(Token::Selected));
        else if (option.state & QStyle::State_MouseOver)
            painter->fillRect(option.rect, colour(Token::Raised));
        const auto kind = static_cast<graph::NodeKind>(index.data(NodeListModel::KindRole).toInt());
        painter->fillRect(QRect(option.rect.left(), option.rect.top() + 4, 4, rowHeight - 8),
                          kindColour(kind));
        const QRect icon(option.rect.left() + 12, option.rect.top() + 12, measure::icon, measure::icon);
        index.data(Qt::DecorationRole).value<QIcon>().paint(painter, icon);
        QRect text = option.rect.adjusted(36, 3, -8, 0);
        text.setHeight(18);
        const QString family = index.data(NodeListModel::FamilyRole).toString();
        painter->setFont(tableFont());
        painter->setPen(colour(Token::Muted));
        painter->drawText(text, Qt::AlignRight | Qt::AlignVCenter, family);
        const int familyWidth = QFontMetrics(tableFont()).horizontalAdvance(family) + 12;
        const QString summary = index.data(NodeListModel::SummaryRole).toString();
        painter->drawText(text.translated(0, 17), Qt::AlignLeft | Qt::AlignVCenter,
                          QFontMetrics(tableFont()).elidedText(summary, Qt::ElideRight, text.width()));
        painter->setFont(titleFont());
        painter->setPen(colour(Token::Text));
        painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                          QFontMetrics(titleFont())
                              .elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight,
                                          text.width() - familyWidth));
        painter->restore();
    }
};

}  // namespace

std::vector<const graph::Manifest*> searchNodes(const std::vector<const graph::Manifest*>& among,
                                                const QString& text) {
    struct Found {
        int rank;
        const graph::Manifest* node;
    };
    const QStringList words = text.split(' ', Qt::SkipEmptyParts);
    std::vector<Found> found;
    for (const graph::Manifest* node : among) {
        int sum = 0;
        const bool all = std::all_of(words.begin(), words.end(), [&](const QString& word) {
            const auto rank = rankOf(*node, word);
            sum += rank.value_or(0);
            return rank.has_value();
        });
        if (all) found.push_back({sum, node});
    }
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        if (a.rank != b.rank) return a.rank < b.rank;
        if (a.node->kind != b.node->kind) return a.node->kind < b.node->kind;
        return a.node->title < b.node->title;
    });
    std::vector<const graph::Manifest*> nodes;
    for (const Found& one : found)
        nodes.push_back(one.node);
    return nodes;
}

void NodeListModel::show(std::vector<const graph::Manifest*> nodes) {
    beginResetModel();
    nodes_ = std::move(nodes);
    endResetModel();
}

const graph::Manifest* NodeListModel::at(int row) const {
    return row >= 0 && row < static_cast<int>(nodes_.size()) ? nodes_[static_cast<std::size_t>(row)]
                                                             : nullptr;
}

int NodeListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(nodes_.size());
}

QVariant NodeListModel::data(const QModelIndex& index, int role) const {
    const graph::Manifest* node = at(index.row());
    if (!node) return {};
    switch (role) {
        case Qt::DisplayRole:
            return QString::fromStdString(node->title);
        case Qt::ToolTipRole:
        case SummaryRole:
            return QString::fromStdString(node->summary);
        case Qt::AccessibleTextRole:
            return QString::fromStdString(node->title + ", " + node->family + ": " + node->summary);
        case Qt::DecorationRole:
            return icon(kindIcon(node->kind));
        case IdRole:
            return QString::fromStdString(node->id);
        case FamilyRole:
            return node->family == graph::toText(node->kind)
                       ? kindText(node->kind)
                       : QString::fromStdString(node->family) + QStringLiteral(" · ") + kindText(node->kind);
        case KindRole:
            return static_cast<int>(node->kind);
        default:
            return {};
    }
}

NodeSearch::NodeSearch(QWidget* parent)
    : PopupFrame(parent),
      field_(new QLineEdit(this)),
      list_(new QListView(this)),
      none_(new QLabel(tr("No node fits these words."), this)),
      model_(new NodeListModel(this)) {
    setObjectName("node-search");
    setAccessibleName(tr("Add a node"));
    field_->setClearButtonEnabled(false);
    field_->addAction(icon("search", Token::Muted), QLineEdit::LeadingPosition);
    field_->setAccessibleName(tr("Search nodes"));
    list_->setModel(model_);
    list_->setItemDelegate(new NodeDelegate(list_));
    list_->setAccessibleName(tr("Nodes found"));
    list_->setUniformItemSizes(true);
    list_->setMouseTracking(true);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    none_->setProperty("muted", true);
    none_->setAlignment(Qt::AlignCenter);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding);
    column->setSpacing(measure::grid);
    column->addWidget(field_);
    column->addWidget(none_, 1);
    column->addWidget(list_, 1);
    field_->installEventFilter(this);
    connect(field_, &QLineEdit::textChanged, this, &NodeSearch::filter);
    connect(list_, &QListView::clicked, this, &NodeSearch::choose);
}

void NodeSearch::open(std::vector<const graph::Manifest*> among, QPoint point, const QString& purpose) {
    among_ = std::move(among);
    field_->setPlaceholderText(purpose);
    field_->clear();
    filter({});
    openAt(point, QSize(popupWidth, popupHeight));
    field_->setFocus(Qt::PopupFocusReason);
}

void NodeSearch::filter(const QString& text) {
    model_->show(searchNodes(among_, text));
    const bool any = model_->rowCount() > 0;
    list_->setVisible(any);
    none_->setVisible(!any);
    if (any) list_->setCurrentIndex(model_->index(0));
}

void NodeSearch::step(int by) {
    const int rows = model_->rowCount();
    if (rows == 0) return;
    const int row = std::clamp(list_->currentIndex().row() + by, 0, rows - 1);
    list_->setCurrentIndex(model_->index(row));
}

void NodeSearch::choose(const QModelIndex& index) {
    const graph::Manifest* node = model_->at(index.row());
    if (!node) return;
    const QString id = QString::fromStdString(node->id);
    hide();
    emit chosen(id);
}

bool NodeSearch::eventFilter(QObject* watched, QEvent* event) {
    if (watched == field_ && event->type() == QEvent::FocusOut && isVisible()) {
        const auto reason = static_cast<QFocusEvent*>(event)->reason();
        if (reason != Qt::ActiveWindowFocusReason && reason != Qt::PopupFocusReason) hide();
    }
    if (watched != field_ || event->type() != QEvent::KeyPress)
        return PopupFrame::eventFilter(watched, event);
    const int page = std::max(1, list_->height() / rowHeight - 1);
    switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Down:
            step(1);
            return true;
        case Qt::Key_Up:
            step(-1);
            return true;
        case Qt::Key_PageDown:
            step(page);
            return true;
        case Qt::Key_PageUp:
            step(-page);
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Tab:
            choose(list_->currentIndex());
            return true;
        case Qt::Key_Escape:
            hide();
            return true;
        default:
            return false;
    }
}

void NodeSearch::hideEvent(QHideEvent* event) {
    PopupFrame::hideEvent(event);
    emit closed();
}

}  // namespace ratescope::views
