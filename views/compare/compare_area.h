#pragma once

// The cells, side by side in rows, and the keys that move what they show.

#include "views/compare/picture_cell.h"

#include <QWidget>
#include <vector>

namespace ratescope::views {

class CompareArea : public QWidget {
    Q_OBJECT

  public:
    CompareArea(ViewState& view, Tiles& tiles, QWidget* parent = nullptr);

    void setContents(const std::vector<CellContent>& contents);
    const std::vector<PictureCell*>& cells() const { return cells_; }
    void setLoupe(bool shown);
    void setCropping(bool cropping);
    void setCrop(const QRect& crop);
    /// Lights up the cells of the branch.
    void light(const std::string& branch);

  signals:
    void branchPointedAt(const std::string& branch);
    void cropped(const QRect& crop);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

  private:
    PictureCell* newCell();
    void place();

    ViewState& view_;
    Tiles& tiles_;
    std::vector<PictureCell*> cells_;
    bool loupe_ = false, cropping_ = false;
    QRect crop_;
};

}  // namespace ratescope::views
