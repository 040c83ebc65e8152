#pragma once

// The header of the table of runs: titles with their units and arrows of what is better, and a small triangle at the
// column that orders the rows.

#include <QHeaderView>

namespace ratescope::views {

class RunsHeader : public QHeaderView {
    Q_OBJECT

  public:
    explicit RunsHeader(QWidget* parent = nullptr);

  protected:
    void paintSection(QPainter* painter, const QRect& place, int section) const override;
    QSize sectionSizeFromContents(int section) const override;
};

}  // namespace ratescope::views
