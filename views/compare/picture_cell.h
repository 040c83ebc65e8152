#pragma once

// One picture with its caption: what a cell shows, moved by the pointer, looked at through the loupe.

#include "views/compare/cell_content.h"
#include "views/compare/tiles.h"
#include "views/compare/view_state.h"

#include <QWidget>
#include <optional>
#include <string>

namespace ratescope::views {

class PictureCell : public QWidget {
    Q_OBJECT

  public:
    static constexpr int captionHeight = 30, frameWidth = 2;
    static constexpr int loupeSide = 128, loupePixels = 16, loupeInset = 8;

    PictureCell(ViewState& view, Tiles& tiles, QWidget* parent = nullptr);

    void setContent(const CellContent& content);
    const CellContent& content() const { return content_; }
    void setLoupe(bool shown);
    void setCrop(const QRect& crop);  ///< outlined; null for none
    /// Dragging marks a crop in place of moving the picture.
    void setCropping(bool cropping);
    /// Its branch is pointed at, here or elsewhere.
    void setLit(bool lit);
    /// Of a wipe: 0 … 1 of the width.
    void setDivider(double divider);
    double divider() const { return divider_; }

    /// Where the picture is shown, within the frame, in the widget's coordinates.
    QRect pictureRect() const;
    /// How far it has moved away from the others, in pixels of the picture.
    QPointF offset() const { return offset_; }
    void resetOffset();
    /// The picture's point at a place of the widget.
    QPointF imagePoint(QPointF place) const;

  signals:
    void entered(const std::string& branch);  ///< the pointer; "" when it leaves
    void cropped(const QRect& crop);
    void dividerMoved(double divider);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

  private:
    enum class Drag { None, Picture, Divider, Crop };

    QPoint originIn(const QRect& view, double zoom) const;
    void paintPicture(QPainter& painter);
    void paintLayers(QPainter& painter, const QRect& view, double scale);
    void paintMarks(QPainter& painter, const QRect& view, double scale);
    void paintLoupe(QPainter& painter, const QRect& view, double scale);
    void paintMapLegend(QPainter& painter, const QRect& view, double scale);
    void paintNotice(QPainter& painter);
    int dividerIn(const QRect& view) const;
    bool atDivider(QPointF place) const;
    QPointF awayFromMiddle(QPointF place) const;
    QPoint pixelAt(QPointF place) const;
    void describe();

    ViewState& view_;
    Tiles& tiles_;
    CellContent content_;
    bool loupe_ = false, cropping_ = false, lit_ = false;
    double divider_ = 0.5;
    QRect crop_;
    Drag drag_ = Drag::None;
    QPointF dragFrom_, dragCentre_;
    QPoint cropFrom_;
    QRect newCrop_;
    QPointF offset_;
};

}  // namespace ratescope::views
