#pragma once

// A tool bar's row that takes another line when the window is too narrow for all of it: nothing is cut, nothing hidden.

#include <QLayout>
#include <vector>

namespace ratescope::views {

class WrappingRow : public QLayout {
    Q_OBJECT

  public:
    explicit WrappingRow(QWidget* parent);
    ~WrappingRow() override;

    /// What is added from here on stands at the right end of its line.
    void addStretch();

    void addItem(QLayoutItem* item) override;
    int count() const override;
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    QSize sizeHint() const override;
    QSize minimumSize() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    void setGeometry(const QRect& rect) override;

  private:
    int arrange(const QRect& rect, bool apply) const;
    void placeLine(const std::vector<std::size_t>& line, const QRect& rect, int top) const;

    std::vector<QLayoutItem*> items_;
    std::size_t stretchAt_ = static_cast<std::size_t>(-1);
};

}  // namespace ratescope::views
