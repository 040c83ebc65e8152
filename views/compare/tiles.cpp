#include "views/compare/tiles.h"

#include <QPainter>
#include <QThread>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

/// More than fill a large screen; the oldest beyond are wished for again if they are still in view.
constexpr std::size_t mostWishes = 512;
constexpr std::size_t mostLayers = 48;

/// The coarsest level that loses nothing at this zoom.
int levelOf(double zoom) {
    int level = 0;
    while (zoom * (2 << level) <= 1 && level < 12)
        ++level;
    return level;
}

/// The level at which the whole picture is one tile.
int wholeLevel(QSize size) {
    int level = 0;
    while ((std::max(size.width(), size.height()) >> level) > Tiles::side)
        ++level;
    return level;
}

QRect partOf(const TileKey& key, QSize size) {
    const int extent = Tiles::side << key.level;
    return QRect(key.column * extent, key.row * extent, extent, extent) & QRect(QPoint(), size);
}

/// Edges are rounded, so that neighbours meet without a gap.
QRect placeOf(const QRect& part, QPoint origin, double zoom) {
    const auto edge = [zoom](int pixel, int from) { return from + qRound(pixel * zoom); };
    const QPoint first(edge(part.left(), origin.x()), edge(part.top(), origin.y()));
    const QPoint last(edge(part.left() + part.width(), origin.x()),
                      edge(part.top() + part.height(), origin.y()));
    return {first, QSize(last.x() - first.x(), last.y() - first.y())};
}

}  // namespace

size_t qHash(const TileKey& key, size_t seed) noexcept {
    return qHashMulti(seed, key.layer, key.level, key.column, key.row);
}

Tiles::Tiles(qsizetype bytes, QObject* parent) : QObject(parent), cache_(bytes) {
    pool_.setMaxThreadCount(std::clamp(QThread::idealThreadCount() - 1, 1, 4));
}

Tiles::~Tiles() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        wishes_.clear();
    }
    pool_.waitForDone();
}

int Tiles::waiting() const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(wishes_.size() + working_.size());
}

quint64 Tiles::idOf(const Layer& layer) {
    const auto found =
        std::find_if(known_.begin(), known_.end(), [&](const Known& one) { return one.layer == layer; });
    if (found != known_.end()) {
        std::rotate(found, found + 1, known_.end());
        return known_.back().id;
    }
    if (known_.size() >= mostLayers) known_.erase(known_.begin());
    known_.push_back({layer, ++lastId_});
    return lastId_;
}

const QImage* Tiles::find(const TileKey& key, const Layer& layer) {
    if (const QImage* image = cache_.object(key)) return image;
    wish(key, layer);
    return nullptr;
}

void Tiles::wish(const TileKey& key, const Layer& layer) {
    const std::lock_guard lock(mutex_);
    if (std::find(working_.begin(), working_.end(), key) != working_.end()) return;
    const auto found =
        std::find_if(wishes_.begin(), wishes_.end(), [&](const Wish& one) { return one.key == key; });
    if (found != wishes_.end()) wishes_.erase(found);
    wishes_.push_back({key, layer});
    if (wishes_.size() > mostWishes) wishes_.pop_front();
    if (workers_ == pool_.maxThreadCount()) return;
    ++workers_;
    pool_.start([this] { work(); });
}

void Tiles::work() {
    for (;;) {
        Wish wish;
        {
            const std::lock_guard lock(mutex_);
            if (wishes_.empty() || ending_) {
                --workers_;
                return;
            }
            wish = std::move(wishes_.back());
            wishes_.pop_back();
            working_.push_back(wish.key);
        }
        const QImage image = wish.layer.render(partOf(wish.key, wish.layer.size()), wish.key.level);
        // The destructor waits for this thread before the object goes.
        QMetaObject::invokeMethod(
            this, [this, key = wish.key, image] { take(key, image); }, Qt::QueuedConnection);
    }
}

void Tiles::take(const TileKey& key, const QImage& image) {
    {
        const std::lock_guard lock(mutex_);
        std::erase(working_, key);
    }
    cache_.insert(key, new QImage(image), image.sizeInBytes());
    if (std::exchange(told_, true)) return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            told_ = false;
            emit ready();
        },
        Qt::QueuedConnection);
}

void Tiles::paintTile(QPainter& painter, const Layer& layer, const TileKey& key, QPoint origin, double zoom,
                      const QRect& clip, const QImage& image) {
    const QRect part = partOf(key, layer.size()), place = placeOf(part, origin, zoom);
    if (place.size() == image.size()) {
        const QRect shown = place & clip;
        painter.drawImage(shown.topLeft(), image, shown.translated(-place.topLeft()));
        return;
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform, zoom * (1 << key.level) < 1 || key.level > 0);
    painter.drawImage(place, image);
}

bool Tiles::paint(QPainter& painter, const Layer& layer, QPoint origin, double zoom, const QRect& clip) {
    if (!layer.picture) return true;
    const QRect all(QPoint(), layer.size());
    const QRect shown = placeOf(all, origin, zoom) & clip;
    if (shown.isEmpty()) return true;
    const quint64 id = idOf(layer);
    const int level = std::min(levelOf(zoom), wholeLevel(layer.size()));
    const TileKey whole{id, wholeLevel(layer.size()), 0, 0};
    const double extent = zoom * (side << level);
    const auto tileOf = [extent](int place, int from) {
        return std::max(0, static_cast<int>(std::floor((place - from) / extent)));
    };
    std::vector<TileKey> missing;
    painter.save();
    painter.setClipRect(shown, Qt::IntersectClip);
    const auto visit = [&](auto each) {
        for (int row = tileOf(shown.top(), origin.y()); row <= tileOf(shown.bottom(), origin.y()); ++row)
            for (int column = tileOf(shown.left(), origin.x()); column <= tileOf(shown.right(), origin.x());
                 ++column)
                if (const TileKey key{id, level, column, row}; !partOf(key, layer.size()).isEmpty())
                    each(key);
    };
    visit([&](const TileKey& key) {
        if (!cache_.object(key)) missing.push_back(key);
    });
    const bool stopgap = !missing.empty() && level < whole.level;
    const QImage* coarse = stopgap ? cache_.object(whole) : nullptr;
    if (coarse) paintTile(painter, layer, whole, origin, zoom, clip, *coarse);
    visit([&](const TileKey& key) {
        if (const QImage* image = find(key, layer))
            paintTile(painter, layer, key, origin, zoom, clip, *image);
    });
    // Wished for last, so that it comes first.
    if (stopgap && !coarse) wish(whole, layer);
    painter.restore();
    return missing.empty();
}

}  // namespace ratescope::views
