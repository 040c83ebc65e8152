#pragma once

// Compare: one original against its reconstructions, decoded from the stored streams.

#include "views/compare/cell_contents.h"
#include "views/compare/tiles.h"
#include "views/compare/values.h"
#include "views/compare/view_state.h"
#include "views/session/session.h"

#include <QList>
#include <QTimer>
#include <QWidget>
#include <map>
#include <string>

class QAction;
class QFileDialog;
class QStackedWidget;

namespace ratescope::views {

class CompareArea;
class CompareBar;
class DifferenceView;
class EmptyState;
class PixelTable;
class WorstItems;

class ComparePanel : public QWidget {
    Q_OBJECT

  public:
    explicit ComparePanel(Session& session, QWidget* parent = nullptr);
    ~ComparePanel() override;

    /// "compare.side-by-side", "compare.grid", …, in the order of a menu.
    QList<QAction*> actions() const { return actions_; }
    /// The item's reconstruction, and of the other series those nearest in rate.
    void showItem(store::ItemId item);
    /// Asks where to, then writes what `ratescope plate` writes of the same choice.
    void savePlate();
    /// The same without asking; false where there is nothing to save.
    bool writePlate(const QString& file);
    /// What is shown as a plate of the document's figures: the shown series at the rate of the current one, the crop.
    void keepPlate();

    CompareArea& area() const { return *area_; }
    ViewState& view() { return view_; }
    const Values& values() const { return values_; }
    const Tiles& tiles() const { return tiles_; }
    const Comparison& comparison() const { return comparison_; }
    WorstItems& worstItems() const { return *worst_; }
    PixelTable& pixelTable() const { return *pixels_; }

  signals:
    void statusText(const QString& text);
    void failed(const QString& what, const QString& remedy);
    void plateSaved(const QString& file);
    /// What is shown is wanted as a figure of the document.
    void figureAsked(const ratescope::graph::FigureSpec& figure);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void build();
    QWidget* rightColumn();
    void listen();
    void makeActions();
    QAction* makeAction(const QString& name, const QString& text, const QString& tip,
                        const QList<QKeySequence>& keys, const QString& iconName = {});
    void makeModeActions();
    void makeZoomActions();
    void makeSideActions();
    void makeToolActions();

    void open(const PictureChoice& choice);
    void openAsset(const std::string& asset);
    void openPoint();
    void showWorst();
    void askComparison();
    void askWorst();
    void take(const Comparison& comparison);
    void takeWorst(const WorstTable& table);
    void showAssets();
    void fillOverlays(const WorstTable& table);
    void startAnew();
    void rowsChanged();

    void setMode(CompareMode mode);
    void toggleSeries(const std::string& series, bool shown);
    void nextRendition();
    void showDifferences(bool shown);
    void flicker();
    void takeCrop();
    void markCrop(const QRect& crop);
    void pointAt(const std::string& branch);

    CellContents contents() const;
    CellContents::StyleOf styleOf() const;
    void refresh();
    void refreshCells();
    void showStatus();

    Session& session_;
    ViewState view_;
    Tiles tiles_;
    Values values_;
    PictureChoice choice_;
    Comparison comparison_;
    CompareSettings settings_;
    QTimer flicker_;
    bool hiddenChosen_ = false;  ///< the user has said which series are shown
    bool worstAsked_ = false, worstAgain_ = false, opensWorst_ = false;
    std::string worstMetric_;
    QString lastStatus_;

    QList<QAction*> actions_;
    std::map<QString, QAction*> byName_;
    CompareBar* bar_ = nullptr;
    CompareArea* area_ = nullptr;
    WorstItems* worst_ = nullptr;
    PixelTable* pixels_ = nullptr;
    DifferenceView* difference_ = nullptr;
    EmptyState* empty_ = nullptr;
    QStackedWidget* stack_ = nullptr;
};

}  // namespace ratescope::views
