#pragma once

// Curves: the plot of a study's series, their BD numbers against an anchor, published curves beside them. What it
// shows is read and worked out in the reader's thread (curve_reader.h).

#include "core/store/published.h"
#include "views/curves/curve_plot.h"
#include "views/curves/curve_reader.h"
#include "views/session/session.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>

class QStackedWidget;

namespace ratescope::views {

class BdModel;
class BdNotes;
class BdView;
class CurveTools;
class EmptyState;
class ImportDialog;
class PointStrip;
class PointTip;
class TablePage;

/// Its actions() are "curves.fit", "curves.bands", "curves.hull", "curves.relative", "curves.log", "curves.zoom-in",
/// "curves.zoom-out", "curves.import" and "curves.export".
class CurvesPanel : public QWidget {
    Q_OBJECT

  public:
    explicit CurvesPanel(Session& session, QWidget* parent = nullptr);

    const CurveChoice& choice() const { return choice_; }
    void choose(const CurveChoice& choice);
    /// What is shown now; null before the first answer.
    std::shared_ptr<const CurveAnswer> shown() const { return answer_; }
    CurvePlot& plot() { return *plot_; }

    /// Asks about a published curve's file and takes it in; "" lets the user choose one.
    void importFile(const QString& file);

  signals:
    void runAsked();
    /// The Figure tab is to show these curves.
    void figureAsked(const ratescope::graph::FigureSpec& figure);

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void buildLayout();
    void connectTools();
    void connectPlot();
    void connectSession();

    void reopen();
    void remember();
    void ask();
    void askMore();
    void onCommitted();
    void take(const std::shared_ptr<const CurveAnswer>& answer);
    void showFailure(const Error& error);
    void showNothing();
    void showAnswer(bool keeps);
    void showPlot(bool keeps);

    CurveQuestion question() const;
    std::vector<curves::SeriesStyle> styles() const;
    curves::SeriesStyle styleOf(const curves::Curve& curve) const;
    const curves::Curve* curveOf(const std::string& series) const;
    const curves::Point* pointAt(PlotHit hit, const curves::Curve** curve) const;
    std::optional<PlotHit> hitOf(const PointRef& ref) const;
    bool ofPictures() const;

    void pointAt(const std::optional<PlotHit>& hit, QPoint place);
    void hideTip();
    void select(PlotHit hit);
    void open(PlotHit hit);
    void openSelected();
    void showSelection();
    void showPointed();
    void copyTable(const QString& form);
    void sendImport(const store::ImportedCurve& curve);

    Session& session_;
    CurveChoice choice_;
    std::shared_ptr<CurveReader> reader_;
    std::shared_ptr<const CurveAnswer> answer_;
    std::string shownAxes_;  ///< what the limits of the plot belong to
    QTimer again_;           ///< rows came while bands and BD numbers were worked out
    bool working_ = false, outdated_ = false;

    QStackedWidget* pages_;
    EmptyState* empty_;
    CurveTools* tools_;
    QStackedWidget* plots_;
    CurvePlot* plot_;
    TablePage* table_;
    QWidget* side_;
    BdModel* model_;
    BdView* view_;
    BdNotes* notes_;
    PointStrip* strip_;
    QPointer<PointTip> tip_;  ///< the window's
    QPointer<ImportDialog> importing_;
};

}  // namespace ratescope::views
