#include "views/inspector/sweep_editor.h"

#include "views/controls/segments.h"
#include "views/inspector/flow_layout.h"
#include "views/inspector/list_fields.h"
#include "views/inspector/range_fields.h"
#include "views/inspector/tuple_table.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"

#include <QAbstractButton>
#include <QLabel>
#include <QRadioButton>
#include <QStringList>
#include <QVBoxLayout>

namespace ratescope::views {
namespace {

constexpr std::size_t mostPreviewed = 24;

const char* nameOf(int form) {
    static constexpr const char* names[] = {"list", "range", "log-range", "table"};
    return names[form];
}

QLabel* textLabel(QWidget* parent, const char* kind) {
    auto* label = new QLabel(parent);
    label->setWordWrap(true);
    label->setFont(tableFont());
    if (*kind) label->setProperty(kind, true);
    return label;
}

}  // namespace

SweepEditor::SweepEditor(Session& session, const graph::Parameter& parameter, const PlanCount* plan,
                         QWidget* parent)
    : Card(parent),
      session_(session),
      parameter_(parameter),
      plan_(plan),
      forms_(new Segments(this)),
      list_(new ListFields(parameter, this)),
      preview_(textLabel(this, "muted")),
      fault_(textLabel(this, "bad")),
      count_(textLabel(this, "")),
      along_(new QRadioButton(tr("Moves along the curve"), this)),
      each_(new QRadioButton(tr("One curve each"), this)) {
    setObjectName("sweepEditor");
    build();
    connect(forms_, &Segments::chosen, this, &SweepEditor::choose);
    connect(list_, &ListFields::edited, this, &SweepEditor::setValues);
    connect(list_, &ListFields::unfit, this, &SweepEditor::say);
    connect(along_, &QRadioButton::clicked, this, &SweepEditor::setRole);
    connect(each_, &QRadioButton::clicked, this, &SweepEditor::setRole);
    connect(&session.document, &OpenDocument::derivedChanged, this, &SweepEditor::showCount);
    if (plan) connect(plan, &PlanCount::changed, this, &SweepEditor::showCount);
}

void SweepEditor::build() {
    forms_->add("list", tr("List"), tr("Values one by one"));
    if (isNumber(parameter_)) {
        forms_->add("range", tr("Range"), tr("So many values in even steps"));
        forms_->add("log-range", tr("Log range"), tr("So many values in even ratios"));
        range_ = new RangeFields(parameter_, this);
        connect(range_, &RangeFields::edited, this, &SweepEditor::setRange);
        connect(range_, &RangeFields::unfit, this, &SweepEditor::say);
    }
    forms_->add("table", {}, tr("Table: combinations of several parameters"), icon("table"));
    fault_->setObjectName("sweepFault");
    fault_->hide();
    count_->setObjectName("count");
    count_->setTextFormat(Qt::RichText);
    along_->setObjectName("along");
    along_->setToolTip(tr("The values are the points of one curve."));
    each_->setObjectName("each");
    each_->setToolTip(tr("Each value makes a curve of its own."));

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding);
    column->setSpacing(measure::padding);
    column->addWidget(forms_);
    column->addWidget(list_);
    if (range_) column->addWidget(range_);
    column->addWidget(preview_);
    column->addWidget(fault_);
    auto* roles = new FlowLayout(nullptr, measure::grid);
    for (QRadioButton* role : {along_, each_}) {
        role->setFont(tableFont());
        // Both in one line of the panel's usual width.
        role->setStyleSheet("QRadioButton { spacing: 5px; }");
    }
    roles->addWidget(along_);
    roles->addWidget(each_);
    column->addLayout(roles);
    column->addWidget(new Rule(this));
    column->addWidget(count_);
}

SweepEditor::Form SweepEditor::formOf(const ParameterState& state) const {
    if (session_.document.document().sweeps[state.sweep->sweep].columns.size() > 1) return Form::Table;
    if (evenRangeOf(state.swept, parameter_, false)) return Form::Range;
    if (evenRangeOf(state.swept, parameter_, true)) return Form::LogRange;
    return Form::List;
}

