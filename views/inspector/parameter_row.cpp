#include "views/inspector/parameter_row.h"

#include "core/graph/edit.h"
#include "views/inspector/number_editor.h"
#include "views/inspector/quiet_button.h"
#include "views/inspector/reach_editor.h"
#include "views/inspector/sweep_editor.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr std::size_t mostTicks = 64;
constexpr qsizetype mostBeside = 3;

}  // namespace

ParameterRow::ParameterRow(Session& session, std::string node, const graph::Manifest& manifest,
                           const graph::Parameter& parameter, const PlanCount* plan, QWidget* parent)
    : QWidget(parent),
      session_(session),
      node_(std::move(node)),
      manifest_(manifest),
      parameter_(parameter),
      plan_(plan),
      column_(new QVBoxLayout(this)),
      label_(new QLabel(QString::fromStdString(parameter.label), this)),
      centre_(new QWidget(this)),
      editor_(ParameterEditor::make(
          session.document, parameter,
          manifest.kind == graph::NodeKind::Source && parameter.id == manifest.assets.parameter, this)),
      menu_(new QuietButton(this)),
      reset_(new QToolButton(this)) {
    setObjectName(QString::fromStdString(parameter.id));
    build();
    connect(editor_, &ParameterEditor::edited, this, &ParameterRow::edit);
    connect(editor_, &ParameterEditor::unfit, this, [this](const QString& why) {
        unfit_ = why;
        showFault();
    });
    connect(reset_, &QToolButton::clicked, this, &ParameterRow::reset);
    connect(menu_, &QToolButton::clicked, this,
            [this] { openMenu(menu_->mapToGlobal(QPoint(0, menu_->height()))); });
}

void ParameterRow::build() {
    label_->setWordWrap(true);
    label_->setBuddy(editor_->input());
    const QString help = QString::fromStdString(parameter_.help);
    label_->setToolTip(help);
    editor_->input()->setToolTip(help);
    editor_->input()->setAccessibleDescription(help);
    auto* line = new QHBoxLayout;
    line->setSpacing(measure::grid);
    line->addWidget(label_);
    auto* inside = new QHBoxLayout(centre_);
    inside->setContentsMargins(measure::grid, 0, 0, 0);
    if (editor_->isWide()) {
        label_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
        inside->setContentsMargins(0, 0, 0, 0);
    } else {
        label_->setFixedWidth(labelWidth);
        inside->addWidget(editor_, 1);
        line->addWidget(centre_, 1);
    }
    buildButtons(line);

    column_->setContentsMargins(0, 2, 0, 2);
    column_->setSpacing(measure::grid);
    column_->addLayout(line);
    if (!editor_->isWide()) return;
    column_->addWidget(centre_);
    column_->addWidget(editor_);
}

void ParameterRow::buildButtons(QHBoxLayout* line) {
    menu_->setObjectName("menu");
    reset_->setObjectName("reset");
    reset_->setIcon(icon("reset", Token::Muted));
    reset_->setFixedSize(measure::field, measure::field);
    reset_->setFocusPolicy(Qt::StrongFocus);
    const QString usual = textOf(parameter_.defaultValue);
    reset_->setToolTip(usual.isEmpty() ? tr("Back to the default, empty")
                                       : tr("Back to the default, %1").arg(usual));
    reset_->setAccessibleName(tr("Reset %1").arg(QString::fromStdString(parameter_.label)));
    QSizePolicy keepsPlace = reset_->sizePolicy();
    keepsPlace.setRetainSizeWhenHidden(true);
    reset_->setSizePolicy(keepsPlace);
    line->addWidget(menu_, 0, Qt::AlignTop);
    line->addWidget(reset_, 0, Qt::AlignTop);
}

void ParameterRow::refresh() {
    const graph::Document& document = session_.document.document();
    const graph::Node& node = *document.find(node_);
    state_ = stateOf(document, node, parameter_);
    wanted_ = isWantedIn(document, node, manifest_, parameter_);
    editor_->show(state_.value);
    reset_->setVisible(state_.changed);
    showMenuButton();
    showSweep();
    showReach();
    showCentre();
    const bool boxed = (sweep_ && sweep_->isVisibleTo(this)) || state_.reach;
    column_->setContentsMargins(0, 2, 0, boxed ? measure::padding : 2);
}

void ParameterRow::showMenuButton() {
    const bool varies = state_.sweep || state_.reach;
    const bool loud = varies || !state_.variable.empty();
    menu_->setIcon(varies ? icon("sweep", Token::Accent)
                          : icon(state_.variable.empty() ? "more" : "variable", Token::Muted));
    menu_->setLoud(loud);
    menu_->setPressed(varies);
    const QString label = QString::fromStdString(parameter_.label);
    menu_->setToolTip(state_.reach ? tr("Reaches a target")
                      : varies     ? tr("Swept")
                      : loud       ? tr("Reads the variable %1").arg(QString::fromStdString(state_.variable))
                                   : tr("Sweep, reach, variable, reset"));
    menu_->setAccessibleName(tr("What %1 does").arg(label));
}

/// A table is edited at the first of its columns that is this node's.
bool ParameterRow::showsTable() const {
    const graph::Sweep& sweep = session_.document.document().sweeps[state_.sweep->sweep];
    for (const graph::SweepColumn& column : sweep.columns) {
        if (column.node == state_.column.node && column.parameter == state_.column.parameter) return true;
        if (column.node == node_) return false;
    }
    return true;
}

void ParameterRow::showSweep() {
    const bool shown = state_.sweep && showsTable();
    if (shown && !sweep_) {
        sweep_ = new SweepEditor(session_, parameter_, plan_, this);
        column_->addWidget(sweep_);
        emit grown();
    }
    if (shown) sweep_->show(state_);
    if (sweep_) sweep_->setVisible(shown);
}

