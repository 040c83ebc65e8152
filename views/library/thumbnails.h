#pragma once

// Small pictures of files for the Assets list, made in a thread of their own, the newest wish first. Files are
// hostile: only plain files of raster formats within bounds are read, the others have no picture.

#include <QCache>
#include <QImage>
#include <QObject>
#include <QPixmap>
#include <QSet>
#include <QSize>
#include <QString>
#include <QThreadPool>
#include <deque>
#include <mutex>

namespace ratescope::views {

/// Device-independent; kept at twice that.
inline constexpr QSize thumbnailSize{36, 24};

struct Thumbnail {
    QPixmap picture;  ///< null where there is none
    QSize pixels;     ///< of the file; invalid where unknown
};

/// What the thread makes: fills thumbnailSize, cut at the sides. `pixels` is told even where the picture is not made.
QImage readThumbnail(const QString& file, QSize& pixels);

class Thumbnails : public QObject {
    Q_OBJECT

  public:
    explicit Thumbnails(QObject* parent = nullptr);
    ~Thumbnails() override;

    /// nullptr while it is being made; made() follows.
    const Thumbnail* of(const QString& file);
    /// Forgets all: files may be others now.
    void clear();

  signals:
    void made(const QString& file);

  private:
    void work();
    void take(const QString& file, const QImage& image, QSize pixels);

    QCache<QString, Thumbnail> made_;
    QSet<QString> asked_;
    std::mutex mutex_;
    std::deque<QString> wanted_;  ///< the last is the next; under the mutex
    bool working_ = false;        ///< under the mutex
    QThreadPool thread_;          ///< last, so that it has ended before the others go
};

}  // namespace ratescope::views
