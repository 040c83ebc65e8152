#pragma once

// What stands under the BD table: how its numbers were made, and what to know of them.

#include "views/curves/curve_reader.h"

#include <QScrollArea>

class QLabel;

namespace ratescope::views {

class BdNotes : public QScrollArea {
    Q_OBJECT

  public:
    explicit BdNotes(QWidget* parent = nullptr);
    void showNotes(const CurveAnswer& answer, bool pictures);

    QSize sizeHint() const override;

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    QWidget* warning_;
    QLabel *warningIcon_, *method_, *remarks_;
};

}  // namespace ratescope::views
