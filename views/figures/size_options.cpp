#include "views/figures/size_options.h"

#include "core/error.h"

#include <QLabel>

namespace ratescope::views {
namespace {

/// The preset's, also of a preset that there is not: why it can't be drawn is said beside the page.
FigureStyle shownStyle(const graph::FigureSpec& spec, const StudyFigure* figure) {
    if (figure && figure->spec.name == spec.name && figure->spec.heightMm == spec.heightMm &&
        figure->spec.widthMm == spec.widthMm && figure->spec.preset == spec.preset)
        return figure->style;
    try {
        return styleOf(spec);
    } catch (const Error&) {
        return {};
    }
}

/// "IEEE column" of "IEEE column, 88.9 mm, 8 pt".
QString shortTitle(const Preset& preset) {
    return QString::fromStdString(preset.title).section(QLatin1Char(','), 0, 0);
}

}  // namespace

SizeOptions::SizeOptions(QWidget* parent)
    : OptionGroup(tr("Size"), parent),
      preset_(new ChoiceField(tr("Size preset"), this)),
      width_(new NumberField(tr("Width"), tr("mm", "millimetres"), 20, 2000, 1, this)),
      height_(new NumberField(tr("Height"), tr("mm", "millimetres"), 20, 2000, 1, this)),
      resolution_(new NumberField(tr("Resolution of PNG"), tr("dpi", "dots per inch"), 72, 2400, 0, this)) {
    preset_->setObjectName("figures.preset");
    width_->setObjectName("figures.width");
    height_->setObjectName("figures.height");
    resolution_->setObjectName("figures.dpi");
    for (const Preset& preset : presets()) {
        preset_->add(QString::fromStdString(preset.name), shortTitle(preset));
        preset_->setItemData(preset_->count() - 1, QString::fromStdString(preset.title), Qt::ToolTipRole);
    }
    auto* times = new QLabel(QStringLiteral("\u00d7"), this);
    times->setProperty("muted", true);
    addRow(tr("Preset"), {preset_});
    addRow(tr("Width, height"), {width_, times, height_});
    addRow(tr("PNG"), {resolution_});
    connect(preset_, &QComboBox::activated, this, [this] {
        edit(tr("preset"), [preset = preset_->chosen().toStdString()](graph::FigureSpec& spec) {
            spec.preset = preset;
            spec.widthMm = spec.heightMm = spec.labelPoints = spec.tickPoints = spec.linePoints =
                std::nullopt;
        });
    });
    connect(width_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        edit(
            tr("width"), [value](graph::FigureSpec& spec) { spec.widthMm = value; }, true);
    });
    connect(height_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        edit(
            tr("height"), [value](graph::FigureSpec& spec) { spec.heightMm = value; }, true);
    });
    connect(resolution_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        edit(
            tr("resolution"), [value](graph::FigureSpec& spec) { spec.dpi = qRound(value); }, true);
    });
}

void SizeOptions::fill(const graph::FigureSpec& spec, const StudyFigure* figure) {
    preset_->put(QString::fromStdString(spec.preset));
    const FigureStyle style = shownStyle(spec, figure);
    width_->put(style.millimetres.width());
    height_->put(style.millimetres.height());
    height_->setEnabled(spec.kind == graph::FigureKind::Curves || spec.kind == graph::FigureKind::Relative);
    resolution_->put(spec.dpi);
}

TextOptions::TextOptions(QWidget* parent)
    : OptionGroup(tr("Text and lines"), parent),
      labels_(new NumberField(tr("Axis titles"), tr("pt", "points"), 4, 72, 1, this)),
      ticks_(new NumberField(tr("Tick labels, legend and table"), tr("pt", "points"), 4, 72, 1, this)),
      lines_(new NumberField(tr("Width of lines"), tr("pt", "points"), 0.1, 10, 1, this)) {
    labels_->setObjectName("figures.labels");
    ticks_->setObjectName("figures.ticks");
    lines_->setObjectName("figures.lines");
    auto* font = new QLabel(QStringLiteral("Liberation Sans"), this);
    font->setProperty("muted", true);
    font->setToolTip(tr("Comes with Ratescope and is embedded, so that the figure is the same everywhere"));
    addRow(tr("Font"), {font});
    addRow(tr("Labels, ticks"), {labels_, ticks_});
    addRow(tr("Lines"), {lines_});
    connect(labels_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        edit(
            tr("label size"), [value](graph::FigureSpec& spec) { spec.labelPoints = value; }, true);
    });
    connect(ticks_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        edit(
            tr("tick size"), [value](graph::FigureSpec& spec) { spec.tickPoints = value; }, true);
    });
    connect(lines_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        edit(
            tr("line width"), [value](graph::FigureSpec& spec) { spec.linePoints = value; }, true);
    });
}

void TextOptions::fill(const graph::FigureSpec& spec, const StudyFigure*) {
    const FigureStyle style = shownStyle(spec, nullptr);
    labels_->put(style.labelPoints);
    ticks_->put(style.tickPoints);
    lines_->put(style.linePoints);
}

}  // namespace ratescope::views
