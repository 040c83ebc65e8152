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

class ElidedLabel;

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
