#pragma once

// A column that scrolls up and down only: it is never narrower than what stands in it.

#include <QScrollArea>

namespace ratescope::views {

class ColumnArea : public QScrollArea {
    Q_OBJECT

  public:
    explicit ColumnArea(QWidget* parent = nullptr);

    void setColumn(QWidget* column);
    QSize minimumSizeHint() const override;

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace ratescope::views
