#include "views/inspector/range_fields.h"

#include "views/inspector/flow_layout.h"
#include "views/theme/tokens.h"

#include <QLabel>
#include <algorithm>
#include <cmath>

namespace ratescope::views {

RangeFields::RangeFields(const graph::Parameter& parameter, QWidget* parent)
    : QWidget(parent), parameter_(parameter) {
    auto* flow = new FlowLayout(this, measure::grid);
    const auto word = [&](const QString& text) {
        auto* label = new QLabel(text, this);
        label->setFixedHeight(measure::field);
        flow->addWidget(label);
    };
    const bool whole = parameter.type == graph::ParameterType::Int;
    const double most =
        std::max(std::abs(parameter.minimum.value_or(9'999)), std::abs(parameter.maximum.value_or(9'999)));
    const int figures = whole && most < 1'000 ? 3 : whole ? 5 : 4;
    word(tr("from"));
    flow->addWidget(from_ = addField("from", tr("First value"), figures));
    word(tr("to"));
    flow->addWidget(to_ = addField("to", tr("Last value"), figures));
    word(tr("in"));
    flow->addWidget(count_ = addField("count", tr("Number of values"), 3));
    word(tr("values"));
}

CheckedLine* RangeFields::addField(const QString& name, const QString& label, int figures) {
    auto* field = new CheckedLine(this);
    field->setObjectName(name);
    field->setAccessibleName(label);
    field->setToolTip(label);
    field->setAlignment(Qt::AlignRight);
    field->numberWidth = figures;
    connect(field, &QLineEdit::textEdited, this, &RangeFields::read);
    connect(field, &CheckedLine::givenUp, this, [this] { show(range_); });
    connect(field, &CheckedLine::stepped, this, [this, field](int by) {
        const double now = field->text().toDouble();
        field->setText(QString::number(now + by, 'g', 12));
        read();
    });
    return field;
}

void RangeFields::show(const EvenRange& range) {
    range_ = range;
    const auto fill = [](CheckedLine* field, double value) {
        bool number = false;
        const double now = field->text().toDouble(&number);
        field->setWrong(false);
        if (!number || now != value) field->setText(QString::number(value, 'g', 12));
    };
    fill(from_, range.from);
    fill(to_, range.to);
    fill(count_, range.count);
}

void RangeFields::read() {
    auto* edited = qobject_cast<CheckedLine*>(focusWidget());
    EvenRange range = range_;
    bool fromIs = false, toIs = false, countIs = false;
    range.from = from_->text().toDouble(&fromIs);
    range.to = to_->text().toDouble(&toIs);
    range.count = count_->text().toInt(&countIs);
    from_->setWrong(!fromIs);
    to_->setWrong(!toIs);
    count_->setWrong(!countIs);
    QString why;
    if (!fromIs || !toIs)
        why = tr("The ends of a range are numbers.");
    else if (!countIs)
        why = tr("The number of values is a whole number.");
    else
        why = whyNoRange(range, parameter_);
    if (!why.isEmpty() && fromIs && toIs && countIs && edited) edited->setWrong(true);
    emit unfit(why);
    if (!why.isEmpty() || range == range_) return;
    range_ = range;
    emit this->edited(range, edited && edited->gesture.merges());
}

}  // namespace ratescope::views
