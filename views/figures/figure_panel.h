#pragma once

// The Figure tab: the document's figures as they will print, with their options and caption, and their export.

#include "core/graph/figure_spec.h"
#include "views/session/session.h"

#include <QAction>
#include <QDateTime>
#include <QList>
#include <QTimer>
#include <QWidget>
#include <functional>
#include <map>
#include <optional>
#include <string>

class QStackedWidget;
class QSplitter;
class QToolButton;

namespace ratescope::views {

class CaptionView;
class ElidedLabel;
class EmptyState;
class FigureExporter;
class FigureList;
class FigureMaker;
class FigureOptions;
class PageView;
class Segments;
struct ExportReport;
struct PagePictures;

class FigurePanel : public QWidget {
    Q_OBJECT

  public:
    explicit FigurePanel(Session& session, QWidget* parent = nullptr);
    ~FigurePanel() override;

    /// "figure.new", "figure.export", …
    QList<QAction*> actions() const;
    /// Name of the figure that is shown; "" for none.
    std::string currentFigure() const;
    /// Where an export goes: the folder that was chosen, else `figures` beside the document.
    QString exportFolder() const;
    void setExportFolder(const QString& folder);

  public slots:
    /// A new figure of this kind, under a free name; it is shown. The name is made of its metric where it has none.
    void addFigure(ratescope::graph::FigureSpec figure);

  signals:
    /// One line on what is shown, for the status bar.
    void statusText(const QString& text);
    /// There is nothing to draw yet: the study is to be run.
    void runAsked();
    /// An export is over.
    void exported();

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    struct Exported {
        graph::FigureSpec spec;
        QDateTime at;
    };

    QAction* makeAction(const QString& name, const QString& text, const QString& icon, const QString& toolTip,
                        const QKeySequence& key = {});
    void makeActions();
    QWidget* makeCentre();
    QWidget* makeToolBar();
    void connectAll();
    void restoreView();
    void keepView();

    const graph::FigureSpec* current() const;
    /// Shows what the document and the list say now; makes the figure anew if it is another.
    void follow();
    void make();
    void showMade();
    void say(const QString& sentence, const QString& action = {});
    void askPictures();
    void showPictures(const PagePictures& pictures);
    void askChoices();
    void refresh();
    void change(const QString& what, const std::function<void(graph::FigureSpec&)>& how, bool typing);
    void newFigure();
    void reset();
    void setZoom(const QString& zoom);
    void setSimulation();
    void startExport();
    void showReport(const ExportReport& report);
    void chooseFolder();
    void showTarget();
    void sayStatus();
    QString exportText(const graph::FigureSpec& spec) const;

    Session& session_;
    QList<QAction*> actions_;
    QAction *new_, *duplicate_, *rename_, *delete_, *reset_, *export_, *folder_, *copyPicture_, *copyCaption_,
        *simulation_, *rulers_;
    FigureMaker* maker_;
    FigureExporter* exporter_;
    QStackedWidget *whole_, *middle_;
    EmptyState *empty_, *message_;
    QSplitter *across_, *down_;
    FigureList* list_;
    PageView* page_;
    CaptionView* caption_;
    FigureOptions* options_;
    Segments* zoom_;
    ElidedLabel* scale_;
    QTimer later_;                            ///< results that come in are not drawn more often than this
    QTimer minute_;                           ///< the age of an export
    std::optional<graph::FigureSpec> asked_;  ///< what the maker was asked for last
    QString typed_;                           ///< the field whose changes are merged
    bool changing_ = false;
    bool stale_ = false;  ///< results came in while the tab was hidden
    std::string firstMetric_;
    QString chosenFolder_;
    std::map<std::string, Exported> exports_;
};

}  // namespace ratescope::views
