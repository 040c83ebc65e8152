#pragma once

// Which rows are shown: by text, state and series.

#include "core/store/item_index.h"

#include <QTimer>
#include <QWidget>
#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;

namespace ratescope::views {

class RunsFilter : public QWidget {
    Q_OBJECT

  public:
    explicit RunsFilter(QWidget* parent = nullptr);

    store::IndexFilter filter() const;
    /// The series that can be chosen; the choice stays where it is still there.
    void offer(const std::vector<store::ItemIndex::Series>& series);
    void clear();
    void focusText();

  signals:
    void changed();
    void closed();  ///< Escape

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QLineEdit* text_;
    QComboBox* state_;
    QComboBox* series_;
    QTimer typing_;
};

}  // namespace ratescope::views
