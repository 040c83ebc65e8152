#include "views/graph/graph_export.h"

#include "core/error.h"
#include "views/graph/graph_scene.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr double margin = 16, pngScale = 2;
constexpr int mostPixels = 16'000;

void writeTo(QSaveFile& file, const QByteArray& bytes) {
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit()) return;
    throw Error(ErrorKind::Resource,
                (file.fileName() + " can't be written: " + file.errorString() + ".").toStdString(),
                "Choose another place, or make room on the disk.");
}

QByteArray svgOf(GraphScene& scene, const QRectF& source) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setTitle(QString::fromStdString(scene.session().document.document().name));
    generator.setSize(source.size().toSize());
    generator.setViewBox(QRectF(QPointF(), source.size()));
    QPainter painter(&generator);
    scene.paintForExport(painter, QRectF(QPointF(), source.size()), source);
    painter.end();
    return buffer.data();
}

QByteArray pngOf(GraphScene& scene, const QRectF& source) {
    const double scale = std::min(pngScale, mostPixels / std::max(source.width(), source.height()));
    QImage image((source.size() * scale).toSize(), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    scene.paintForExport(painter, QRectF(QPointF(), QSizeF(image.size())), source);
    painter.end();
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return buffer.data();
}

}  // namespace

void exportGraph(GraphScene& scene, const QString& file) {
    const QString ending = QFileInfo(file).suffix().toLower();
    if (ending != "svg" && ending != "png")
        throw Error(ErrorKind::Usage,
                    "A graph is written as SVG or PNG, not as \"" + ending.toStdString() + "\".",
                    "Let the file's name end in .svg or .png.");
    const QRectF content = scene.contentRect();
    if (content.isEmpty())
        throw Error(ErrorKind::Usage, "The graph has no node to be drawn.", "Add a node first.");
    const QRectF source = content.adjusted(-margin, -margin, margin, margin);
    QSaveFile out(file);
    writeTo(out, ending == "svg" ? svgOf(scene, source) : pngOf(scene, source));
}

}  // namespace ratescope::views
