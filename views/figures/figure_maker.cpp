#include "views/figures/figure_maker.h"

#include "core/error.h"

#include <QPainter>
#include <cmath>
#include <utility>

namespace ratescope::views {
namespace {

PagePictures picturesOf(const PageRequest& request) {
    PagePictures pictures{request.figure, request.pixelsPerMillimetre, {}, {}, {}};
    try {
        for (const double ratio : request.ratios)
            pictures.pages.push_back(pagePicture(*request.figure, request.pixelsPerMillimetre, ratio));
        std::vector<QImage> halves;
        if (!request.sights.empty())
            for (const double ratio : request.ratios)
                halves.push_back(pagePicture(*request.figure, request.pixelsPerMillimetre / 2, ratio));
        for (const Sight sight : request.sights) {
            pictures.simulations.push_back({sight, {}});
            for (const QImage& half : halves)
                pictures.simulations.back().second.push_back(simulated(half, sight));
        }
    } catch (const Error& error) {
        pictures.failure = QString::fromStdString(std::string(error.what()) + " " + error.remedy());
    }
    return pictures;
}

}  // namespace

QImage pagePicture(const StudyFigure& figure, double pixelsPerMillimetre, double ratio) {
    const double scale = pixelsPerMillimetre * ratio;
    const QSizeF size = figure.style.millimetres * scale;
    QImage picture(QSize(std::max(1, qRound(size.width())), std::max(1, qRound(size.height()))),
                   QImage::Format_RGB32);
    picture.fill(Qt::white);
    picture.setDevicePixelRatio(ratio);
    QPainter painter(&picture);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing |
                           QPainter::SmoothPixmapTransform);
    // Painted in device pixels: the scale has their ratio already.
    painter.scale(1 / ratio, 1 / ratio);
    painter.scale(scale / unitsPerMillimetre, scale / unitsPerMillimetre);
    paintFigure(painter, figure);
    return picture;
}

FigureMaker::FigureMaker(Session& session, QObject* parent)
    : QObject(parent), session_(session), plates_(session, this) {
    pool_.setMaxThreadCount(1);
    connect(&plates_, &PlatePictures::completed, this, &FigureMaker::take);
    connect(&plates_, &PlatePictures::failed, this, &FigureMaker::fail);
}

void FigureMaker::make(const graph::FigureSpec& spec) {
    const quint64 asked = ++asked_;
    plates_.forget();
    session_.results.ask(
        this, QStringLiteral("figure"),
        [spec, &catalogue = session_.document.catalogue()](const OpenLibrary& open) -> FigurePtr {
            if (!open.study) return nullptr;
            return std::make_shared<const StudyFigure>(
                figureOfStudy(spec, open.library, *open.study, catalogue));
        },
        [this, asked](const FigurePtr& figure) {
            if (asked != asked_ || !figure) return;
            if (figure->plate)
                plates_.complete(figure);
            else
                take(figure);
        },
        [this, asked](const Error& error) {
            if (asked == asked_) fail(error);
        });
}

void FigureMaker::take(const FigurePtr& figure) {
    figure_ = figure;
    emit made();
}

void FigureMaker::fail(const Error& error) {
    figure_ = nullptr;
    emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
}

void FigureMaker::forget() {
    ++asked_;
    plates_.forget();
    figure_ = nullptr;
    next_.reset();
}

void FigureMaker::paint(PageRequest request) {
    next_ = std::move(request);
    if (!painting_) startPainting();
}

void FigureMaker::picture(int dpi) {
    if (!figure_) return;
    pool_.start([this, figure = figure_, dpi] {
        QImage picture;
        try {
            picture = pagePicture(*figure, dpi / 25.4, 1);
        } catch (const Error&) {
            return;  // said beside the page, which can't be painted either
        }
        QMetaObject::invokeMethod(
            this, [this, picture] { emit pictured(picture); }, Qt::QueuedConnection);
    });
}

void FigureMaker::startPainting() {
    if (!next_) return;
    painting_ = true;
    pool_.start([this, request = *std::exchange(next_, std::nullopt)] {
        PagePictures pictures = picturesOf(request);
        // The pool is waited for before this object goes.
        QMetaObject::invokeMethod(
            this,
            [this, pictures = std::move(pictures)] {
                painting_ = false;
                if (pictures.figure == figure_) emit painted(pictures);
                startPainting();
            },
            Qt::QueuedConnection);
    });
}

}  // namespace ratescope::views