void ParameterRow::showReach() {
    if (state_.reach && !reach_) {
        reach_ = new ReachEditor(session_, parameter_, this);
        column_->addWidget(reach_);
        emit grown();
    }
    if (state_.reach) reach_->show(*state_.reach);
    if (reach_) reach_->setVisible(state_.reach.has_value());
}

void ParameterRow::makeEnds() {
    ends_ = new ValueSlider(*sliderScaleOf(parameter_), centre_);
    ends_->setObjectName("ends");
    ends_->setAccessibleName(tr("Ends of the sweep of %1").arg(QString::fromStdString(parameter_.label)));
    connect(ends_, &ValueSlider::moved, this, &ParameterRow::moveEnd);
    static_cast<QHBoxLayout*>(centre_->layout())->addWidget(ends_, 1);
    emit grown();
}

void ParameterRow::makeVariableButton() {
    variable_ = new QToolButton(centre_);
    variable_->setObjectName("variable");
    variable_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    variable_->setFixedHeight(measure::field);
    variable_->setFocusPolicy(Qt::StrongFocus);
    connect(variable_, &QToolButton::clicked, menu_, &QToolButton::click);
    static_cast<QHBoxLayout*>(centre_->layout())->addWidget(variable_, 1);
    emit grown();
}

void ParameterRow::tell(const QString& text) {
    if (!summary_ && !text.isEmpty()) {
        summary_ = new QLabel(centre_);
        summary_->setObjectName("summary");
        summary_->setWordWrap(true);
        summary_->setProperty("muted", true);
        static_cast<QHBoxLayout*>(centre_->layout())->addWidget(summary_, 1);
    }
    if (!summary_) return;
    summary_->setText(text);
    summary_->setVisible(!text.isEmpty());
}

QString ParameterRow::summary() const {
    if (!state_.reach) return summaryOf(state_.swept);
    const graph::Reach& reach = session_.document.document().reaches[*state_.reach];
    return QString::fromStdString(reach.quantity) + " " +
           summaryOf(Values(reach.targets.begin(), reach.targets.end()));
}

void ParameterRow::showEnds() {
    if (!ends_) makeEnds();
    std::vector<double> places;
    for (std::size_t i = 0; i < state_.swept.size() && i < mostTicks; ++i)
        places.push_back(numberOf(state_.swept[i]));
    places.push_back(numberOf(state_.swept.back()));
    std::sort(places.begin(), places.end());
    ends_->setValues({places.front(), places.back()});
    ends_->setTicks(places);
    ends_->setFixed(!(sweep_ && sweep_->isVisibleTo(this) && sweep_->range()));
    ends_->setToolTip(summaryOf(state_.swept));
}

void ParameterRow::showCentre() {
    const bool reads = !state_.variable.empty() && !state_.sweep;
    const bool slides = state_.sweep && sliderScaleOf(parameter_) && !state_.swept.empty();
    const bool told = (state_.sweep && !slides) || state_.reach;
    if (slides) showEnds();
    if (reads) {
        if (!variable_) makeVariableButton();
        variable_->setText(QString::fromStdString(state_.variable) + " = " + textOf(state_.value));
        variable_->setToolTip(tr("Reads the variable %1").arg(QString::fromStdString(state_.variable)));
    }
    tell(told ? summary() : QString());
    editor_->setVisible(!slides && !told && !reads);
    if (ends_) ends_->setVisible(slides);
    if (variable_) variable_->setVisible(reads);
    centre_->setVisible(!editor_->isWide() || told || reads);
}

void ParameterRow::showFindings(const QStringList& findings) {
    findings_.clear();
    // Whose parameter it is stands beside it.
    const QString subject = QString("\"%1\" of the node \"%2\": ")
                                .arg(QString::fromStdString(parameter_.id), QString::fromStdString(node_));
    for (const QString& finding : findings.mid(0, mostBeside))
        findings_ += finding.startsWith(subject) ? finding.mid(subject.size()) : finding;
    if (findings.size() > mostBeside) findings_ += tr("And %1 more.").arg(findings.size() - mostBeside);
    showFault();
}

void ParameterRow::showFault() {
    const QString text = unfit_.isEmpty() ? findings_.join('\n') : unfit_;
    if (!fault_ && text.isEmpty()) return;
    if (!fault_) {
        fault_ = new QLabel(this);
        fault_->setObjectName("fault");
        fault_->setWordWrap(true);
        fault_->setProperty("bad", true);
        fault_->setFont(tableFont());
        // Under the field, above the editor of a sweep.
        column_->insertWidget(editor_->isWide() ? 3 : 1, fault_);
    }
    fault_->setText(text);
    fault_->setVisible(!text.isEmpty());
}

void ParameterRow::edit(const graph::ParameterValue& value, bool merging) {
    const graph::ParameterValue stored = graph::normalised(parameter_, value);
    // The document keeps what differs from the defaults.
    session_.document.apply(stored == graph::normalised(parameter_, parameter_.defaultValue)
                                ? graph::resetParameter(node_, parameter_.id)
                                : graph::setParameter(node_, parameter_.id, stored),
                            merging);
}

void ParameterRow::moveEnd(int handle, double value, bool merging) {
    if (!sweep_) return;
    std::optional<EvenRange> range = sweep_->range();
    if (!range) return;
    const bool rising = range->from <= range->to;
    ((handle == 0) == rising ? range->from : range->to) = value;
    sweep_->setRange(*range, merging);
}

void ParameterRow::enterEvent(QEnterEvent* event) {
    menu_->update();
    QWidget::enterEvent(event);
}

void ParameterRow::leaveEvent(QEvent* event) {
    menu_->update();
    QWidget::leaveEvent(event);
}

}  // namespace ratescope::views
