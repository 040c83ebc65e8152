#pragma once

// The page of a figure between rulers, at the size at which it prints, and beside it, at half size, how others see it.

#include "views/figures/figure_maker.h"

#include <QAbstractScrollArea>
#include <QSizeF>
#include <QString>

namespace ratescope::views {

enum class PageZoom { TrueSize, Double, Fit };

class PageView : public QAbstractScrollArea {
    Q_OBJECT

  public:
    explicit PageView(QWidget* parent = nullptr);

    /// The page that is shown from now on: its name, and its size in millimetres.
    void setPage(const QString& name, QSizeF millimetres);
    void setZoom(PageZoom zoom);
    PageZoom zoom() const { return zoom_; }
    void setRulers(bool shown);
    bool rulers() const { return rulers_; }
    void setSights(const std::vector<Sight>& sights);
    const std::vector<Sight>& sights() const { return sights_; }
    void setPictures(const PagePictures& pictures);
    void clearPictures();

    /// Pixels per millimetre of the screen that the view is on, by what the screen says of its size.
    double screenPixelsPerMillimetre() const;
    /// Now: with the zoom.
    double pixelsPerMillimetre() const;
    /// What to paint for what is seen; the figure is the caller's.
    PageRequest request() const;
    /// Of the page in the viewport, for tests and for what is dragged out.
    QRectF pagePlace() const;

  signals:
    /// Other pictures are needed: another scale, screen or simulation.
    void picturesWanted();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;

  private:
    double ruler() const;
    QSizeF contents(double scale) const;
    double fittingScale() const;
    void layOut();
    void want();
    void paintPage(QPainter& painter, const QRectF& place, const std::vector<QImage>& pictures) const;
    void paintLabels(QPainter& painter, const QRectF& place, const QString& name, const QString& size) const;
    void paintSimulations(QPainter& painter) const;
    void paintRulers(QPainter& painter) const;
    void paintRuler(QPainter& painter, Qt::Orientation orientation) const;

    QString name_;
    QSizeF millimetres_;
    PageZoom zoom_ = PageZoom::TrueSize;
    bool rulers_ = true;
    std::vector<Sight> sights_;
    PagePictures pictures_;
    std::vector<double> ratios_;  ///< of the devices that this has been painted on
    double wantedScale_ = 0;
};

}  // namespace ratescope::views
