#include "views/inspector/plain_editors.h"

#include "views/inspector/number_editor.h"
#include "views/session/open_document.h"
#include "views/theme/icon.h"
#include "views/theme/tokens.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <cmath>

namespace ratescope::views {
namespace {

QHBoxLayout* rowOf(QWidget* widget) {
    auto* row = new QHBoxLayout(widget);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(measure::padding);
    return row;
}

QString labelOf(const graph::Parameter& parameter) {
    return QString::fromStdString(parameter.label);
}

}  // namespace

ParameterEditor* ParameterEditor::make(const OpenDocument& document, const graph::Parameter& parameter,
                                       bool manyFiles, QWidget* parent) {
    switch (parameter.type) {
        case graph::ParameterType::Int:
        case graph::ParameterType::Real:
            return new NumberEditor(parameter, parent);
        case graph::ParameterType::Bool:
            return new BoolEditor(parameter, parent);
        case graph::ParameterType::Choice:
            return new ChoiceEditor(parameter, parent);
        case graph::ParameterType::Command:
            return new CommandEditor(parameter, parent);
        case graph::ParameterType::Text:
        case graph::ParameterType::File:
            break;
    }
    auto* line = new LineEditor(parameter, parent);
    if (parameter.type == graph::ParameterType::File) line->addBrowse(document, manyFiles);
    return line;
}

BoolEditor::BoolEditor(const graph::Parameter& parameter, QWidget* parent)
    : ParameterEditor(parent), parameter_(parameter), box_(new QCheckBox(this)), aside_(new QLabel(this)) {
    box_->setObjectName("field");
    box_->setAccessibleName(labelOf(parameter));
    aside_->setProperty("muted", true);
    QHBoxLayout* row = rowOf(this);
    row->addWidget(box_);
    row->addWidget(aside_);
    row->addStretch();
    connect(box_, &QCheckBox::clicked, this, [this](bool on) { emit edited(on, false); });
}

void BoolEditor::show(const graph::ParameterValue& value) {
    const bool* on = std::get_if<bool>(&value);
    box_->setChecked(on && *on);
    const bool usual = std::get<bool>(parameter_.defaultValue);
    aside_->setText(box_->isChecked() == usual ? QString() : usual ? tr("default on") : tr("default off"));
}

QWidget* BoolEditor::input() const {
    return box_;
}

ChoiceEditor::ChoiceEditor(const graph::Parameter& parameter, QWidget* parent)
    : ParameterEditor(parent), combo_(new QComboBox(this)) {
    combo_->setObjectName("field");
    combo_->setAccessibleName(labelOf(parameter));
    for (const std::string& choice : parameter.choices)
        combo_->addItem(QString::fromStdString(choice));
    // The longest choice does not widen the panel: the list that opens does.
    combo_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo_->setMinimumContentsLength(6);
    combo_->installEventFilter(this);
    rowOf(this)->addWidget(combo_);
    connect(combo_, &QComboBox::textActivated, this,
            [this](const QString& text) { emit edited(text.toStdString(), false); });
}

void ChoiceEditor::show(const graph::ParameterValue& value) {
    const QString text = textOf(value);
    combo_->setCurrentIndex(combo_->findText(text));
    combo_->setPlaceholderText(text);
    combo_->setToolTip(text);
}

QWidget* ChoiceEditor::input() const {
    return combo_;
}

bool ChoiceEditor::eventFilter(QObject* watched, QEvent* event) {
    // Scrolling over the panel changes nothing.
    if (watched == combo_ && event->type() == QEvent::Wheel && !combo_->hasFocus()) {
        event->ignore();
        return true;
    }
    return ParameterEditor::eventFilter(watched, event);
}

LineEditor::LineEditor(const graph::Parameter& parameter, QWidget* parent)
    : ParameterEditor(parent), parameter_(parameter), field_(new CheckedLine(this)) {
    field_->setObjectName("field");
    field_->setAccessibleName(labelOf(parameter));
    field_->setPlaceholderText(textOf(parameter.defaultValue));
    rowOf(this)->addWidget(field_, 1);
    connect(field_, &QLineEdit::textEdited, this, &LineEditor::readField);
    connect(field_, &CheckedLine::givenUp, this, &LineEditor::revert);
}

void LineEditor::show(const graph::ParameterValue& value) {
    if (shown_ && *shown_ == value) return;
    shown_ = value;
    const QString text = textOf(value);
    field_->setToolTip(text);
    if (field_->text() == text) return;
    field_->setText(text);
    field_->setCursorPosition(0);
    field_->setWrong(false);
    emit unfit({});
}

void LineEditor::revert() {
    if (shown_) field_->setText(textOf(*shown_));
    field_->setWrong(false);
    emit unfit({});
}

void LineEditor::readField() {
    const ReadValue read = readValue(parameter_, field_->text());
    field_->setWrong(!read.value);
    emit unfit(read.fault);
    if (read.value && !(shown_ && *shown_ == *read.value)) emit edited(*read.value, field_->gesture.merges());
}

void LineEditor::addBrowse(const OpenDocument& document, bool manyFiles) {
    auto* button = new QToolButton(this);
    button->setObjectName("browse");
    button->setIcon(icon("open"));
    button->setToolTip(manyFiles ? tr("Choose files") : tr("Choose a file"));
    button->setAccessibleName(button->toolTip());
    button->setFixedSize(measure::field, measure::field);
    layout()->setSpacing(measure::grid);
    layout()->addWidget(button);
    connect(button, &QToolButton::clicked, this,
            [this, &document, manyFiles] { browse(document, manyFiles); });
}

void LineEditor::browse(const OpenDocument& document, bool manyFiles) {
    auto* dialog = new QFileDialog(this, manyFiles ? tr("Choose files") : tr("Choose a file"),
                                   QString::fromStdString(document.directory().string()));
    dialog->setObjectName("browser");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(manyFiles ? QFileDialog::ExistingFiles : QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::filesSelected, this, [this, &document](const QStringList& files) {
        QStringList paths;
        for (const QString& file : files)
            paths += QString::fromStdString(document.pathInDocument(file));
        // The names of assets stand between semicolons.
        emit edited(paths.join(';').toStdString(), false);
    });
    dialog->open();
}

TextPane::TextPane(int lines, QWidget* parent) : QPlainTextEdit(parent), lines_(lines) {
    setTabChangesFocus(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize TextPane::sizeHint() const {
    const double margins = 2 * document()->documentMargin() + 2 * frameWidth() + 6;
    return {96, static_cast<int>(std::ceil(lines_ * fontMetrics().lineSpacing() + margins))};
}

void TextPane::focusInEvent(QFocusEvent* event) {
    gesture.end();
    QPlainTextEdit::focusInEvent(event);
}

void TextPane::focusOutEvent(QFocusEvent* event) {
    gesture.end();
    QPlainTextEdit::focusOutEvent(event);
}

CommandEditor::CommandEditor(const graph::Parameter& parameter, QWidget* parent)
    : ParameterEditor(parent), parameter_(parameter), pane_(new TextPane(3, this)) {
    pane_->setObjectName("field");
    pane_->setAccessibleName(labelOf(parameter));
    pane_->setPlaceholderText(tr("program {input} {output}"));
    rowOf(this)->addWidget(pane_);
    connect(pane_, &QPlainTextEdit::textChanged, this, &CommandEditor::readPane);
}

void CommandEditor::show(const graph::ParameterValue& value) {
    if (shown_ && *shown_ == value) return;
    shown_ = value;
    if (pane_->toPlainText() == textOf(value)) return;
    revert();
}

void CommandEditor::revert() {
    showing_ = true;
    if (shown_) pane_->setPlainText(textOf(*shown_));
    showing_ = false;
    emit unfit({});
}

void CommandEditor::readPane() {
    if (showing_) return;
    const ReadValue read = readValue(parameter_, pane_->toPlainText());
    emit unfit(read.fault);
    if (read.value && !(shown_ && *shown_ == *read.value)) emit edited(*read.value, pane_->gesture.merges());
}

}  // namespace ratescope::views
