#pragma once

// Title and comment of a frame, edited where it stands.

#include "core/graph/document.h"
#include "views/graph/popup_frame.h"

class QLineEdit;
class QPlainTextEdit;

namespace ratescope::views {

class FrameEditor : public PopupFrame {
    Q_OBJECT

  public:
    explicit FrameEditor(QWidget* parent);
    void open(const graph::Frame& frame, QPoint point);

  signals:
    void accepted(const QString& title, const QString& text);
    void closed();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    void accept();

    QLineEdit* title_;
    QPlainTextEdit* text_;
};

}  // namespace ratescope::views
