#pragma once

// Heads of narrow columns: where there is no room they end in "…"; the tool tip has the whole.

#include <QHeaderView>

namespace ratescope::views {

class ElidedHeader : public QHeaderView {
    Q_OBJECT

  public:
    explicit ElidedHeader(QWidget* parent = nullptr);

  protected:
    void initStyleOptionForIndex(QStyleOptionHeader* option, int section) const override;
};

}  // namespace ratescope::views
