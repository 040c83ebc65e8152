#include "views/model/model_bar.h"

#include "views/controls/eliding_combo.h"
#include "views/controls/segments.h"
#include "views/controls/wrapping_row.h"
#include "views/theme/icon.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QToolButton>

namespace ratescope::views {
namespace {

constexpr int filterWidth = 180;

std::optional<store::ItemId> chosenIn(const QComboBox& box) {
    const QVariant data = box.currentData();
    return data.isValid() ? std::optional(store::ItemId{data.toLongLong()}) : std::nullopt;
}

void choose(QComboBox& box, std::optional<store::ItemId> item) {
    const QSignalBlocker quiet(&box);
    box.setCurrentIndex(box.findData(item ? QVariant(qlonglong{*item}) : QVariant()));
}

/// Items come while a study runs, and a list that is open must not be emptied under the hand: what is there stays.
void setItem(QComboBox& box, int place, const ModelItem& item, const QIcon& icon) {
    const QString title = QString::fromStdString(item.title);
    if (box.itemData(place) != QVariant(qlonglong{item.id}))
        return box.insertItem(place, icon, title, QVariant(qlonglong{item.id}));
    box.setItemIcon(place, icon);
    if (box.itemText(place) != title) box.setItemText(place, title);
}

constexpr std::pair<ErrorKindShown, const char*> kindNames[] = {{ErrorKindShown::Weights, "weights"},
                                                                {ErrorKindShown::Outputs, "outputs"},
                                                                {ErrorKindShown::Predictions, "predictions"}};

QString nameOf(ErrorKindShown kind) {
    return std::ranges::find(kindNames, kind, &std::pair<ErrorKindShown, const char*>::first)->second;
}

ErrorKindShown kindOf(const QString& name) {
    return std::ranges::find_if(kindNames, [&](const auto& one) { return name == one.second; })->first;
}

}  // namespace

ModelBar::ModelBar(const QList<QAction*>& buttons, QWidget* parent)
    : QWidget(parent),
      a_(new ElidingCombo(this)),
      b_(new ElidingCombo(this)),
      filter_(new QLineEdit(this)),
      searched_(new QCheckBox(tr("Compressed only"), this)),
      error_(new Segments(this)) {
    QSizePolicy policy = sizePolicy();
    policy.setHeightForWidth(true);
    policy.setVerticalPolicy(QSizePolicy::Preferred);
    setSizePolicy(policy);
    build(buttons);
    for (QComboBox* box : {a_, b_})
        connect(box, &QComboBox::activated, this, &ModelBar::tell);
    connect(filter_, &QLineEdit::textChanged, this, &ModelBar::filtered);
    connect(searched_, &QCheckBox::toggled, this, &ModelBar::searchedOnlyToggled);
    connect(error_, &Segments::chosen, this, [this](const QString& id) { emit errorKindChosen(kindOf(id)); });
}

void ModelBar::build(const QList<QAction*>& buttons) {
    const auto prepare = [](QComboBox& box, const char* name, const QString& title, const QString& tip) {
        box.setObjectName(name);
        box.setAccessibleName(title);
        box.setToolTip(tip);
        box.setMinimumContentsLength(30);
        box.setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    };
    prepare(*a_, "model.a", tr("Model A"), tr("The compressed model that is looked at"));
    prepare(*b_, "model.b", tr("Model B"),
            tr("Another one beside it: the table shows both and what differs"));
    filter_->setObjectName("model.filterField");
    filter_->setAccessibleName(tr("Filter tensors"));
    filter_->setPlaceholderText(tr("Filter by name"));
    filter_->setToolTip(tr("Tensors whose name has each of these words"));
    filter_->setClearButtonEnabled(true);
    filter_->setFixedWidth(filterWidth);
    searched_->setObjectName("model.searchedOnly");
    searched_->setToolTip(tr("Leave out what is kept in half precision"));
    error_->add("weights", tr("Weights"), tr("Error of the weights"));
    error_->add("outputs", tr("Outputs"), tr("Error of what layers put out for their calibration inputs"));
    error_->add(
        "predictions", tr("Predictions"),
        tr("Divergence of the model's predictions where this layer alone is compressed: add the measure "
           "Sensitivity to the study"));
    const auto label = [this](const QString& text) {
        auto* made = new QLabel(text, this);
        made->setProperty("muted", true);
        return made;
    };
    auto* row = new WrappingRow(this);
    for (QWidget* widget : {static_cast<QWidget*>(label(tr("A"))), static_cast<QWidget*>(a_),
                            static_cast<QWidget*>(label(tr("B"))), static_cast<QWidget*>(b_)})
        row->addWidget(widget);
    for (QAction* action : buttons) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setAccessibleName(action->text());
        button->setFixedHeight(measure::field);
        row->addWidget(button);
    }
    row->addStretch();
    for (QWidget* widget : {static_cast<QWidget*>(label(tr("Error of"))), static_cast<QWidget*>(error_),
                            static_cast<QWidget*>(searched_), static_cast<QWidget*>(filter_)})
        row->addWidget(widget);
}

void ModelBar::setItems(const std::vector<ModelItem>& items, const IconOf& iconOf) {
    const QSignalBlocker quietA(a_), quietB(b_);
    if (b_->count() == 0) b_->addItem(tr("None"));
    for (std::size_t i = 0; i < items.size(); ++i) {
        const QIcon icon = iconOf(items[i]);
        setItem(*a_, static_cast<int>(i), items[i], icon);
        setItem(*b_, static_cast<int>(i) + 1, items[i], icon);
    }
    for (int i = a_->count() - 1; i >= static_cast<int>(items.size()); --i) {
        a_->removeItem(i);
        b_->removeItem(i + 1);
    }
    for (QComboBox* box : {a_, b_})
        box->setEnabled(!items.empty());
}

void ModelBar::setChosen(std::optional<store::ItemId> a, std::optional<store::ItemId> b) {
    choose(*a_, a);
    if (b)
        choose(*b_, b);
    else
        b_->setCurrentIndex(0);
}

void ModelBar::setErrorKind(ErrorKindShown kind) {
    error_->setCurrent(nameOf(kind));
}

void ModelBar::setKnown(bool outputs, bool predictions) {
    error_->setEnabled(outputs || predictions);
    error_->setSegmentEnabled("outputs", outputs);
    error_->setSegmentEnabled("predictions", predictions);
}

void ModelBar::tell() {
    emit chosen(chosenIn(*a_), chosenIn(*b_));
}

}  // namespace ratescope::views
