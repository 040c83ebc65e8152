#pragma once

// The header of a section in the right column: a title, and at the right what it is of.

#include "core/curves/series_style.h"

#include <QWidget>
#include <optional>

class QHBoxLayout;

namespace ratescope::views {

class SectionHeader : public QWidget {
    Q_OBJECT

  public:
    explicit SectionHeader(const QString& title, QWidget* parent = nullptr);
    void setDetail(const QString& detail, const std::optional<curves::SeriesStyle>& mark = {});
    /// Puts the widget at the right, in place of a detail.
    void addWidget(QWidget* widget);
    QString detail() const { return detail_; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    QString title_, detail_;
    std::optional<curves::SeriesStyle> mark_;
    QHBoxLayout* row_;
};

}  // namespace ratescope::views
