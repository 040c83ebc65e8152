#include "views/inspector/list_fields.h"

#include "views/inspector/flow_layout.h"
#include "views/theme/tokens.h"

#include <QCheckBox>
#include <QVBoxLayout>
#include <algorithm>

namespace ratescope::views {

ListFields::ListFields(const graph::Parameter& parameter, QWidget* parent)
    : QWidget(parent), parameter_(parameter) {
    if (parameter.type == graph::ParameterType::Bool)
        addBoxes({false, true});
    else if (parameter.type == graph::ParameterType::Choice)
        addBoxes({parameter.choices.begin(), parameter.choices.end()});
    else
        addText();
}

void ListFields::addText() {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    if (onLines(parameter_)) {
        pane_ = new TextPane(4, this);
        pane_->setObjectName("list");
        pane_->setAccessibleName(tr("Values, one on each line"));
        pane_->setToolTip(pane_->accessibleName());
        connect(pane_, &QPlainTextEdit::textChanged, this,
                [this] { readText(pane_->toPlainText(), pane_->gesture); });
        column->addWidget(pane_);
        return;
    }
    line_ = new CheckedLine(this);
    line_->setObjectName("list");
    line_->setAccessibleName(tr("Values between commas"));
    line_->setToolTip(line_->accessibleName());
    connect(line_, &QLineEdit::textEdited, this,
            [this](const QString& text) { readText(text, line_->gesture); });
    connect(line_, &CheckedLine::givenUp, this, [this] {
        line_->setText(listText(parameter_, shown_));
        line_->setWrong(false);
        emit unfit({});
    });
    column->addWidget(line_);
}

void ListFields::addBoxes(const Values& choices) {
    choices_ = choices;
    auto* flow = new FlowLayout(this, measure::groupGap);
    for (const graph::ParameterValue& choice : choices) {
        const bool* flag = std::get_if<bool>(&choice);
        auto* box = new QCheckBox(flag ? (*flag ? tr("on") : tr("off")) : textOf(choice), this);
        box->setObjectName(textOf(choice));
        connect(box, &QCheckBox::clicked, this, &ListFields::readBoxes);
        flow->addWidget(box);
        boxes_ += box;
    }
}

void ListFields::show(const Values& values) {
    if (values == shown_) return;
    shown_ = values;
    for (qsizetype i = 0; i < boxes_.size(); ++i)
        boxes_[i]->setChecked(
            std::find(values.begin(), values.end(), choices_[static_cast<std::size_t>(i)]) != values.end());
    if (line_ && readList(parameter_, line_->text()).values != values) {
        line_->setText(listText(parameter_, values));
        line_->setWrong(false);
    }
    if (pane_ && readList(parameter_, pane_->toPlainText()).values != values) {
        showing_ = true;
        pane_->setPlainText(listText(parameter_, values));
        showing_ = false;
    }
}

void ListFields::readText(const QString& text, Gesture& gesture) {
    if (showing_) return;
    const ReadList read = readList(parameter_, text);
    if (line_) line_->setWrong(!read.fault.isEmpty());
    emit unfit(read.fault);
    if (read.fault.isEmpty() && read.values != shown_) emit edited(read.values, gesture.merges());
}

void ListFields::readBoxes() {
    Values values;
    for (qsizetype i = 0; i < boxes_.size(); ++i)
        if (boxes_[i]->isChecked()) values.push_back(choices_[static_cast<std::size_t>(i)]);
    if (values.empty()) {
        emit unfit(tr("A sweep has at least one value. Stop the sweep to be rid of the last."));
        const Values before = std::exchange(shown_, {});
        return show(before);
    }
    emit unfit({});
    emit edited(values, false);
}

}  // namespace ratescope::views
