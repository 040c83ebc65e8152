#pragma once

// What is known of the selected point, with the way to its reconstruction.

#include "core/curves/curve.h"
#include "core/curves/series_style.h"

#include <QWidget>
#include <optional>

class QPushButton;

namespace ratescope::views {

class PointStrip : public QWidget {
    Q_OBJECT

  public:
    explicit PointStrip(QWidget* parent = nullptr);
    void describe(const curves::SeriesStyle& style, const QString& title, const QString& values,
                  const QString& sample, bool opens);
    void clear();
    QString title() const { return title_; }
    QString values() const { return values_; }
    QString sample() const { return sample_; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  signals:
    void openAsked();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void place();

    std::optional<curves::SeriesStyle> style_;
    QString title_, values_, sample_;
    QPushButton* open_;
};

}  // namespace ratescope::views
