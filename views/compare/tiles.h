#pragma once

// Layers on the screen's side: cut into tiles that are rendered in threads of their own, newest wish first, and kept
// within a bound of bytes. Painting never waits: what is not there yet is shown from a coarser tile, and ready() says
// when to paint again.

#include "views/compare/layer.h"

#include <QCache>
#include <QImage>
#include <QObject>
#include <QThreadPool>
#include <deque>
#include <mutex>
#include <vector>

class QPainter;

namespace ratescope::views {

struct TileKey {
    quint64 layer = 0;
    int level = 0, column = 0, row = 0;

    bool operator==(const TileKey&) const = default;
};

size_t qHash(const TileKey& key, size_t seed = 0) noexcept;

class Tiles : public QObject {
    Q_OBJECT

  public:
    static constexpr int side = 256;

    /// `bytes`: what rendered tiles may take together.
    explicit Tiles(qsizetype bytes = qsizetype{256} << 20, QObject* parent = nullptr);
    ~Tiles() override;

    /// Paints the layer so that its pixel (0, 0) begins at `origin` and takes `zoom` pixels of the painter's device each
    /// way, within `clip`, in device pixels. Nearest neighbour from 100 % on, smooth below. True when all that was
    /// painted is as sharp as it gets.
    bool paint(QPainter& painter, const Layer& layer, QPoint origin, double zoom, const QRect& clip);

    /// Wishes that wait or are being worked on.
    int waiting() const;

  signals:
    void ready();  ///< tiles have come; once for all of a turn of the event loop

  private:
    struct Wish {
        TileKey key;
        Layer layer;
    };
    /// A layer that has a number, in order of use.
    struct Known {
        Layer layer;
        quint64 id = 0;
    };

    quint64 idOf(const Layer& layer);
    const QImage* find(const TileKey& key, const Layer& layer);
    void wish(const TileKey& key, const Layer& layer);
    void work();
    void take(const TileKey& key, const QImage& image);
    void paintTile(QPainter& painter, const Layer& layer, const TileKey& key, QPoint origin, double zoom,
                   const QRect& clip, const QImage& image);

    QCache<TileKey, QImage> cache_;
    std::vector<Known> known_;
    quint64 lastId_ = 0;
    bool told_ = false;
    mutable std::mutex mutex_;      ///< of what follows
    std::deque<Wish> wishes_;       ///< newest last
    std::vector<TileKey> working_;  ///< being rendered, or not taken yet
    int workers_ = 0;
    bool ending_ = false;
    QThreadPool pool_;
};

}  // namespace ratescope::views
