#include "views/figures/figure_exporter.h"

#include "core/error.h"
#include "views/figure/figure_files.h"

#include <QDir>

namespace ratescope::views {

ExportReport exportFigure(const StudyFigure& figure, const QString& folder, const QStringList& suffixes) {
    ExportReport report{QString::fromStdString(figure.spec.name), folder, figure.spec, {}, {}, {}};
    try {
        if (!QDir().mkpath(folder))
            throw Error(ErrorKind::Resource, "The folder " + folder.toStdString() + " can't be made.",
                        "Choose a folder that you may write to.");
        for (const QString& suffix : suffixes) {
            if (!hasFormat(figure, suffix)) continue;
            const QString name = report.figure + '.' + suffix;
            const QByteArray bytes = figureBytes(figure, suffix);
            writeWhole(QDir(folder).filePath(name), bytes);
            report.files.push_back({name, bytes.size()});
        }
    } catch (const Error& error) {
        report.failure = QString::fromStdString(error.what());
        report.remedy = QString::fromStdString(error.remedy());
    }
    return report;
}

FigureExporter::FigureExporter(Session& session, QObject* parent)
    : QObject(parent), session_(session), plates_(session, this) {
    pool_.setMaxThreadCount(1);
    connect(&plates_, &PlatePictures::completed, this, &FigureExporter::write);
    connect(&plates_, &PlatePictures::failed, this, [this](const Error& error) {
        fail(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
    });
    connect(&session.results, &Results::opened, this, [this] {
        // What was asked of the last library is never answered.
        if (asking_) fail(tr("Another library was opened before the export."), tr("Export again."));
    });
}

void FigureExporter::start(const graph::FigureSpec& spec, const QString& folder,
                           const QStringList& suffixes) {
    if (running_) return;
    running_ = asking_ = true;
    spec_ = spec;
    folder_ = folder;
    suffixes_ = suffixes;
    emit started();
    session_.results.ask(
        this, QStringLiteral("export"),
        [spec, &catalogue = session_.document.catalogue()](const OpenLibrary& open) -> FigurePtr {
            if (!open.study) return nullptr;
            return std::make_shared<const StudyFigure>(
                figureOfStudy(spec, open.library, *open.study, catalogue));
        },
        [this](const FigurePtr& figure) {
            if (!figure)
                return fail(tr("The library has no results of this document."), tr("Run the study."));
            if (figure->plate)
                plates_.complete(figure);
            else
                write(figure);
        },
        [this](const Error& error) {
            fail(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
        });
}

void FigureExporter::write(const FigurePtr& figure) {
    asking_ = false;
    pool_.start([this, figure, folder = folder_, suffixes = suffixes_] {
        ExportReport report = exportFigure(*figure, folder, suffixes);
        // The pool is waited for before this object goes.
        QMetaObject::invokeMethod(
            this, [this, report = std::move(report)] { finish(report); }, Qt::QueuedConnection);
    });
}

void FigureExporter::fail(const QString& what, const QString& remedy) {
    plates_.forget();
    finish({QString::fromStdString(spec_.name), folder_, spec_, {}, what, remedy});
}

void FigureExporter::finish(const ExportReport& report) {
    running_ = asking_ = false;
    emit finished(report);
}

}  // namespace ratescope::views