void SweepEditor::show(const ParameterState& state) {
    const bool same = shown_ && state.column.node == state_.column.node &&
                      state.column.parameter == state_.column.parameter;
    const bool isTable = session_.document.document().sweeps[state.sweep->sweep].columns.size() > 1;
    const bool inRange = form_ == Form::Range || form_ == Form::LogRange;
    // The form that the user chose stays as long as it says what the document has.
    const bool holds = same && !(isTable && form_ != Form::Table) &&
                       !(inRange && valuesOf(range_->range(), parameter_) != state.swept);
    state_ = state;
    const Form form = holds ? form_ : formOf(state);
    if (!holds && (form == Form::Range || form == Form::LogRange))
        range_->show(*evenRangeOf(state.swept, parameter_, form == Form::LogRange));
    if (!holds) say({});
    list_->show(state.swept);
    showForm(form);
    const bool along = state.column.movesAlongCurve.value_or(
        movesByDefault(session_.document.document(), session_.document.catalogue(), state.column));
    (along ? along_ : each_)->setChecked(true);
    for (QAbstractButton* segment : forms_->findChildren<QAbstractButton*>())
        segment->setEnabled(!isTable || segment->objectName() == "table");
    showPreview();
    showCount();
}

void SweepEditor::showForm(Form form) {
    form_ = form;
    shown_ = true;
    forms_->setCurrent(nameOf(static_cast<int>(form)));
    if (form == Form::Table && !table_) {
        table_ = new TupleTable(session_, this);
        connect(table_, &TupleTable::refused, this, &SweepEditor::say);
        static_cast<QVBoxLayout*>(layout())->insertWidget(1, table_);
    }
    list_->setVisible(form == Form::List);
    if (range_) range_->setVisible(form == Form::Range || form == Form::LogRange);
    preview_->setVisible(form == Form::Range || form == Form::LogRange);
    if (table_) table_->setVisible(form == Form::Table);
    if (form == Form::Table) table_->show(state_.column);
}

void SweepEditor::choose(const QString& form) {
    const Form wanted = form == "list"        ? Form::List
                        : form == "range"     ? Form::Range
                        : form == "log-range" ? Form::LogRange
                                              : Form::Table;
    say({});
    if (wanted != Form::Range && wanted != Form::LogRange) return showForm(wanted);
    const bool logScale = wanted == Form::LogRange;
    EvenRange range = firstRange(parameter_, state_.value, logScale);
    if (state_.swept.size() > 1) {
        const double from = numberOf(state_.swept.front()), to = numberOf(state_.swept.back());
        if (from != to && (!logScale || from * to > 0))
            range = {from, to, static_cast<int>(state_.swept.size()), logScale};
    }
    if (!whyNoRange(range, parameter_).isEmpty()) {
        forms_->setCurrent(nameOf(static_cast<int>(form_)));
        return say(whyNoRange(range, parameter_));
    }
    range_->show(range);
    showForm(wanted);
    setValues(valuesOf(range, parameter_), false);
}

std::optional<EvenRange> SweepEditor::range() const {
    if (form_ != Form::Range && form_ != Form::LogRange) return std::nullopt;
    return range_->range();
}

void SweepEditor::setRange(const EvenRange& range, bool merging) {
    if (!range_ || !whyNoRange(range, parameter_).isEmpty()) return;
    range_->show(range);
    setValues(valuesOf(range, parameter_), merging);
}

void SweepEditor::setValues(const Values& values, bool merging) {
    if (values == state_.swept) return showPreview();
    session_.document.apply(
        graph::setSweeps(withValues(session_.document.document().sweeps, state_.column, values)), merging);
}

void SweepEditor::setRole() {
    const graph::Document& document = session_.document.document();
    const auto place = placeOf(document.sweeps, state_.column);
    if (!place) return;
    const bool along = along_->isChecked();
    // What the manifest says anyway is not written down.
    const bool usual = movesByDefault(document, session_.document.catalogue(), state_.column);
    session_.document.apply(graph::setSweeps(
        withRole(document.sweeps, *place, along == usual ? std::nullopt : std::optional(along))));
}

void SweepEditor::say(const QString& fault) {
    fault_->setText(fault);
    fault_->setVisible(!fault.isEmpty());
}

void SweepEditor::showPreview() {
    QStringList words;
    for (std::size_t i = 0; i < state_.swept.size() && i < mostPreviewed; ++i)
        words += textOf(state_.swept[i]);
    if (state_.swept.size() > mostPreviewed) words += QChar(0x2026);
    preview_->setText(words.join(", "));
}

void SweepEditor::showCount() {
    if (!state_.sweep) return;
    // While the document is worked through, the last count stands.
    if (!session_.document.derivedIsCurrent() && !count_->text().isEmpty()) return;
    count_->setText(runCountText(session_, state_.column, plan_ ? plan_->items() : std::nullopt));
}

}  // namespace ratescope::views
