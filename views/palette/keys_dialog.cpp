#include "views/palette/keys_dialog.h"

#include "views/palette/keys_model.h"
#include "views/theme/icon.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

namespace ratescope::views {
namespace {

/// Takes the first combination that is pressed in it.
class KeyField : public QLineEdit {
    Q_OBJECT

  public:
    explicit KeyField(QWidget* parent) : QLineEdit(parent) {
        setReadOnly(true);
        setPlaceholderText(KeysDialog::tr("Press the new key"));
        setAccessibleName(placeholderText());
    }
    const QKeySequence& key() const { return key_; }

  signals:
    void taken();

  protected:
    bool event(QEvent* event) override {
        // What is pressed is not done now.
        if (event->type() == QEvent::ShortcutOverride) event->accept();
        return QLineEdit::event(event);
    }
    void keyPressEvent(QKeyEvent* event) override {
        static const QList<int> half{Qt::Key_Shift, Qt::Key_Control, Qt::Key_Alt, Qt::Key_Meta,
                                     Qt::Key_AltGr};
        if (half.contains(event->key())) return;
        key_ = QKeySequence(event->keyCombination());
        emit taken();
    }

  private:
    QKeySequence key_;
};

class KeyDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex&) const override {
        auto* field = new KeyField(parent);
        connect(field, &KeyField::taken, this, &KeyDelegate::finish);
        return field;
    }
    /// Empty, so that what is pressed is the whole of it.
    void setEditorData(QWidget*, const QModelIndex&) const override {}
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override {
        const QKeySequence key = static_cast<KeyField*>(editor)->key();
        if (!key.isEmpty()) model->setData(index, QVariant::fromValue(key), Qt::EditRole);
    }

  private:
    void finish() {
        auto* field = static_cast<KeyField*>(sender());
        emit commitData(field);
        emit closeEditor(field);
    }
};

QPushButton* pushButton(const char* name, const QString& text, const QString& toolTip) {
    auto* button = new QPushButton(text);
    button->setObjectName(name);
    button->setToolTip(toolTip);
    button->setAutoDefault(false);
    return button;
}

}  // namespace

KeysDialog::KeysDialog(Settings& settings, const QList<QAction*>& actions, QWidget* window)
    : QDialog(window),
      model_(new KeysModel(settings, actions, this)),
      found_(new QSortFilterProxyModel(this)),
      field_(new QLineEdit),
      table_(new QTableView),
      trouble_(new QLabel),
      edit_(pushButton("edit", tr("Change key"), tr("Then press the new key"))),
      reset_(pushButton("reset", tr("Reset key"), tr("The action's own key again"))) {
    setWindowTitle(tr("Keys"));
    resize(620, 520);
    found_->setSourceModel(model_);
    found_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    found_->setFilterKeyColumn(-1);
    build();
    connect(field_, &QLineEdit::textChanged, found_, &QSortFilterProxyModel::setFilterFixedString);
    connect(edit_, &QPushButton::clicked, this, &KeysDialog::edit);
    connect(reset_, &QPushButton::clicked, this, &KeysDialog::reset);
    connect(model_, &KeysModel::refused, this, &KeysDialog::say);
    connect(model_, &KeysModel::accepted, this, [this] { say({}); });
    connect(model_, &KeysModel::dataChanged, this, &KeysDialog::followSelection);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &KeysDialog::followSelection);
    connect(table_, &QTableView::activated, this, &KeysDialog::edit);
    table_->selectRow(0);
}

void KeysDialog::build() {
    field_->setPlaceholderText(tr("Search actions and keys"));
    field_->setAccessibleName(field_->placeholderText());
    field_->addAction(icon("search", Token::Muted), QLineEdit::LeadingPosition);
    table_->setModel(found_);
    table_->setItemDelegateForColumn(KeysModel::Key, new KeyDelegate(table_));
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setShowGrid(false);
    table_->setTabKeyNavigation(false);
    table_->setAccessibleName(tr("Actions and their keys"));
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(measure::row);
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setSectionResizeMode(KeysModel::Name, QHeaderView::Stretch);
    table_->horizontalHeader()->setSectionResizeMode(KeysModel::Menu, QHeaderView::ResizeToContents);
    table_->setColumnWidth(KeysModel::Key, 160);
    trouble_->setObjectName("trouble");
    trouble_->setProperty("bad", true);
    trouble_->setWordWrap(true);
    trouble_->hide();
    auto* all = pushButton("resetAll", tr("Reset all keys"), tr("Every action's own key again"));
    connect(all, &QPushButton::clicked, model_, &KeysModel::resetAll);
    auto* done = pushButton("done", tr("Close"), tr("Keys are kept as they are"));
    connect(done, &QPushButton::clicked, this, &QDialog::accept);
    auto* buttons = new QHBoxLayout;
    for (QPushButton* button : {edit_, reset_, all})
        buttons->addWidget(button);
    buttons->addStretch();
    buttons->addWidget(done);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(measure::groupGap, measure::groupGap, measure::groupGap, measure::groupGap);
    column->setSpacing(measure::padding);
    column->addWidget(field_);
    column->addWidget(table_, 1);
    column->addWidget(trouble_);
    column->addLayout(buttons);
}

int KeysDialog::selectedRow() const {
    const QModelIndexList rows = table_->selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : found_->mapToSource(rows[0]).row();
}

void KeysDialog::edit() {
    if (selectedRow() < 0) return;
    say({});
    const QModelIndex key = found_->mapFromSource(model_->index(selectedRow(), KeysModel::Key));
    table_->setCurrentIndex(key);
    table_->edit(key);
}

void KeysDialog::reset() {
    if (selectedRow() >= 0) model_->reset(selectedRow());
}

void KeysDialog::say(const QString& trouble) {
    trouble_->setText(trouble);
    trouble_->setVisible(!trouble.isEmpty());
}

void KeysDialog::followSelection() {
    edit_->setEnabled(selectedRow() >= 0);
    reset_->setEnabled(selectedRow() >= 0 && model_->changed(selectedRow()));
}

}  // namespace ratescope::views

#include "keys_dialog.moc"
