#pragma once

// A page of true size, painted once and written as PDF, SVG or PNG. The same painting gives the same bytes:
// the font is bundled, metadata is fixed, and there is no time stamp.

#include <QByteArray>
#include <QFont>
#include <QSizeF>
#include <QString>
#include <functional>

class QPainter;

namespace ratescope::views {

/// Painters work in hundredths of a point (1/7200 inch), so that font sizes, which Qt takes as whole pixels,
/// keep two digits in every format.
inline constexpr double unitsPerPoint = 100;
inline constexpr double unitsPerMillimetre = 7200 / 25.4;

/// Written into the file's metadata.
struct Provenance {
    QString title;
    QString description;  ///< library, study, runs, method of the BD figures
};

/// The bundled face at a size in points. Registers it on first use.
QFont figureFont(double points, bool bold = false, bool italic = false);

using PaintPage = std::function<void(QPainter&)>;

/// The page as a file of the format "pdf", "svg" or "png": see writePage. In any thread.
QByteArray pageBytes(const QString& format, QSizeF millimetres, const Provenance& provenance, int dpi,
                     const PaintPage& paint);

/// Written aside in the same folder, then renamed: a file is whole or as it was. Throws Error(Resource) that says
/// why it can't be written.
void writeWhole(const QString& file, const QByteArray& bytes);

/// Writes the page in the format of the file's extension: pdf (fonts embedded), svg (text as text), png
/// (`dpi`, its physical size set). Written aside, then renamed. Throws Error(Usage) for another extension and
/// Error(Resource) when the file can't be written.
void writePage(const QString& file, QSizeF millimetres, const Provenance& provenance, int dpi,
               const PaintPage& paint);

}  // namespace ratescope::views
