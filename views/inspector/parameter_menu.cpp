// The menu of a row, and what it does.

#include "core/graph/edit.h"
#include "core/graph/findings.h"
#include "views/inspector/parameter_row.h"
#include "views/inspector/reach_editor.h"
#include "views/inspector/variables.h"
#include "views/theme/icon.h"

#include <QContextMenuEvent>
#include <QMenu>

namespace ratescope::views {
namespace {

Values firstValues(const graph::Parameter& parameter, const graph::ParameterValue& now) {
    switch (parameter.type) {
        case graph::ParameterType::Int:
        case graph::ParameterType::Real:
            return valuesOf(firstRange(parameter, now, parameter.logScale), parameter);
        case graph::ParameterType::Bool:
            return {false, true};
        case graph::ParameterType::Choice:
            return {parameter.choices.begin(), parameter.choices.end()};
        default:
            return {now};
    }
}

std::vector<graph::Reach> without(std::vector<graph::Reach> reaches, std::size_t index) {
    reaches.erase(reaches.begin() + static_cast<std::ptrdiff_t>(index));
    return reaches;
}

using Edits = std::vector<std::unique_ptr<graph::Edit>>;

}  // namespace

void ParameterRow::contextMenuEvent(QContextMenuEvent* event) {
    openMenu(event->globalPos());
}

void ParameterRow::openMenu(const QPoint& place) {
    auto* menu = new QMenu(this);
    menu->setObjectName("parameterMenu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillMenu(*menu);
    menu->popup(place);
}

void ParameterRow::fillMenu(QMenu& menu) {
    const auto add = [&](const QString& name, const QString& text, void (ParameterRow::*act)()) {
        QAction* action = menu.addAction(text);
        action->setObjectName("inspector." + name);
        connect(action, &QAction::triggered, this, act);
        return action;
    };
    const QString why = QString::fromStdString(graph::whyNotSwept(manifest_, parameter_.id));
    QAction* sweep = state_.sweep ? add("stopSweep", tr("Stop sweeping"), &ParameterRow::stopSweep)
                                  : add("sweep", tr("Sweep"), &ParameterRow::startSweep);
    sweep->setIcon(icon("sweep"));
    sweep->setEnabled(why.isEmpty() && !state_.reach);
    if (isNumber(parameter_)) {
        QAction* reach = state_.reach ? add("stopReach", tr("Stop reaching"), &ParameterRow::stopReach)
                                      : add("reach", tr("Reach a target"), &ParameterRow::startReach);
        reach->setEnabled(why.isEmpty() && !state_.sweep);
    }
    menu.addSeparator();
    fillVariables(menu);
    menu.addSeparator();
    QAction* reset = add("reset", tr("Reset"), &ParameterRow::reset);
    reset->setIcon(icon("reset"));
    reset->setEnabled(state_.changed);
}

void ParameterRow::fillVariables(QMenu& menu) {
    const graph::Document& document = session_.document.document();
    QMenu* read = menu.addMenu(icon("variable"), tr("Read a variable…"));
    read->setObjectName("inspector.readVariable");
    for (const std::string& name : fittingVariables(document, parameter_)) {
        QAction* action = read->addAction(QString::fromStdString(name));
        action->setCheckable(true);
        action->setChecked(name == state_.variable);
        connect(action, &QAction::triggered, this, [this, name] {
            session_.document.apply(readVariable(session_.document.document(), node_, parameter_.id, name));
        });
    }
    read->setEnabled(!read->isEmpty() && !state_.reach);
    if (!state_.variable.empty()) {
        QAction* own = menu.addAction(tr("Own value"));
        own->setObjectName("inspector.ownValue");
        connect(own, &QAction::triggered, this, [this] { edit(state_.value, false); });
        return;
    }
    QAction* make = menu.addAction(tr("Make a variable"));
    make->setObjectName("inspector.makeVariable");
    make->setEnabled(!state_.reach);
    connect(make, &QAction::triggered, this, [this] {
        session_.document.apply(makeVariable(session_.document.document(), node_, parameter_));
    });
}

void ParameterRow::startSweep() {
    if (state_.sweep || state_.reach) return;
    session_.document.apply(graph::setSweeps(withValues(session_.document.document().sweeps, state_.column,
                                                        firstValues(parameter_, state_.value))));
}

void ParameterRow::stopSweep() {
    if (state_.sweep)
        session_.document.apply(
            graph::setSweeps(withoutColumn(session_.document.document().sweeps, state_.column)));
}

void ParameterRow::startReach() {
    if (state_.sweep || state_.reach) return;
    const graph::Document& document = session_.document.document();
    std::vector<graph::Reach> reaches = document.reaches;
    reaches.push_back(firstReach(document, session_.document.catalogue(), node_, parameter_.id));
    session_.document.apply(graph::setReaches(std::move(reaches)));
}

void ParameterRow::stopReach() {
    if (state_.reach)
        session_.document.apply(
            graph::setReaches(without(session_.document.document().reaches, *state_.reach)));
}

void ParameterRow::reset() {
    const graph::Document& document = session_.document.document();
    const graph::SweepColumn own{node_, parameter_.id, {}};
    Edits edits;
    if (document.find(node_)->parameters.count(parameter_.id) != 0)
        edits.push_back(graph::resetParameter(node_, parameter_.id));
    if (placeOf(document.sweeps, own)) edits.push_back(graph::setSweeps(withoutColumn(document.sweeps, own)));
    if (state_.reach) edits.push_back(graph::setReaches(without(document.reaches, *state_.reach)));
    // A text that does not fit is no value: it goes whether or not there is one.
    editor_->revert();
    if (edits.empty()) return;
    if (edits.size() == 1)
        session_.document.apply(std::move(edits.front()));
    else
        session_.document.apply(graph::together("Reset " + parameter_.id + " of " + node_, std::move(edits)));
}

}  // namespace ratescope::views
