#pragma once

// The fields of parameters that are no numbers.

#include "views/inspector/parameter_editor.h"
#include "views/inspector/text_entry.h"

#include <QPlainTextEdit>

class QCheckBox;
class QComboBox;
class QLabel;

namespace ratescope::views {

/// A check box; says what the default is where it is on the other side.
class BoolEditor : public ParameterEditor {
    Q_OBJECT

  public:
    BoolEditor(const graph::Parameter& parameter, QWidget* parent);
    void show(const graph::ParameterValue& value) override;
    void revert() override {}
    QWidget* input() const override;

  private:
    const graph::Parameter& parameter_;
    QCheckBox* box_;
    QLabel* aside_;
};

class ChoiceEditor : public ParameterEditor {
    Q_OBJECT

  public:
    ChoiceEditor(const graph::Parameter& parameter, QWidget* parent);
    void show(const graph::ParameterValue& value) override;
    void revert() override {}
    QWidget* input() const override;

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QComboBox* combo_;
};

/// A line of text, and for files a button that finds one.
class LineEditor : public ParameterEditor {
    Q_OBJECT

  public:
    LineEditor(const graph::Parameter& parameter, QWidget* parent);
    void show(const graph::ParameterValue& value) override;
    void revert() override;
    /// Paths are long.
    bool isWide() const override { return parameter_.type == graph::ParameterType::File; }
    QWidget* input() const override { return field_; }
    /// A button that opens the system's dialog; the path as `document` writes it takes the place of the text.
    void addBrowse(const OpenDocument& document, bool manyFiles);

  private:
    void readField();
    void browse(const OpenDocument& document, bool manyFiles);

    const graph::Parameter& parameter_;
    CheckedLine* field_;
    std::optional<graph::ParameterValue> shown_;
};

/// Text of several lines that tells where the keys come and go.
class TextPane : public QPlainTextEdit {
    Q_OBJECT

  public:
    explicit TextPane(int lines, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }
    Gesture gesture;

  protected:
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

  private:
    int lines_;
};

class CommandEditor : public ParameterEditor {
    Q_OBJECT

  public:
    CommandEditor(const graph::Parameter& parameter, QWidget* parent);
    void show(const graph::ParameterValue& value) override;
    void revert() override;
    bool isWide() const override { return true; }
    QWidget* input() const override { return pane_; }

  private:
    void readPane();

    const graph::Parameter& parameter_;
    TextPane* pane_;
    std::optional<graph::ParameterValue> shown_;
    bool showing_ = false;
};

}  // namespace ratescope::views
