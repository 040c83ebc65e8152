#include "views/figures/plate_options.h"

#include <QStringList>

namespace ratescope::views {
namespace {

/// "280,180,272,164"; "" for the whole picture.
QString idOf(const std::optional<graph::FigureCrop>& crop) {
    return crop ? QString("%1,%2,%3,%4").arg(crop->x).arg(crop->y).arg(crop->width).arg(crop->height)
                : QString();
}

std::optional<graph::FigureCrop> cropOf(const QString& id) {
    const QStringList numbers = id.split(QLatin1Char(','));
    if (numbers.size() != 4) return std::nullopt;
    return graph::FigureCrop{numbers[0].toInt(), numbers[1].toInt(), numbers[2].toInt(), numbers[3].toInt()};
}

}  // namespace

PlateOptions::PlateOptions(QWidget* parent)
    : OptionGroup(tr("Plate"), parent),
      asset_(new ChoiceField(tr("Picture"), this)),
      crop_(new ChoiceField(tr("Crop"), this)),
      rate_(new NumberField(tr("Rate that the reconstructions are nearest to"), {}, 0, 1e6, 4, this)),
      columns_(new NumberField(tr("Pictures in a row"), {}, 0, 20, 0, this)) {
    asset_->setObjectName("figures.asset");
    crop_->setObjectName("figures.crop");
    rate_->setObjectName("figures.plateRate");
    columns_->setObjectName("figures.columns");
    crop_->setToolTip(tr("Parts of the picture that Compare keeps by name"));
    rate_->setToolTip(tr("0: a middle one of the first series"));
    rate_->setSpecialValueText(tr("middle", "rate of a plate"));
    columns_->setToolTip(tr("0: as many as the page allows"));
    columns_->setSpecialValueText(tr("as fits", "pictures in a row"));
    addRow(tr("Picture"), {asset_});
    addRow(tr("Crop"), {crop_});
    addRow(tr("Nearest to"), {rate_});
    addRow(tr("In a row"), {columns_});
    connect(asset_, &QComboBox::activated, this, [this] {
        edit(tr("picture"), [asset = asset_->chosen().toStdString()](graph::FigureSpec& spec) {
            if (spec.asset == asset) return;
            spec.asset = asset;
            spec.crop.reset();
        });
    });
    connect(crop_, &QComboBox::activated, this, [this] {
        edit(tr("crop"), [crop = cropOf(crop_->chosen())](graph::FigureSpec& spec) { spec.crop = crop; });
    });
    connect(rate_, &QDoubleSpinBox::valueChanged, this, [this](double rate) {
        edit(
            tr("rate of the plate"),
            [rate](graph::FigureSpec& spec) { spec.rate = rate > 0 ? std::optional(rate) : std::nullopt; },
            true);
    });
    connect(columns_, &QDoubleSpinBox::valueChanged, this, [this](double columns) {
        edit(
            tr("pictures in a row"), [columns](graph::FigureSpec& spec) { spec.columns = qRound(columns); },
            true);
    });
}

void PlateOptions::fill(const graph::FigureSpec& spec, const StudyFigure* figure) {
    setVisible(spec.kind == graph::FigureKind::Plate);
    const FigurePlate* plate = figure && figure->plate ? &*figure->plate : nullptr;
    asset_->clear();
    if (plate)
        for (const std::string& asset : plate->assets)
            asset_->add(QString::fromStdString(asset), QString::fromStdString(asset));
    const std::string asset = spec.asset.empty() && plate ? plate->asset : spec.asset;
    asset_->put(QString::fromStdString(asset));
    fillCrops(spec, asset);
    rate_->put(spec.rate.value_or(0));
    if (plate) setUnit(plate->items.front().rateKind->unit);
    columns_->put(spec.columns);
}

/// A suffix that is set anew takes away what is being typed.
void PlateOptions::setUnit(const char* unit) {
    const QString suffix = QStringLiteral("\u2009") + unit;
    if (rate_->suffix() != suffix) rate_->setSuffix(suffix);
}

void PlateOptions::fillCrops(const graph::FigureSpec& spec, const std::string& asset) {
    crop_->clear();
    crop_->add({}, tr("Whole picture"));
    for (const graph::Crop& crop : crops_)
        if (crop.asset.empty() || crop.asset == asset)
            crop_->add(idOf(graph::FigureCrop{crop.x, crop.y, crop.width, crop.height}),
                       tr("%1, %2 × %3", "name and size of a crop")
                           .arg(QString::fromStdString(crop.name))
                           .arg(crop.width)
                           .arg(crop.height));
    const QString own = idOf(spec.crop);
    if (crop_->findData(own) < 0)
        crop_->add(own, tr("%1 × %2 at %3, %4", "size and place of a crop")
                            .arg(spec.crop->width)
                            .arg(spec.crop->height)
                            .arg(spec.crop->x)
                            .arg(spec.crop->y));
    crop_->put(own);
}

}  // namespace ratescope::views
