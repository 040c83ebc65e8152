#pragma once

// The interactive plot: a PlotSpec over a chart's axes, with a pointer that finds points, wheel, box and pan. What it
// paints lies in two layers, so that a moving pointer costs two pictures and a ring.

#include "core/curves/plot_spec.h"
#include "views/curves/chart_axes.h"
#include "views/curves/plot_map.h"

#include <QPixmap>
#include <QPointer>
#include <QWidget>
#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace ratescope::views {

/// A marker of the spec.
struct PlotHit {
    std::size_t series = 0, point = 0;

    bool operator==(const PlotHit&) const = default;
};

class CurvePlot : public QWidget {
    Q_OBJECT

  public:
    explicit CurvePlot(QWidget* parent = nullptr);

    /// Shows it within the present limits, unless a point would fall outside, or `fitted` is asked for.
    void showSpec(curves::PlotSpec spec, bool fitted);
    /// Shows why there is no plot.
    void say(const QString& reason);
    const std::optional<curves::PlotSpec>& spec() const { return spec_; }

    /// The limits of the spec.
    void fit();
    /// About the middle of the area; above 1 comes nearer.
    void zoom(double factor);
    /// Series that stand back while another branch is pointed at.
    void setFaded(std::set<std::string> series);
    void setSelected(std::optional<PlotHit> hit);
    const std::optional<PlotHit>& selected() const { return selected_; }

    /// As it is painted.
    const PlotMap& map();
    QPointF placeOf(PlotHit hit);
    /// The marker within reach of the place.
    std::optional<PlotHit> hitAt(QPointF place);

    QSize sizeHint() const override { return {480, 296}; }
    QSize minimumSizeHint() const override { return {160, 120}; }

  signals:
    void pointed(const std::optional<ratescope::views::PlotHit>& hit, QPoint globalPlace);
    void chosen(ratescope::views::PlotHit hit);
    void opened(ratescope::views::PlotHit hit);
    void released();  ///< nothing is to be selected any more

  protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

  private:
    enum class Drag { None, Press, Box, Pan };

    bool everythingWithin(const PlotRange& range) const;
    void setRange(const PlotRange& range);
    void zoomAbout(QPointF place, double factor);
    /// Shows `span` along the axes, with `value` (along them, too) at `place`.
    void hold(QPointF value, QPointF place, QSizeF span);
    void endBox();
    void layOut();
    void redrawSeries();
    void ensureLayers(double ratio);
    void paintRing(QPainter& painter, PlotHit hit, bool selected);
    void point(std::optional<PlotHit> hit, QPoint globalPlace);
    void walk(int along, int across);
    void showCursor();

    std::optional<curves::PlotSpec> spec_;
    QString reason_;
    PlotRange range_;
    bool zoomed_ = false;  ///< by the user: new points do not move it
    std::set<std::string> faded_;
    std::optional<PlotHit> selected_, hovered_;

    ChartAxes axes_;
    PlotMap map_;
    bool laidOut_ = false, axesPainted_ = false, seriesPainted_ = false;
    QPixmap axesLayer_, seriesLayer_;

    Drag drag_ = Drag::None;
    bool spaceHeld_ = false;
    bool byKeyboard_ = false;  ///< the focus came by keys, which then show where it is
    QPointF pressed_, last_;
    QPointF held_;  ///< along the axes, while panning
};

}  // namespace ratescope::views
