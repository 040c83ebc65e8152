#pragma once

// The values that one parameter takes in turn: written as a list, a range or a table, with what they do to the curve
// and how many runs they make.

#include "views/inspector/card.h"
#include "views/inspector/parameter_state.h"
#include "views/inspector/run_count.h"

class QLabel;
class QRadioButton;

namespace ratescope::views {

class ListFields;
class RangeFields;
class Segments;
class TupleTable;

class SweepEditor : public Card {
    Q_OBJECT

  public:
    /// `plan` may be nullptr: the number of new items is then left out.
    SweepEditor(Session& session, const graph::Parameter& parameter, const PlanCount* plan,
                QWidget* parent = nullptr);

    /// The sweep of `state.column`, which is there.
    void show(const ParameterState& state);
    /// The ends are moved to, as in the slider above; nothing if the values are no range.
    std::optional<EvenRange> range() const;
    void setRange(const EvenRange& range, bool merging);

  private:
    enum class Form { List, Range, LogRange, Table };

    void build();
    Form formOf(const ParameterState& state) const;
    void choose(const QString& form);
    void showForm(Form form);
    void setValues(const Values& values, bool merging);
    void setRole();
    void say(const QString& fault);
    void showCount();
    void showPreview();

    Session& session_;
    const graph::Parameter& parameter_;
    const PlanCount* plan_;
    ParameterState state_;
    Form form_ = Form::List;
    bool shown_ = false;  ///< `form_` is the user's or was read from the values
    Segments* forms_;
    ListFields* list_;
    RangeFields* range_ = nullptr;
    TupleTable* table_ = nullptr;
    QLabel *preview_, *fault_, *count_;
    QRadioButton *along_, *each_;
};

}  // namespace ratescope::views
