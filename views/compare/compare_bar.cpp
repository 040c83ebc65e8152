#include "views/compare/compare_bar.h"

#include "views/compare/crop_box.h"
#include "views/controls/eliding_combo.h"
#include "views/controls/segments.h"
#include "views/controls/series_mark.h"
#include "views/controls/wrapping_row.h"
#include "views/theme/icon.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <array>

namespace ratescope::views {
namespace {

constexpr std::array modes{CompareMode::SideBySide, CompareMode::Grid, CompareMode::Wipe,
                           CompareMode::Flicker, CompareMode::Difference};
constexpr std::array zooms{0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0};

/// In a row of its own height, so that rows of the tool bar align.
QWidget* separator(QWidget* parent) {
    auto* line = new QWidget(parent);
    line->setFixedSize(1, measure::field);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    return line;
}

}  // namespace

QString idOf(CompareMode mode) {
    switch (mode) {
        case CompareMode::SideBySide:
            return "side-by-side";
        case CompareMode::Grid:
            return "grid";
        case CompareMode::Wipe:
            return "wipe";
        case CompareMode::Flicker:
            return "flicker";
        case CompareMode::Difference:
            return "difference";
    }
    return {};
}

CompareBar::CompareBar(Session& session, ViewState& view, const std::vector<QAction*>& actions,
                       QWidget* parent)
    : QWidget(parent),
      view_(view),
      asset_(new ElidingCombo(this)),
      series_(new QPushButton(this)),
      modes_(new Segments(this)),
      zoom_(new QComboBox(this)),
      overlay_(new ElidingCombo(this)),
      crop_(new CropBox(session, this)) {
    QSizePolicy policy = sizePolicy();
    policy.setHeightForWidth(true);
    policy.setVerticalPolicy(QSizePolicy::Preferred);
    setSizePolicy(policy);
    asset_->setObjectName("compare.asset");
    asset_->setAccessibleName(tr("Picture"));
    asset_->setToolTip(tr("The picture that is compared"));
    asset_->setMinimumContentsLength(9);
    asset_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    series_->setObjectName("compare.branches");
    series_->setMenu(new QMenu(series_));
    series_->setToolTip(tr("Which reconstructions the grid shows"));
    addModes();
    zoom_->setObjectName("compare.zoom");
    zoom_->setAccessibleName(tr("Zoom"));
    zoom_->setToolTip(tr("100 % is one image pixel on one device pixel"));
    zoom_->addItem(tr("Fit"));
    for (const double zoom : zooms)
        zoom_->addItem(percentText(zoom), zoom);
    zoom_->setMinimumContentsLength(5);
    zoom_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    overlay_->setObjectName("compare.overlay");
    overlay_->setAccessibleName(tr("Overlay"));
    overlay_->setToolTip(tr("The map of a metric over the reconstructions"));
    overlay_->addItem(tr("None"), QString());
    overlay_->setMinimumContentsLength(7);
    overlay_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    auto* zoomLabel = new QLabel(tr("Zoom"), this);
    auto* overlayLabel = new QLabel(tr("Overlay"), this);
    for (QLabel* label : {zoomLabel, overlayLabel})
        label->setProperty("muted", true);
    auto* row = new WrappingRow(this);
    for (QWidget* widget :
         {static_cast<QWidget*>(asset_), static_cast<QWidget*>(series_), static_cast<QWidget*>(modes_),
          separator(this), static_cast<QWidget*>(zoomLabel), static_cast<QWidget*>(zoom_),
          static_cast<QWidget*>(buttonOf(actions[0])), static_cast<QWidget*>(buttonOf(actions[1])),
          separator(this), static_cast<QWidget*>(buttonOf(actions[2])), static_cast<QWidget*>(crop_)})
        row->addWidget(widget);
    row->addStretch();
    row->addWidget(overlayLabel);
    row->addWidget(overlay_);
    row->addWidget(pushButtonOf(actions[3]));
    connect(asset_, &QComboBox::textActivated, this, &CompareBar::assetChosen);
    connect(zoom_, &QComboBox::activated, this, &CompareBar::chooseZoom);
    connect(overlay_, &QComboBox::activated, this,
            [this](int index) { emit overlayChosen(overlay_->itemData(index).toString()); });
    connect(&view_, &ViewState::changed, this, &CompareBar::showZoom);
    showZoom();
}

void CompareBar::addModes() {
    const auto add = [this](CompareMode mode, const QString& text, const QString& tip) {
        modes_->add(idOf(mode), text, tip, icon(idOf(mode)));
    };
    add(CompareMode::SideBySide, tr("Side by side"), tr("The original beside one reconstruction (B)"));
    add(CompareMode::Grid, tr("Grid"), tr("The original and all reconstructions (G)"));
    add(CompareMode::Wipe, tr("Wipe"), tr("One over the other, with a divider to drag (W)"));
    add(CompareMode::Flicker, tr("Flicker"), tr("One after the other in one place (K)"));
    add(CompareMode::Difference, tr("Difference"), tr("What differs from the original (D)"));
    modes_->setCurrent(idOf(CompareMode::Grid));
    connect(modes_, &Segments::chosen, this, [this](const QString& id) {
        for (const CompareMode mode : modes)
            if (idOf(mode) == id) emit modeChosen(mode);
    });
}

QToolButton* CompareBar::buttonOf(QAction* action) {
    auto* button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAccessibleName(action->text());
    button->setFixedHeight(measure::field);
    return button;
}

QPushButton* CompareBar::pushButtonOf(QAction* action) {
    auto* button = new QPushButton(action->icon(), action->text(), this);
    button->setToolTip(action->toolTip());
    button->setAccessibleName(action->text());
    button->setEnabled(action->isEnabled());
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    connect(action, &QAction::enabledChanged, button, &QPushButton::setEnabled);
    return button;
}

void CompareBar::setMode(CompareMode mode) {
    modes_->setCurrent(idOf(mode));
}

void CompareBar::setAssets(const QStringList& assets, const QString& current) {
    const QSignalBlocker quiet(asset_);
    asset_->clear();
    asset_->addItems(assets);
    asset_->setCurrentIndex(static_cast<int>(assets.indexOf(current)));
    asset_->setPlaceholderText(current);
    asset_->setEnabled(!assets.isEmpty());
}

void CompareBar::setSeries(const std::vector<curves::SeriesInfo>& series, const std::set<std::string>& hidden,
                           const CellContents::StyleOf& styleOf) {
    series_->menu()->clear();
    std::set<std::string> branches;
    int shown = 0;
    for (const curves::SeriesInfo& one : series) {
        branches.insert(one.branch);
        QPixmap mark(32, 32);
        mark.setDevicePixelRatio(2);
        mark.fill(Qt::transparent);
        QPainter painter(&mark);
        paintSeriesMark(painter, styleOf(one), QPointF(8, 8), 9);
        painter.end();
        QAction* action = series_->menu()->addAction(mark, QString::fromStdString(one.title));
        action->setCheckable(true);
        action->setChecked(!hidden.contains(one.slug));
        shown += action->isChecked() ? 1 : 0;
        connect(action, &QAction::triggered, this,
                [this, slug = one.slug](bool checked) { emit seriesToggled(slug, checked); });
    }
    const auto total = static_cast<int>(series.size());
    series_->setText(branches.size() == series.size() ? tr("%1 of %2 branches").arg(shown).arg(total)
                                                      : tr("%1 of %2 series").arg(shown).arg(total));
    series_->setAccessibleName(tr("Reconstructions: %1").arg(series_->text()));
    series_->setEnabled(total > 0);
}

void CompareBar::setOverlays(const std::vector<std::pair<QString, QString>>& overlays) {
    const QSignalBlocker quiet(overlay_);
    const QString before = overlay_->currentData().toString();
    overlay_->clear();
    overlay_->addItem(tr("None"), QString());
    for (const auto& [id, title] : overlays)
        overlay_->addItem(title, id);
    overlay_->setCurrentIndex(std::max(0, overlay_->findData(before)));
}

void CompareBar::showZoom() {
    const QSignalBlocker quiet(zoom_);
    if (view_.fits()) {
        zoom_->setCurrentIndex(0);
        return;
    }
    for (std::size_t i = 0; i < zooms.size(); ++i)
        if (std::abs(zooms[i] / view_.zoom() - 1) < 1e-6) {
            zoom_->setCurrentIndex(static_cast<int>(i) + 1);
            return;
        }
    zoom_->setCurrentIndex(-1);
    zoom_->setPlaceholderText(percentText(view_.zoom()));
}

void CompareBar::chooseZoom(int row) {
    if (row == 0)
        view_.fit();
    else
        view_.setZoom(zoom_->itemData(row).toDouble());
}

}  // namespace ratescope::views
