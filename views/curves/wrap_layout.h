#pragma once

// A row of tools that goes on in a second row where the panel is narrow: nothing is cut off.

#include <QLayout>
#include <QList>

namespace ratescope::views {

class WrapLayout : public QLayout {
    Q_OBJECT

  public:
    explicit WrapLayout(QWidget* parent);
    ~WrapLayout() override;
    /// What is added from now on stands at the right end while one row holds all.
    void alignRest() { rightFrom_ = static_cast<int>(items_.size()); }

    void addItem(QLayoutItem* item) override;
    int count() const override;
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    void setGeometry(const QRect& place) override;
    QSize sizeHint() const override;
    QSize minimumSize() const override;
    Qt::Orientations expandingDirections() const override { return Qt::Horizontal; }

  private:
    /// Places the items, or only measures; the height that they take.
    int arrange(const QRect& place, bool moves) const;

    int gapAfter(int index) const;

    QList<QLayoutItem*> items_;
    int rightFrom_ = -1;
};

}  // namespace ratescope::views
