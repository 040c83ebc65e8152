#pragma once

// A slider over a parameter's range, even or logarithmic, with one handle, or with two for the ends of a sweep.

#include <QWidget>
#include <optional>
#include <vector>

namespace ratescope::views {

/// What the slider runs over.
struct SliderScale {
    double low = 0, high = 1;
    bool logScale = false;  ///< low is above 0
    bool integers = false;

    bool operator==(const SliderScale&) const = default;
    double placeOf(double value) const;  ///< 0 … 1
    /// Rounded to what a pointer can tell apart.
    double valueAt(double place) const;
};

class ValueSlider : public QWidget {
    Q_OBJECT

  public:
    explicit ValueSlider(const SliderScale& scale, QWidget* parent = nullptr);

    const SliderScale& scale() const { return scale_; }
    /// One value or two, rising.
    void setValues(std::vector<double> values);
    const std::vector<double>& values() const { return values_; }
    /// Small marks below the line: the values of a sweep, or the default.
    void setTicks(std::vector<double> ticks);
    /// The handles show places, and can't be moved.
    void setFixed(bool fixed);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    /// Where the handle is drawn, in this widget.
    QPointF handlePlace(std::size_t handle) const;

  signals:
    /// By the user. `merging`: it goes on with what the last one began.
    void moved(int handle, double value, bool merging);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    double lineLeft() const;
    double lineWidth() const;
    double xOf(double value) const;
    void moveTo(double value);
    void step(double steps);
    void announce();

    SliderScale scale_;
    std::vector<double> values_{0}, ticks_;
    std::size_t active_ = 0;  ///< handle that keys move
    bool dragging_ = false, begun_ = false, fixed_ = false;
};

}  // namespace ratescope::views
