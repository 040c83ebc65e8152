#include "core/error.h"
#include "views/compare/compare_bar.h"
#include "views/compare/compare_panel.h"
#include "views/compare/crop_box.h"
#include "views/figure/figure_style.h"
#include "views/figure/picture.h"
#include "views/figure/plate_choice.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QPainter>
#include <QPointer>
#include <QThreadPool>

namespace ratescope::views {
namespace {

constexpr const char* preset = "ieee-page";
constexpr int dotsPerInch = 600;

/// All that a plate is made of, for the thread that makes it.
struct PlateOrder {
    QString file;
    std::string asset, original;
    std::vector<std::pair<store::ComparedItem, std::string>> pictures;  ///< with their value files
    std::optional<QRect> crop;
    Provenance provenance;
};

void write(const PlateOrder& order) {
    std::vector<PlatePicture> pictures;
    for (const auto& [compared, file] : order.pictures)
        pictures.push_back({compared, readPicture(file)});
    const Plate plate = makePlate(order.asset, readPicture(order.original), pictures, order.crop, 0);
    FigureStyle style = presetStyle(preset);
    style.millimetres.setHeight(plateHeight(plate, style));
    writePage(order.file, style.millimetres, order.provenance, dotsPerInch,
              [&](QPainter& painter) { paintPlate(painter, plate, style); });
}

}  // namespace

void ComparePanel::savePlate() {
    auto* dialog = new QFileDialog(window(), tr("Save plate"));
    dialog->setObjectName("compare.plate-file");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("PDF (*.pdf)"), tr("SVG (*.svg)"), tr("PNG, 600 dpi (*.png)")});
    dialog->setDefaultSuffix("pdf");
    dialog->setDirectory(QString::fromStdString(session_.document.directory().string()));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section("*.", 1).chopped(1));
    });
    connect(dialog, &QFileDialog::fileSelected, this, &ComparePanel::writePlate);
    dialog->open();
}

void ComparePanel::keepPlate() {
    const CellContents all = contents();
    const Rendition* current = all.current();
    if (!current) return;
    graph::FigureSpec figure;
    figure.kind = graph::FigureKind::Plate;
    figure.name = "plate-" + comparison_.choice.asset;
    figure.preset = preset;
    figure.y = comparison_.choice.metric;
    figure.asset = comparison_.choice.asset;
    figure.rate = current->compared.rate;
    std::vector<const Rendition*> renditions{current};
    if (settings_.mode == CompareMode::Grid) renditions = all.shown();
    for (const Rendition* rendition : renditions)
        figure.series.push_back(rendition->series.slug);
    if (const auto crop = bar_->cropBox()->crop())
        figure.crop = graph::FigureCrop{crop->x, crop->y, crop->width, crop->height};
    emit figureAsked(figure);
}

bool ComparePanel::writePlate(const QString& file) {
    const CellContents all = contents();
    if (!all.current()) return false;
    PlateOrder order{file,
                     comparison_.choice.asset,
                     values_.of(all.originalKey()).file,
                     {},
                     {},
                     plateProvenance(comparison_.library, comparison_.study, comparison_.choice.asset,
                                     comparison_.choice.metric)};
    std::vector<const Rendition*> renditions{all.current()};
    if (settings_.mode == CompareMode::Grid) renditions = all.shown();
    for (const Rendition* rendition : renditions)
        order.pictures.emplace_back(rendition->compared, values_.of(candidateOf(*rendition)).file);
    const bool waits =
        order.original.empty() || std::any_of(order.pictures.begin(), order.pictures.end(),
                                              [](const auto& picture) { return picture.second.empty(); });
    if (waits) {
        emit failed(tr("The plate can't be saved: its pictures are not decoded yet."),
                    tr("Save it once all pictures are shown."));
        return false;
    }
    if (const auto crop = bar_->cropBox()->crop())
        order.crop = QRect(crop->x, crop->y, crop->width, crop->height);
    QThreadPool::globalInstance()->start([self = QPointer(this), order = std::move(order)] {
        std::optional<Error> failure;
        try {
            write(order);
        } catch (const Error& error) {
            failure = error;
        }
        // The pool is waited for before the application goes.
        QMetaObject::invokeMethod(
            qApp,
            [self, failure, file = order.file] {
                if (!self) return;
                if (failure)
                    emit self->failed(QString::fromStdString(failure->what()),
                                      QString::fromStdString(failure->remedy()));
                else
                    emit self->plateSaved(file);
            },
            Qt::QueuedConnection);
    });
    return true;
}

}  // namespace ratescope::views
