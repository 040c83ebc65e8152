#include "views/figures/option_group.h"

#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr int labelWidth = 92;

class Separator : public QWidget {
  public:
    explicit Separator(QWidget* parent) : QWidget(parent) { setFixedHeight(1); }

  protected:
    void paintEvent(QPaintEvent*) override { QPainter(this).fillRect(rect(), colour(Token::Line)); }
};

}  // namespace

OptionGroup::OptionGroup(const QString& title, QWidget* parent)
    : QWidget(parent), grid_(new QGridLayout), note_(new QLabel(this)) {
    auto* name = new QLabel(title, this);
    name->setProperty("title", true);
    note_->setProperty("muted", true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    auto* header = new QHBoxLayout;
    header->setSpacing(6);
    header->addWidget(name);
    header->addWidget(note_, 1);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(measure::padding);
    grid_->setVerticalSpacing(measure::grid);
    grid_->setColumnMinimumWidth(0, labelWidth - measure::padding);
    grid_->setColumnStretch(1, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding + 2);
    column->setSpacing(measure::grid + 2);
    column->addLayout(header);
    column->addLayout(grid_);
}

void OptionGroup::put(const graph::FigureSpec& spec, const StudyFigure* figure) {
    filling_ = true;
    fill(spec, figure);
    filling_ = false;
}

void OptionGroup::edit(const QString& what, const FigureChange& change, bool typing) {
    if (!filling_) emit edited(what, change, typing);
}

void OptionGroup::addRow(const QString& label, const QList<QWidget*>& fields) {
    auto* name = new QLabel(label, this);
    name->setWordWrap(true);
    if (!fields.isEmpty()) name->setBuddy(fields.front());
    const int row = grid_->rowCount();
    grid_->addWidget(name, row, 0);
    auto* line = new QHBoxLayout;
    line->setSpacing(measure::padding);
    for (QWidget* field : fields)
        line->addWidget(field, field->sizePolicy().horizontalPolicy() == QSizePolicy::Expanding ? 1 : 0);
    grid_->addLayout(line, row, 1);
    grid_->setRowMinimumHeight(row, measure::field);
}

void OptionGroup::addWide(QWidget* widget) {
    grid_->addWidget(widget, grid_->rowCount(), 0, 1, 2);
}

void OptionGroup::addWide(QBoxLayout* row) {
    grid_->addLayout(row, grid_->rowCount(), 0, 1, 2);
}

void OptionGroup::setNote(const QString& note) {
    note_->setText(note);
}

NumberField::NumberField(const QString& name, const QString& unit, double least, double most, int decimals,
                         QWidget* parent)
    : QDoubleSpinBox(parent) {
    setAccessibleName(name);
    setToolTip(name);
    setButtonSymbols(QAbstractSpinBox::NoButtons);
    setAlignment(Qt::AlignRight);
    setDecimals(decimals);
    setRange(least, most);
    setSingleStep(std::pow(10.0, -decimals));
    setSuffix(QStringLiteral("\u2009") + unit);
    setFixedHeight(measure::field);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setMinimumWidth(56);
}

void NumberField::put(double value) {
    if (std::abs(this->value() - value) >= 0.5 * singleStep()) setValue(value);
}

ChoiceField::ChoiceField(const QString& name, QWidget* parent) : QComboBox(parent) {
    setAccessibleName(name);
    setFixedHeight(measure::field);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(6);
}

void ChoiceField::add(const QString& id, const QString& title) {
    addItem(title, id);
    setItemData(count() - 1, title, Qt::ToolTipRole);
}

void ChoiceField::put(const QString& id) {
    if (findData(id) < 0) add(id, id);
    setCurrentIndex(findData(id));
    setToolTip(currentText());
}

QWidget* separator(QWidget* parent) {
    return new Separator(parent);
}

}  // namespace ratescope::views
