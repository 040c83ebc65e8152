#include "views/figure/page.h"

#include "core/build_info.h"
#include "core/error.h"

#include <QBuffer>
#include <QFileInfo>
#include <QFontDatabase>
#include <QHashFunctions>
#include <QImage>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSaveFile>
#include <QSvgGenerator>
#include <cmath>

// The macro declares a function of the global namespace.
static void registerFonts() {  // NOLINT(misc-use-anonymous-namespace)
    Q_INIT_RESOURCE(fonts);
}

namespace ratescope::views {
namespace {

QString producer() {
    return QStringLiteral("Ratescope ") + QString::fromStdString(buildInfo().version);
}

QByteArray pdfPage(QSizeF millimetres, const Provenance& provenance, const PaintPage& paint) {
    // QPdfWriter embeds fonts in the order of a hash table, which is another in each process otherwise.
    [[maybe_unused]] static const bool ordered = (QHashSeed::setDeterministicGlobalSeed(), true);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setResolution(1200);
        writer.setPageSize(QPageSize(millimetres, QPageSize::Millimeter, {}, QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF());
        writer.setTitle(provenance.title);
        writer.setCreator(producer() + QStringLiteral(". ") + provenance.description);
        QPainter painter(&writer);
        painter.scale(1200 / 7200.0, 1200 / 7200.0);
        paint(painter);
    }
    // QPdfWriter stamps the time. A date of the same length keeps every offset in the file right.
    static const QRegularExpression date(QStringLiteral("/CreationDate \\(D:[^)]*\\)"));
    const auto match = date.match(QString::fromLatin1(bytes));
    if (match.hasMatch()) {
        QByteArray fixed("/CreationDate (D:20000101000000");
        const auto length = match.capturedLength();
        fixed += QByteArray("+00'00'").left(std::max<qsizetype>(0, length - fixed.size() - 1));
        fixed += ")";
        if (fixed.size() < length) fixed += QByteArray(length - fixed.size(), ' ');
        bytes.replace(match.capturedStart(), length, fixed);
    }
    return bytes;
}

QByteArray svgPage(QSizeF millimetres, const Provenance& provenance, const PaintPage& paint) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setTitle(provenance.title);
        generator.setDescription(producer() + QStringLiteral(". ") + provenance.description);
        generator.setResolution(7200);
        const QRectF box(QPointF(), millimetres * unitsPerMillimetre);
        generator.setSize(QSize(qRound(box.width()), qRound(box.height())));
        generator.setViewBox(box);
        QPainter painter(&generator);
        // Groups without text name a font, too: not the application's, which differs.
        painter.setFont(figureFont(7));
        paint(painter);
    }
    return bytes;
}

QByteArray pngPage(QSizeF millimetres, const Provenance& provenance, int dpi, const PaintPage& paint) {
    const QSizeF inches = millimetres / 25.4;
    QImage image(QSize(qRound(inches.width() * dpi), qRound(inches.height() * dpi)), QImage::Format_RGB32);
    image.fill(Qt::white);
    image.setDotsPerMeterX(qRound(dpi / 0.0254));
    image.setDotsPerMeterY(qRound(dpi / 0.0254));
    image.setText(QStringLiteral("Title"), provenance.title);
    image.setText(QStringLiteral("Description"), provenance.description);
    image.setText(QStringLiteral("Software"), producer());
    {
        QPainter painter(&image);
        painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing |
                               QPainter::SmoothPixmapTransform);
        painter.scale(dpi / 7200.0, dpi / 7200.0);
        paint(painter);
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

}  // namespace

QFont figureFont(double points, bool bold, bool italic) {
    static const QString family = [] {
        registerFonts();
        QString name;
        for (const char* face : {"Regular", "Bold", "Italic"}) {
            const int id = QFontDatabase::addApplicationFont(
                QStringLiteral(":/fonts/LiberationSans-%1.ttf").arg(QLatin1String(face)));
            if (name.isEmpty()) name = QFontDatabase::applicationFontFamilies(id).value(0);
        }
        return name;
    }();
    QFont font(family);
    font.setPixelSize(qRound(points * unitsPerPoint));
    font.setBold(bold);
    font.setItalic(italic);
    font.setHintingPreference(QFont::PreferNoHinting);
    // What a screen's own font settings say must not reach a file.
    font.setStyleStrategy(QFont::NoSubpixelAntialias);
    font.setKerning(true);
    return font;
}

QByteArray pageBytes(const QString& format, QSizeF millimetres, const Provenance& provenance, int dpi,
                     const PaintPage& paint) {
    if (format == QLatin1String("pdf")) return pdfPage(millimetres, provenance, paint);
    if (format == QLatin1String("svg")) return svgPage(millimetres, provenance, paint);
    if (format == QLatin1String("png")) return pngPage(millimetres, provenance, dpi, paint);
    throw Error(ErrorKind::Usage, "A page can't be written as \"" + format.toStdString() + "\".",
                "Give a file name that ends in .pdf, .svg or .png.");
}

void writePage(const QString& file, QSizeF millimetres, const Provenance& provenance, int dpi,
               const PaintPage& paint) {
    const QString format = QFileInfo(file).suffix().toLower();
    writeWhole(file, pageBytes(format, millimetres, provenance, dpi, paint));
}

void writeWhole(const QString& file, const QByteArray& bytes) {
    QSaveFile target(file);
    if (target.open(QIODevice::WriteOnly) && target.write(bytes) == bytes.size() && target.commit()) return;
    throw Error(ErrorKind::Resource,
                file.toStdString() + " can't be written: " + target.errorString().toStdString() + ".",
                "Choose a folder that you may write to, with room.");
}

}  // namespace ratescope::views
