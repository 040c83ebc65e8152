#pragma once

// Words and fields of a sentence: side by side, and on a further line where there is no room.

#include <QLayout>
#include <QList>

namespace ratescope::views {

class FlowLayout : public QLayout {
  public:
    explicit FlowLayout(QWidget* parent, int gap);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override { items_.append(item); }
    int count() const override { return static_cast<int>(items_.size()); }
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return place(QRect(0, 0, width, 0), false); }
    QSize sizeHint() const override;
    QSize minimumSize() const override;
    void setGeometry(const QRect& rectangle) override;

  private:
    /// The height that it takes; moves the items if told so.
    int place(const QRect& rectangle, bool move) const;

    QList<QLayoutItem*> items_;
    int gap_;
};

}  // namespace ratescope::views
