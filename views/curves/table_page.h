#pragma once

// A table that is no curve, painted as the figure painter prints it: white whatever the look.

#include "core/curves/plot_spec.h"

#include <QPixmap>
#include <QWidget>
#include <optional>

namespace ratescope::views {

class TablePage : public QWidget {
    Q_OBJECT

  public:
    explicit TablePage(QWidget* parent = nullptr);
    void showSpec(curves::PlotSpec spec);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void paintPage(double ratio);

    std::optional<curves::PlotSpec> spec_;
    QPixmap page_;
};

}  // namespace ratescope::views
