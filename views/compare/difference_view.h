#pragma once

// The whole picture's difference from the original, small, with what its colours mean.

#include "core/curves/series_style.h"
#include "views/compare/tiles.h"
#include "views/compare/view_state.h"

#include <QWidget>
#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;

namespace ratescope::views {

class SectionHeader;

/// The picture with its colour bar.
class DifferenceCanvas : public QWidget {
    Q_OBJECT

  public:
    DifferenceCanvas(ViewState& view, Tiles& tiles, QWidget* parent = nullptr);
    void setLayer(const Layer& layer, const QString& notice);
    /// What stands below the colour bar, from left to right.
    static QStringList legend(int gain, DifferenceColours colours, int bitDepth);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    QRect pictureRect() const;
    /// Device pixels to a pixel of the picture, at this scale.
    double zoomAt(double scale) const;
    void paintPicture(QPainter& painter);
    void paintLegend(QPainter& painter);

    ViewState& view_;
    Tiles& tiles_;
    Layer layer_;
    QString notice_;
};

class DifferenceView : public QWidget {
    Q_OBJECT

  public:
    DifferenceView(ViewState& view, Tiles& tiles, QWidget* parent = nullptr);

    void setLayer(const Layer& layer, const QString& notice);
    void setOf(const QString& title, const std::optional<curves::SeriesStyle>& mark);
    void setShown(bool shown);
    int gain() const;
    DifferenceColours colours() const;

  signals:
    void settingsChanged();      ///< gain() or colours()
    void showAsked(bool shown);  ///< differences in place of the pictures

  private:
    SectionHeader* header_;
    DifferenceCanvas* canvas_;
    QComboBox *gain_, *colours_;
    QCheckBox* shown_;
};

}  // namespace ratescope::views
