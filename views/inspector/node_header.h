#pragma once

// Which node is shown: its family's stripe, the mark of its branch, its title, what it is and how it stands.

#include "core/curves/series_style.h"
#include "core/graph/manifest.h"
#include "views/controls/run_state.h"

#include <QWidget>
#include <optional>

class QLabel;
class QLineEdit;

namespace ratescope::views {

/// A line of text that ends in "…" where there is no room, with the whole of it as tool tip.
class ElidedLabel : public QWidget {
    Q_OBJECT

  public:
    using QWidget::QWidget;
    void setText(const QString& text);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    QString text_;
};

class NodeHeader : public QWidget {
    Q_OBJECT

  public:
    explicit NodeHeader(QWidget* parent = nullptr);

    void setKind(std::optional<graph::NodeKind> kind);
    /// `own` is shown as it is; the placeholder is the manifest's title, which stands for an empty one.
    void setTitle(const QString& own, const QString& usual);
    void setType(const QString& text);
    void setMark(const std::optional<curves::SeriesStyle>& style);
    void setState(RunState state);

  signals:
    void titleEdited(const QString& title, bool merging);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    class Title;
    class Glyph;

    std::optional<graph::NodeKind> kind_;
    Title* title_;
    Glyph *mark_, *state_;
    ElidedLabel* type_;
    QLabel* word_;
};

}  // namespace ratescope::views
