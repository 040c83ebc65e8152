#include "views/inspector/number_editor.h"

#include "views/theme/tokens.h"

#include <QHBoxLayout>
#include <QLabel>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

/// A wider range has no slider unless it is logarithmic.
constexpr double widestRange = 10'000;

int figuresOf(const graph::Parameter& parameter) {
    if (parameter.type == graph::ParameterType::Real) return 6;
    const double most = std::max(
        {std::abs(parameter.minimum.value_or(99'999)), std::abs(parameter.maximum.value_or(99'999)), 99.0});
    return std::clamp(static_cast<int>(std::log10(most)) + 1, 4, 10);
}

}  // namespace

std::optional<SliderScale> sliderScaleOf(const graph::Parameter& parameter) {
    if (!isNumber(parameter) || !parameter.minimum || !parameter.maximum) return std::nullopt;
    const double low = *parameter.minimum, high = *parameter.maximum;
    const bool logScale = parameter.logScale && low > 0;
    if (!(low < high) || (!logScale && high - low > widestRange)) return std::nullopt;
    return SliderScale{low, high, logScale, parameter.type == graph::ParameterType::Int};
}

NumberEditor::NumberEditor(const graph::Parameter& parameter, QWidget* parent)
    : ParameterEditor(parent), parameter_(parameter), field_(new CheckedLine(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(measure::padding);
    const auto scale = sliderScaleOf(parameter);
    const QString label = QString::fromStdString(parameter.label);
    if (scale) {
        slider_ = new ValueSlider(*scale, this);
        slider_->setObjectName("slider");
        slider_->setAccessibleName(label);
        slider_->setTicks({numberOf(parameter.defaultValue)});
        connect(slider_, &ValueSlider::moved, this, &NumberEditor::slide);
        row->addWidget(slider_, 1);
    }
    field_->setObjectName("field");
    field_->setAccessibleName(label);
    field_->setAlignment(Qt::AlignRight);
    field_->numberWidth = figuresOf(parameter);
    field_->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(field_, &QLineEdit::textEdited, this, &NumberEditor::readField);
    connect(field_, &CheckedLine::givenUp, this, &NumberEditor::revert);
    connect(field_, &CheckedLine::stepped, this, &NumberEditor::stepField);
    row->addWidget(field_);
    if (!parameter.unit.empty()) {
        auto* unit = new QLabel(QString::fromStdString(parameter.unit), this);
        unit->setProperty("muted", true);
        row->addWidget(unit);
        row->setSpacing(measure::grid);
    }
    if (!slider_) row->addStretch(1);
}

void NumberEditor::show(const graph::ParameterValue& value) {
    if (shown_ && *shown_ == value) return;
    shown_ = value;
    if (slider_) slider_->setValues({numberOf(value)});
    // What the user is writing is this value already.
    if (readValue(parameter_, field_->text()).value == value) return;
    field_->setText(textOf(value));
    field_->setWrong(false);
    emit unfit({});
}

void NumberEditor::revert() {
    if (shown_) field_->setText(textOf(*shown_));
    field_->setWrong(false);
    emit unfit({});
}

void NumberEditor::readField() {
    const ReadValue read = readValue(parameter_, field_->text().trimmed());
    field_->setWrong(!read.value);
    emit unfit(read.fault);
    if (!read.value || (shown_ && *shown_ == *read.value)) return;
    emit edited(*read.value, field_->gesture.merges());
}

void NumberEditor::stepField(int by) {
    if (!shown_) return;
    const double now = numberOf(*shown_);
    double to = now + by;
    if (parameter_.type == graph::ParameterType::Real) {
        // A tenth of its own size: 0.05 goes to 0.055, 40 to 44.
        const double unit = now == 0 ? 0.1 : std::pow(10, std::floor(std::log10(std::abs(now))) - 1);
        to = QString::number(now + by * unit, 'g', 12).toDouble();
    }
    const graph::ParameterValue value = valueOf(parameter_, to);
    if (graph::whyUnfit(parameter_, value).empty()) emit edited(value, field_->gesture.merges());
}

void NumberEditor::slide(int, double value, bool merging) {
    emit edited(valueOf(parameter_, value), merging);
}

}  // namespace ratescope::views
