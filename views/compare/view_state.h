#pragma once

// Where all cells look: zoom, centre, and the pixel that is pointed at. Linked cells share the centre; each may have
// moved away from it while they were not linked.

#include <QObject>
#include <QPoint>
#include <QPointF>
#include <QSize>
#include <QString>
#include <optional>

namespace ratescope::views {

/// "200 %", "66.7 %".
QString percentText(double zoom);

class ViewState : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

    /// Device pixels that one pixel of the picture takes.
    double zoom() const { return zoom_; }
    /// The point of the picture in the middle of each cell, in its pixels.
    QPointF centre() const { return centre_; }
    /// The whole picture is to be seen, whatever the cells' size.
    bool fits() const { return fits_; }
    bool linked() const { return linked_; }
    void setLinked(bool linked);
    /// The picture that is looked at; one of another size is shown whole.
    void setPictureSize(QSize size);
    QSize pictureSize() const { return size_; }
    /// The least cell, in device pixels: what fit() fits into.
    void setCellSize(QSize size);

    void fit();
    /// Keeps `fixed`, a point of the picture, where it is when it is `away` device pixels from the middle of a cell.
    void setZoom(double zoom, QPointF fixed, QPointF away);
    void setZoom(double zoom) { setZoom(zoom, centre_, {}); }
    /// To the next of the steps at which pixels stay even: ½, ⅔, 1, 2, 3, …
    void zoomBy(int steps, QPointF fixed, QPointF away);
    void moveTo(QPointF centre);
    void showRect(const QRect& rect);

    std::optional<QPoint> pointed() const { return pointed_; }
    void pointAt(std::optional<QPoint> pixel);

    /// "200 %: one image pixel is 2 × 2 device pixels".
    QString zoomText() const;

  signals:
    void changed();        ///< zoom or centre
    void linkedChanged();  ///< cells that moved away stay where they are
    void pointedChanged();

  private:
    void refit();

    double zoom_ = 1;
    QPointF centre_;
    bool fits_ = true, linked_ = true;
    QSize size_, cell_;
    std::optional<QPoint> pointed_;
};

}  // namespace ratescope::views
