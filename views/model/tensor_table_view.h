#pragma once

// The table of tensors as it stands in the panel: the names have what the numbers leave, and enough to be read.

#include <QTableView>

namespace ratescope::views {

/// A table without grid and row numbers, in the font and the rows of the window's tables.
void dressTable(QTableView& view);

class TensorTableView : public QTableView {
    Q_OBJECT

  public:
    explicit TensorTableView(QWidget* parent = nullptr);
    /// After another set of columns has come into the model, a TensorModel.
    void layColumns();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void widenNames();
};

}  // namespace ratescope::views
