#pragma once

// The whole graph, small, and which part of it is seen; a press or drag goes there.

#include <QTransform>
#include <QWidget>

namespace ratescope::views {

class GraphView;

class Minimap : public QWidget {
    Q_OBJECT

  public:
    Minimap(GraphView& view, QWidget* parent);
    QSize sizeHint() const override { return {176, 96}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

  private:
    QTransform sceneToHere() const;
    void goTo(QPointF point);

    GraphView& view_;
};

}  // namespace ratescope::views
