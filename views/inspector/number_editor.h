#pragma once

// A number: a slider where its range is one that a pointer can cross, a field, the unit.

#include "views/inspector/parameter_editor.h"
#include "views/inspector/text_entry.h"
#include "views/inspector/value_slider.h"

namespace ratescope::views {

/// The scale of the parameter's slider; nothing where it has none: without a range, or one that is too wide.
std::optional<SliderScale> sliderScaleOf(const graph::Parameter& parameter);

class NumberEditor : public ParameterEditor {
    Q_OBJECT

  public:
    NumberEditor(const graph::Parameter& parameter, QWidget* parent);

    void show(const graph::ParameterValue& value) override;
    void revert() override;
    QWidget* input() const override { return field_; }

  private:
    void readField();
    void stepField(int by);
    void slide(int handle, double value, bool merging);

    const graph::Parameter& parameter_;
    ValueSlider* slider_ = nullptr;
    CheckedLine* field_;
    std::optional<graph::ParameterValue> shown_;
};

}  // namespace ratescope::views
