#include "views/library/thumbnails.h"

#include <QFileInfo>
#include <QImageReader>
#include <QLoggingCategory>
#include <algorithm>

namespace ratescope::views {
namespace {

/// Greater ones would hold the thread for seconds.
constexpr qint64 mostBytes = 256 * 1024 * 1024, mostPixels = 50'000'000;
constexpr int mostKept = 1000;
constexpr std::size_t mostWanted = 200;
constexpr int scale = 2;

/// Drawings may name other files and repeat without end.
bool isRaster(const QByteArray& format) {
    static const QList<QByteArray> raster{"png", "jpeg", "jpg",  "bmp", "ppm",  "pgm",
                                          "pbm", "gif",  "webp", "tif", "tiff", "xpm"};
    return raster.contains(format);
}

QImage cut(const QImage& image, QSize to) {
    const QImage filled = image.scaled(to, Qt::KeepAspectRatioByExpanding, Qt::SmoothTransformation);
    return filled.copy((filled.width() - to.width()) / 2, (filled.height() - to.height()) / 2, to.width(),
                       to.height());
}

}  // namespace

QImage readThumbnail(const QString& file, QSize& pixels) {
    const QFileInfo info(file);
    if (!info.isFile() || info.size() == 0 || info.size() > mostBytes) return {};
    QImageReader reader(file);
    reader.setDecideFormatFromContent(true);
    if (!isRaster(reader.format())) return {};
    const QSize size = reader.size();
    if (!size.isValid() || size.isEmpty()) return {};
    pixels = size;
    if (qint64{size.width()} * size.height() > mostPixels) return {};
    const QSize to = thumbnailSize * scale;
    // Twice as large as needed, cut down smoothly afterwards; JPEG then decodes a fraction.
    const QSize decoded = size.scaled(to * 2, Qt::KeepAspectRatioByExpanding);
    if (decoded.width() < size.width() && qint64{decoded.width()} * decoded.height() < mostPixels)
        reader.setScaledSize(decoded);
    const QImage image = reader.read();
    return image.isNull() ? QImage() : cut(image, to);
}

Thumbnails::Thumbnails(QObject* parent) : QObject(parent), made_(mostKept) {
    // What is odd about a user's file is no message of the program.
    QLoggingCategory::setFilterRules("qt.gui.imageio=false");
    thread_.setMaxThreadCount(1);
    thread_.setThreadPriority(QThread::LowPriority);
}

Thumbnails::~Thumbnails() {
    const std::lock_guard lock(mutex_);
    wanted_.clear();
}

const Thumbnail* Thumbnails::of(const QString& file) {
    if (const Thumbnail* found = made_.object(file)) return found;
    if (asked_.contains(file)) return nullptr;
    asked_.insert(file);
    const std::lock_guard lock(mutex_);
    wanted_.push_back(file);
    if (wanted_.size() > mostWanted) {
        // Scrolled past long ago; asked for again when it is seen again.
        asked_.remove(wanted_.front());
        wanted_.pop_front();
    }
    if (!std::exchange(working_, true)) thread_.start([this] { work(); });
    return nullptr;
}

void Thumbnails::clear() {
    const std::lock_guard lock(mutex_);
    wanted_.clear();
    asked_.clear();
    made_.clear();
}

void Thumbnails::work() {
    for (;;) {
        QString file;
        {
            const std::lock_guard lock(mutex_);
            if (wanted_.empty()) {
                working_ = false;
                return;
            }
            file = wanted_.back();
            wanted_.pop_back();
        }
        QSize pixels;
        const QImage image = readThumbnail(file, pixels);
        // The thread has ended before this object goes.
        QMetaObject::invokeMethod(
            this, [this, file, image, pixels] { take(file, image, pixels); }, Qt::QueuedConnection);
    }
}

void Thumbnails::take(const QString& file, const QImage& image, QSize pixels) {
    asked_.remove(file);
    auto* thumbnail = new Thumbnail{QPixmap::fromImage(image), pixels};
    if (!image.isNull()) thumbnail->picture.setDevicePixelRatio(scale);
    made_.insert(file, thumbnail);
    emit made(file);
}

}  // namespace ratescope::views
