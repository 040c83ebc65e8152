#include "views/curves/curve_tools.h"

#include "views/controls/eliding_combo.h"
#include "views/controls/series_mark.h"
#include "views/curves/curve_words.h"
#include "views/curves/wrap_layout.h"
#include "views/theme/icon.h"
#include "views/theme/tokens.h"

#include <QAbstractItemView>
#include <QActionGroup>
#include <QEvent>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <algorithm>

namespace ratescope::views {
namespace {

/// Of combo entries that name a table instead of a quantity.
constexpr int isTable = Qt::UserRole + 1;

QIcon markOf(const curves::SeriesStyle& style) {
    constexpr int ratio = 3;
    QPixmap mark(QSize(measure::icon, measure::icon) * ratio);
    mark.setDevicePixelRatio(ratio);
    mark.fill(Qt::transparent);
    QPainter painter(&mark);
    const QPointF middle(measure::icon / 2.0, measure::icon / 2.0);
    if (style.marker == curves::Marker::None)
        paintSeriesLine(painter, style, middle - QPointF(7, 0), middle + QPointF(7, 0));
    else
        paintSeriesMark(painter, style, middle, 8);
    return mark;
}

QLabel* quiet(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("muted", true);
    return label;
}

}  // namespace

CurveTools::CurveTools(QWidget* parent) : QWidget(parent) {
    setObjectName("curveTools");
    makeActions();
    auto* row = new WrapLayout(this);
    y_ = combo("curvesY", tr("What stands on the vertical axis"), 104);
    x_ = combo("curvesX", tr("What stands on the horizontal axis"), 62);
    scale_ = new Segments(this);
    scale_->add("linear", tr("Linear"), tr("Linear horizontal axis"));
    scale_->add("log", tr("Log"), tr("Logarithmic horizontal axis"));
    for (QWidget* widget : {static_cast<QWidget*>(y_), static_cast<QWidget*>(quiet(tr("over"), this)),
                            static_cast<QWidget*>(x_), static_cast<QWidget*>(scale_)})
        row->addWidget(widget);
    for (QAction* each : {bands, hull, relative, fit})
        row->addWidget(button(each));
    row->alignRest();
    anchor_ = combo("curvesAnchor", tr("Series that the others are compared with"), 96);
    anchor_->setIconSize({measure::icon, measure::icon});
    method_ = combo("curvesMethod", tr("Interpolation of the Bjøntegaard deltas"), 78);
    const std::pair<curves::BdMethod, QString> methods[] = {{curves::BdMethod::Pchip, tr("PCHIP")},
                                                            {curves::BdMethod::Akima, tr("Akima")},
                                                            {curves::BdMethod::Cubic, tr("Cubic")}};
    for (const auto& [method, title] : methods)
        method_->addItem(title, QString(curves::toText(method)));
    makeMore();
    for (QWidget* widget : {static_cast<QWidget*>(quiet(tr("Anchor"), this)), static_cast<QWidget*>(anchor_),
                            static_cast<QWidget*>(quiet(tr("BD"), this)), static_cast<QWidget*>(method_),
                            static_cast<QWidget*>(more_)})
        row->addWidget(widget);
    row->addWidget(button(importCurve));
    row->addWidget(button(exportFigure));

    for (QComboBox* each : {y_, x_, method_})
        connect(each, &QComboBox::activated, this, [this] { emit changed(); });
    connect(scale_, &Segments::chosen, this, [this](const QString& id) {
        logarithmic->setChecked(id == "log");
        emit changed();
    });
    connect(anchor_, &QComboBox::activated, this,
            [this](int index) { emit anchorChosen(anchor_->itemData(index).toString()); });
}

QAction* CurveTools::action(const QString& name, const QString& iconName, const QString& text,
                            const QString& tip, const QKeySequence& key) {
    auto* made = new QAction(iconName.isEmpty() ? QIcon() : icon(iconName), text, this);
    made->setObjectName("curves." + name);
    made->setShortcut(key);
    // Letters belong to the plot while it has the focus, to fields otherwise.
    made->setShortcutContext(Qt::WidgetShortcut);
    made->setToolTip(key.isEmpty() ? tip : tip + " (" + key.toString(QKeySequence::NativeText) + ")");
    return made;
}

void CurveTools::makeActions() {
    fit = action("fit", "fit", tr("Fit the axes"), tr("Show all points"), tr("F"));
    bands = action("bands", "bands", tr("Confidence bands"),
                   tr("95 % bands, by bootstrap over the items of each point"), tr("B"));
    hull = action("hull", "hull", tr("Convex hull"),
                  tr("Lines, bands and BD numbers of the convex hulls of the points"), tr("H"));
    relative = action("relative", "relative", tr("Relative curve"),
                      tr("Rate difference to the anchor over quality"), tr("R"));
    logarithmic = action("log", "", tr("Logarithmic axis"), tr("Logarithmic horizontal axis"), tr("L"));
    importCurve = action("import", "import", tr("Import published curve…"),
                         tr("Take in a published curve: CSV or CompressAI's result file"), {});
    exportFigure = action("export", "export", tr("Make a figure"), tr("Open these curves as a figure"), {});
    zoomIn = action("zoom-in", "zoom-in", tr("Zoom in on the curves"), tr("Come nearer"), tr("+"));
    zoomOut = action("zoom-out", "zoom-out", tr("Zoom out of the curves"), tr("Go back"), tr("-"));
    for (QAction* toggle : {bands, hull, relative, logarithmic}) {
        toggle->setCheckable(true);
        connect(toggle, &QAction::triggered, this, [this] {
            scale_->setCurrent(logarithmic->isChecked() ? "log" : "linear");
            emit changed();
        });
    }
}

QToolButton* CurveTools::button(QAction* action) {
    auto* made = new QToolButton(this);
    made->setDefaultAction(action);
    made->setIconSize({measure::icon, measure::icon});
    made->setFixedSize(measure::toolButton, measure::toolButton);
    made->setAccessibleName(action->text());
    made->setFocusPolicy(Qt::StrongFocus);
    return made;
}

QComboBox* CurveTools::combo(const QString& name, const QString& accessible, int width) {
    auto* made = new ElidingCombo(this);
    made->setObjectName(name);
    made->setAccessibleName(accessible);
    made->setToolTip(accessible);
    made->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    made->setMinimumContentsLength(2);
    made->setFixedWidth(width);
    made->setFixedHeight(measure::field);
    made->view()->setTextElideMode(Qt::ElideNone);
    return made;
}

void CurveTools::makeMore() {
    more_ = new QToolButton(this);
    more_->setObjectName("curvesMore");
    more_->setIcon(icon("more"));
    more_->setFixedSize(measure::toolButton, measure::toolButton);
    more_->setPopupMode(QToolButton::InstantPopup);
    more_->setFocusPolicy(Qt::StrongFocus);
    more_->setAccessibleName(tr("Averaging and groups"));
    more_->setToolTip(tr("How BD numbers are averaged, and groups of items"));
    auto* menu = new QMenu(more_);
    auto* averaging = new QActionGroup(menu);
    perItem_ = menu->addAction(tr("BD of each item, then the mean"));
    perItem_->setObjectName("curves.per-item");
    meanCurve_ = menu->addAction(tr("BD of the mean curves"));
    meanCurve_->setObjectName("curves.mean-curve");
    for (QAction* each : {perItem_, meanCurve_}) {
        each->setCheckable(true);
        averaging->addAction(each);
    }
    menu->addSeparator();
    columnMenu_ = menu->addMenu(tr("Groups by"));
    columns_ = new QActionGroup(menu);
    connect(averaging, &QActionGroup::triggered, this, [this] { emit changed(); });
    connect(columns_, &QActionGroup::triggered, this, [this] { emit changed(); });
    more_->setMenu(menu);
}

void CurveTools::fillAxis(QComboBox& combo, const CurveOffer& offer, const std::string& current,
                          bool tables) {
    combo.clear();
    std::optional<curves::Quantity::Kind> last;
    for (const AxisOption& axis : offer.axes) {
        if (last && *last != axis.kind) combo.insertSeparator(combo.count());
        last = axis.kind;
        combo.addItem(titleOf(axis), QString::fromStdString(axis.id));
    }
    if (tables && !offer.tables.empty()) combo.insertSeparator(combo.count());
    for (const std::string& table : offer.tables) {
        if (!tables) break;
        combo.addItem(icon("table"), QString::fromStdString(table), QString::fromStdString(table));
        combo.setItemData(combo.count() - 1, true, isTable);
    }
    combo.setCurrentIndex(combo.findData(QString::fromStdString(current)));
    combo.setToolTip(combo.accessibleName() + ": " + combo.currentText());
}

void CurveTools::fillColumns(const CurveOffer& offer, const std::string& current) {
    for (QAction* old : columns_->actions())
        delete old;
    const auto add = [&](const QString& text, const std::string& column) {
        QAction* made = columnMenu_->addAction(text);
        made->setObjectName("curves.by-" + QString::fromStdString(column));
        made->setData(QString::fromStdString(column));
        made->setCheckable(true);
        made->setChecked(column == current);
        columns_->addAction(made);
    };
    add(tr("None: each item"), "");
    for (const std::string& column : offer.columns)
        add(QString::fromStdString(column), column);
    columnMenu_->setEnabled(!offer.columns.empty());
}

void CurveTools::showChoice(const CurveChoice& choice, const CurveOffer& offer, const std::string& y,
                            const std::string& x) {
    const std::string& ordinate = choice.table.empty() ? y : choice.table;
    if (!filled_ || !(offer == offer_) || y_->currentData().toString().toStdString() != ordinate ||
        x_->currentData().toString().toStdString() != x) {
        fillAxis(*y_, offer, ordinate, true);
        fillAxis(*x_, offer, x, false);
    }
    if (!filled_ || !(offer == offer_)) fillColumns(offer, choice.groupedBy);
    filled_ = true;
    offer_ = offer;
    bands->setChecked(choice.bands);
    hull->setChecked(choice.hull);
    relative->setChecked(choice.relative);
    logarithmic->setChecked(choice.logarithmic);
    scale_->setCurrent(choice.logarithmic ? "log" : "linear");
    method_->setCurrentIndex(method_->findData(QString(curves::toText(choice.method))));
    perItem_->setChecked(choice.averaging == curves::BdAveraging::PerItem);
    meanCurve_->setChecked(choice.averaging == curves::BdAveraging::MeanCurve);
    for (QAction* column : columns_->actions())
        column->setChecked(column->data().toString().toStdString() == choice.groupedBy);
    const bool curves = choice.table.empty();
    for (QWidget* each : {static_cast<QWidget*>(x_), static_cast<QWidget*>(anchor_),
                          static_cast<QWidget*>(method_), static_cast<QWidget*>(more_)})
        each->setEnabled(curves);
    scale_->setEnabled(curves && !choice.relative);
    for (QAction* each : {bands, hull, relative, fit, zoomIn, zoomOut})
        each->setEnabled(curves);
    bands->setEnabled(curves && !choice.relative);
}

void CurveTools::showAnchors(const std::vector<curves::Curve>& curves,
                             const std::vector<curves::SeriesStyle>& styles, std::size_t anchor) {
    const bool same =
        anchorStyles_ == styles && anchor == anchorIndex_ &&
        std::equal(curves.begin(), curves.end(), anchors_.begin(), anchors_.end(),
                   [](const auto& a, const auto& b) { return a.series == b.series && a.title == b.title; });
    if (same) return;
    anchors_.clear();
    anchor_->clear();
    for (std::size_t i = 0; i < curves.size(); ++i) {
        curves::Curve& named = anchors_.emplace_back();
        named.series = curves[i].series;
        named.title = curves[i].title;
        anchor_->addItem(markOf(styles[i]), QString::fromStdString(named.title),
                         QString::fromStdString(named.series));
    }
    anchorStyles_ = styles;
    anchorIndex_ = anchor;
    anchor_->setCurrentIndex(static_cast<int>(anchor));
    anchor_->setToolTip(anchor_->accessibleName() + ": " + anchor_->currentText());
}

CurveChoice CurveTools::choice(CurveChoice from) const {
    const std::string y = y_->currentData().toString().toStdString();
    const bool table = y_->currentData(isTable).toBool();
    from.table = table ? y : std::string();
    if (!table && y_->currentIndex() >= 0) from.y = y;
    if (x_->currentIndex() >= 0) from.x = x_->currentData().toString().toStdString();
    from.bands = bands->isChecked();
    from.hull = hull->isChecked();
    from.relative = relative->isChecked();
    from.logarithmic = logarithmic->isChecked();
    from.method = curves::bdMethodFromText(method_->currentData().toString().toStdString())
                      .value_or(curves::BdMethod::Pchip);
    from.averaging = meanCurve_->isChecked() ? curves::BdAveraging::MeanCurve : curves::BdAveraging::PerItem;
    if (const QAction* column = columns_->checkedAction())
        from.groupedBy = column->data().toString().toStdString();
    return from;
}

void CurveTools::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(0, height() - 1, width(), 1, colour(Token::Line));
}

void CurveTools::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange)
        for (std::size_t i = 0; i < anchorStyles_.size(); ++i)
            anchor_->setItemIcon(static_cast<int>(i), markOf(anchorStyles_[i]));
    QWidget::changeEvent(event);
}

}  // namespace ratescope::views
