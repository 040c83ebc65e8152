#include "views/compare/crop_box.h"

#include "core/graph/edit.h"

#include <QInputDialog>
#include <QSignalBlocker>
#include <algorithm>

namespace ratescope::views {
namespace {

const QString dragItem = "drag", takeAwayItem = "remove", cropItem = "crop";
constexpr int kindRole = Qt::UserRole, nameRole = Qt::UserRole + 1;

}  // namespace

CropBox::CropBox(Session& session, QWidget* parent) : ElidingCombo(parent), session_(session) {
    setObjectName("compare.crop-choice");
    setAccessibleName(tr("Crop"));
    setToolTip(tr("Parts of the picture that are kept by name"));
    setMinimumContentsLength(8);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    connect(this, &QComboBox::activated, this, &CropBox::choose);
    connect(&session_.document, &OpenDocument::changed, this, &CropBox::follow);
    fill();
}

void CropBox::setAsset(const std::string& asset) {
    if (asset == asset_) return;
    asset_ = asset;
    follow();
}

void CropBox::follow() {
    fill();
    if (crop() == shown_) return;
    shown_ = crop();
    emit cropChosen();
}

std::vector<graph::Crop> CropBox::ofAsset() const {
    std::vector<graph::Crop> crops = session_.document.document().crops;
    std::erase_if(crops, [this](const graph::Crop& crop) {
        return asset_.empty() || (!crop.asset.empty() && crop.asset != asset_);
    });
    return crops;
}

std::optional<graph::Crop> CropBox::crop() const {
    for (const graph::Crop& crop : ofAsset())
        if (!name_.empty() && crop.name == name_) return crop;
    return std::nullopt;
}

void CropBox::fill() {
    const QSignalBlocker quiet(this);
    clear();
    addItem(tr("Whole picture"));
    const std::vector<graph::Crop> crops = ofAsset();
    int chosen = 0;
    for (const graph::Crop& crop : crops) {
        addItem(QString::fromStdString(crop.name));
        setItemData(count() - 1, cropItem, kindRole);
        setItemData(count() - 1, QString::fromStdString(crop.name), nameRole);
        setItemData(count() - 1,
                    tr("x %1, y %2, %3 × %4").arg(crop.x).arg(crop.y).arg(crop.width).arg(crop.height),
                    Qt::ToolTipRole);
        if (crop.name == name_) chosen = count() - 1;
    }
    insertSeparator(count());
    addItem(tr("Mark by dragging…"));
    setItemData(count() - 1, dragItem, kindRole);
    if (chosen > 0) {
        addItem(tr("Remove %1").arg(QString::fromStdString(name_)));
        setItemData(count() - 1, takeAwayItem, kindRole);
    }
    setCurrentIndex(chosen);
    setEnabled(!asset_.empty());
}

void CropBox::choose(int row) {
    const QString kind = itemData(row, kindRole).toString();
    if (kind == dragItem) {
        fill();
        emit dragAsked();
    } else if (kind == takeAwayItem) {
        removeCrop();
    } else {
        name_ = itemData(row, nameRole).toString().toStdString();
        // Also the one that is chosen already: it is looked at again.
        shown_.reset();
        follow();
        if (!shown_) emit cropChosen();
    }
}

void CropBox::removeCrop() {
    const std::optional<graph::Crop> gone = crop();
    std::vector<graph::Crop> crops = session_.document.document().crops;
    std::erase_if(crops, [&](const graph::Crop& one) { return one == gone; });
    name_.clear();
    session_.document.apply(graph::setCrops(std::move(crops)));
}

QString CropBox::freeName() const {
    const std::vector<graph::Crop> crops = ofAsset();
    for (int number = 1;; ++number) {
        QString name = tr("crop %1").arg(number);
        const bool taken = std::any_of(crops.begin(), crops.end(), [&](const graph::Crop& crop) {
            return crop.name == name.toStdString();
        });
        if (!taken) return name;
    }
}

void CropBox::keep(const QRect& rect) {
    auto* dialog = new QInputDialog(window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName("compare.crop-name");
    dialog->setWindowTitle(tr("Keep the crop"));
    dialog->setLabelText(tr("Name of this part of %1, %2 × %3 pixels:")
                             .arg(QString::fromStdString(asset_))
                             .arg(rect.width())
                             .arg(rect.height()));
    dialog->setTextValue(freeName());
    dialog->setOkButtonText(tr("Keep"));
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this, rect](const QString& name) { keepAs(name.trimmed(), rect); });
    dialog->open();
}

void CropBox::keepAs(const QString& name, const QRect& rect) {
    if (name.isEmpty() || asset_.empty()) return;
    std::vector<graph::Crop> crops = session_.document.document().crops;
    // A crop of the same name gives way.
    std::erase_if(crops, [&](const graph::Crop& crop) {
        return crop.name == name.toStdString() && crop.asset == asset_;
    });
    crops.push_back({name.toStdString(), asset_, rect.x(), rect.y(), rect.width(), rect.height()});
    name_ = name.toStdString();
    session_.document.apply(graph::setCrops(std::move(crops)));
}

}  // namespace ratescope::views
