#pragma once

// The tool bar above the pictures.

#include "core/curves/series_style.h"
#include "views/compare/cell_contents.h"
#include "views/compare/view_state.h"

#include <QWidget>
#include <set>
#include <string>
#include <vector>

class QAction;
class QComboBox;
class QMenu;
class QPushButton;
class QToolButton;

namespace ratescope::views {

class CropBox;
class Segments;

class CompareBar : public QWidget {
    Q_OBJECT

  public:
    /// The actions are the panel's: "compare.linked", "compare.loupe", "compare.crop" and "compare.save-plate".
    CompareBar(Session& session, ViewState& view, const std::vector<QAction*>& actions,
               QWidget* parent = nullptr);

    void setAssets(const QStringList& assets, const QString& current);
    void setSeries(const std::vector<curves::SeriesInfo>& series, const std::set<std::string>& hidden,
                   const CellContents::StyleOf& styleOf);
    /// Id and title of metrics that have a map.
    void setOverlays(const std::vector<std::pair<QString, QString>>& overlays);
    void setMode(CompareMode mode);
    CropBox* cropBox() const { return crop_; }

  signals:
    void assetChosen(const QString& asset);
    void seriesToggled(const std::string& series, bool shown);
    void modeChosen(ratescope::views::CompareMode mode);
    void overlayChosen(const QString& metric);

  private:
    void addModes();
    QToolButton* buttonOf(QAction* action);
    QPushButton* pushButtonOf(QAction* action);
    void showZoom();
    void chooseZoom(int row);

    ViewState& view_;
    QComboBox* asset_;
    QPushButton* series_;
    Segments* modes_;
    QComboBox *zoom_, *overlay_;
    CropBox* crop_;
};

/// "compare.side-by-side" is that of the mode's action.
QString idOf(CompareMode mode);

}  // namespace ratescope::views
