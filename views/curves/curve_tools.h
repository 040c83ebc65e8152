#pragma once

// The tool row of Curves: what stands on the axes, how it is drawn, what it is compared with.

#include "core/curves/series_style.h"
#include "views/controls/segments.h"
#include "views/curves/curve_reader.h"

#include <QComboBox>
#include <QToolButton>
#include <QWidget>
#include <vector>

namespace ratescope::views {

class CurveTools : public QWidget {
    Q_OBJECT

  public:
    explicit CurveTools(QWidget* parent = nullptr);

    QAction *fit, *bands, *hull, *relative, *logarithmic, *importCurve, *exportFigure, *zoomIn, *zoomOut;

    /// Shows a choice and what there is to choose from, without changed().
    void showChoice(const CurveChoice& choice, const CurveOffer& offer, const std::string& y,
                    const std::string& x);
    void showAnchors(const std::vector<curves::Curve>& curves, const std::vector<curves::SeriesStyle>& styles,
                     std::size_t anchor);
    /// The choice with what the tools say; hidden series as they are in it.
    CurveChoice choice(CurveChoice from) const;

  signals:
    void changed();
    void anchorChosen(const QString& series);

  protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    QAction* action(const QString& name, const QString& icon, const QString& text, const QString& tip,
                    const QKeySequence& key);
    QToolButton* button(QAction* action);
    QComboBox* combo(const QString& name, const QString& accessible, int width);
    void makeActions();
    void makeMore();
    void fillAxis(QComboBox& combo, const CurveOffer& offer, const std::string& current, bool tables);
    void fillColumns(const CurveOffer& offer, const std::string& current);

    QComboBox *y_, *x_, *anchor_, *method_;
    Segments* scale_;
    QToolButton* more_;
    QAction *perItem_, *meanCurve_;
    QActionGroup* columns_;
    QMenu* columnMenu_;
    CurveOffer offer_;
    std::vector<curves::Curve> anchors_;  ///< titles and slugs
    std::vector<curves::SeriesStyle> anchorStyles_;
    std::size_t anchorIndex_ = 0;
    bool filled_ = false;
};

}  // namespace ratescope::views
