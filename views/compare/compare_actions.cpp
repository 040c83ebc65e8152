#include "views/compare/compare_area.h"
#include "views/compare/compare_bar.h"
#include "views/compare/compare_panel.h"
#include "views/compare/crop_box.h"
#include "views/compare/difference_view.h"
#include "views/controls/panel_action.h"

#include <QAction>
#include <algorithm>

namespace ratescope::views {

QAction* ComparePanel::makeAction(const QString& name, const QString& text, const QString& tip,
                                  const QList<QKeySequence>& keys, const QString& iconName) {
    QAction* action = panelAction(*this, "compare." + name, text, tip, keys, iconName);
    actions_ += action;
    byName_[action->objectName()] = action;
    return action;
}

void ComparePanel::makeActions() {
    makeModeActions();
    makeZoomActions();
    makeSideActions();
    makeToolActions();
}

void ComparePanel::makeModeActions() {
    const auto add = [this](CompareMode mode, const QString& text, const QString& tip, Qt::Key key) {
        connect(makeAction(idOf(mode), text, tip, {key}, idOf(mode)), &QAction::triggered, this,
                [this, mode] { setMode(mode); });
    };
    add(CompareMode::SideBySide, tr("Side by side"), tr("The original beside one reconstruction"), Qt::Key_B);
    add(CompareMode::Grid, tr("Grid"), tr("The original and all reconstructions"), Qt::Key_G);
    add(CompareMode::Wipe, tr("Wipe"), tr("One over the other, with a divider to drag"), Qt::Key_W);
    add(CompareMode::Flicker, tr("Flicker"), tr("One after the other in one place"), Qt::Key_K);
    add(CompareMode::Difference, tr("Difference"), tr("What differs from the original"), Qt::Key_D);
    QAction* shown = makeAction("show-differences", tr("Differences in place of pictures"),
                                tr("Show differences in place of the reconstructions"), {Qt::Key_0});
    shown->setCheckable(true);
    connect(shown, &QAction::triggered, this, &ComparePanel::showDifferences);
}

void ComparePanel::makeZoomActions() {
    const std::pair<Qt::Key, double> zooms[] = {{Qt::Key_4, 0.25}, {Qt::Key_5, 0.5}, {Qt::Key_6, 1.0},
                                                {Qt::Key_7, 2.0},  {Qt::Key_8, 4.0}, {Qt::Key_9, 8.0}};
    for (const auto& [key, zoom] : zooms) {
        const int percent = static_cast<int>(100 * zoom);
        QAction* action =
            makeAction(QString("zoom-%1").arg(percent), tr("Zoom %1\u2009%").arg(percent),
                       tr("%1\u2009%, around the pixel that is pointed at").arg(percent), {key});
        connect(action, &QAction::triggered, this, [this, zoom = zoom] {
            const QPointF fixed =
                view_.pointed() ? QPointF(*view_.pointed()) + QPointF(0.5, 0.5) : view_.centre();
            view_.setZoom(zoom, fixed, (fixed - view_.centre()) * view_.zoom());
        });
    }
    connect(makeAction("zoom-in", tr("Zoom in"), tr("The next whole zoom"), {Qt::Key_Plus, Qt::Key_Equal},
                       "zoom-in"),
            &QAction::triggered, this, [this] { view_.zoomBy(1, view_.centre(), {}); });
    connect(makeAction("zoom-out", tr("Zoom out"), tr("The zoom before"), {Qt::Key_Minus}, "zoom-out"),
            &QAction::triggered, this, [this] { view_.zoomBy(-1, view_.centre(), {}); });
    connect(makeAction("fit", tr("Fit"), tr("Show the whole picture"), {Qt::Key_R}, "fit"),
            &QAction::triggered, this, [this] {
                for (PictureCell* cell : area_->cells())
                    cell->resetOffset();
                view_.fit();
            });
    QAction* linked = makeAction("linked", tr("Linked"), tr("Pictures move together"), {Qt::Key_L}, "link");
    linked->setCheckable(true);
    linked->setChecked(true);
    connect(linked, &QAction::toggled, &view_, &ViewState::setLinked);
}

void ComparePanel::makeSideActions() {
    const auto toggleSide = [this](bool CompareSettings::*side, bool CompareSettings::*other) {
        settings_.*side = !(settings_.*side);
        if (!(settings_.*side)) settings_.*other = true;
        refresh();
    };
    connect(
        makeAction("left", tr("Hide or show the left side"), tr("Hide or show the original"), {Qt::Key_1}),
        &QAction::triggered, this, [this, toggleSide] {
            if (settings_.swapped)
                toggleSide(&CompareSettings::reconstruction, &CompareSettings::original);
            else
                toggleSide(&CompareSettings::original, &CompareSettings::reconstruction);
        });
    connect(makeAction("right", tr("Hide or show the right side"), tr("Hide or show the reconstruction"),
                       {Qt::Key_2}),
            &QAction::triggered, this, [this, toggleSide] {
                if (settings_.swapped)
                    toggleSide(&CompareSettings::original, &CompareSettings::reconstruction);
                else
                    toggleSide(&CompareSettings::reconstruction, &CompareSettings::original);
            });
    connect(makeAction("swap", tr("Swap sides"), tr("Left becomes right"), {Qt::Key_S}), &QAction::triggered,
            this, [this] {
                settings_.swapped = !settings_.swapped;
                refresh();
            });
    connect(
        makeAction("next", tr("Next reconstruction"), tr("The next one against the original"), {Qt::Key_Tab}),
        &QAction::triggered, this, &ComparePanel::nextRendition);
    connect(makeAction("blink", tr("Flicker by hand"), tr("Stop the timer and change the picture"),
                       {Qt::Key_Space}),
            &QAction::triggered, this, [this] {
                flicker_.stop();
                flicker();
            });
}

void ComparePanel::makeToolActions() {
    QAction* loupe =
        makeAction("loupe", tr("Loupe"), tr("16 × 16 pixels, eight times as large"), {Qt::Key_Z}, "loupe");
    loupe->setCheckable(true);
    loupe->setChecked(true);
    connect(loupe, &QAction::toggled, this, [this](bool on) { area_->setLoupe(on); });
    QAction* crop =
        makeAction("crop", tr("Crop"), tr("Mark a part by dragging and keep it"), {Qt::Key_C}, "crop");
    crop->setCheckable(true);
    connect(crop, &QAction::toggled, this, [this](bool on) { area_->setCropping(on); });
    connect(makeAction("save-plate", tr("Save plate"), tr("The shown crops as PDF, SVG or PNG"), {Qt::Key_F},
                       "export"),
            &QAction::triggered, this, &ComparePanel::savePlate);
    connect(
        makeAction("keep-plate", tr("Keep as figure"),
                   tr("A plate among the document's figures: the shown series, each at the rate nearest to "
                      "the current one"),
                   {QKeySequence(Qt::SHIFT | Qt::Key_F)}),
        &QAction::triggered, this, &ComparePanel::keepPlate);
    connect(
        makeAction("ask-again", tr("Decode again"), tr("Ask again for pictures that failed"), {Qt::Key_A}),
        &QAction::triggered, this, [this] {
            values_.retry();
            refresh();
        });
}

void ComparePanel::setMode(CompareMode mode) {
    settings_.mode = mode;
    settings_.original = settings_.reconstruction = true;
    settings_.flickersToOriginal = false;
    bar_->setMode(mode);
    if (mode == CompareMode::Flicker)
        flicker_.start();
    else
        flicker_.stop();
    refresh();
}

void ComparePanel::toggleSeries(const std::string& series, bool shown) {
    hiddenChosen_ = true;
    if (shown)
        settings_.hidden.erase(series);
    else if (settings_.hidden.size() + 1 < comparison_.renditions.size())
        settings_.hidden.insert(series);
    refresh();
}

void ComparePanel::nextRendition() {
    const std::vector<const Rendition*> shown = contents().shown();
    const Rendition* current = contents().current();
    if (!current) return;
    const auto at = std::find(shown.begin(), shown.end(), current);
    settings_.current = (at + 1 == shown.end() ? shown.front() : *(at + 1))->series.slug;
    refresh();
}

void ComparePanel::showDifferences(bool shown) {
    settings_.differences = shown;
    byName_["compare.show-differences"]->setChecked(shown);
    difference_->setShown(shown);
    refreshCells();
}

void ComparePanel::flicker() {
    settings_.flickersToOriginal = !settings_.flickersToOriginal;
    refreshCells();
}

void ComparePanel::takeCrop() {
    const std::optional<graph::Crop> crop = bar_->cropBox()->crop();
    const QRect rect = crop ? QRect(crop->x, crop->y, crop->width, crop->height) : QRect();
    area_->setCrop(rect);
    if (crop) view_.showRect(rect);
}

void ComparePanel::markCrop(const QRect& crop) {
    byName_["compare.crop"]->setChecked(false);
    bar_->cropBox()->keep(crop);
}

}  // namespace ratescope::views
