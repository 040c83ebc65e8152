#pragma once

// Makes figures aside: numbers in the library's reader, pictures in a thread of its own. What was made last stays until
// the next is ready.

#include "views/figures/plate_pictures.h"
#include "views/figures/simulation.h"
#include "views/session/session.h"

#include <QImage>
#include <QObject>
#include <QThreadPool>
#include <memory>
#include <optional>
#include <vector>

namespace ratescope::views {

/// The page at a scale, and smaller ones as others see it.
struct PageRequest {
    FigurePtr figure;
    double pixelsPerMillimetre = 0;  ///< device-independent
    std::vector<double> ratios;      ///< of device pixels; one picture each
    std::vector<Sight> sights;       ///< at half the scale
};

struct PagePictures {
    FigurePtr figure;
    double pixelsPerMillimetre = 0;
    std::vector<QImage> pages;  ///< one for each ratio
    std::vector<std::pair<Sight, std::vector<QImage>>> simulations;
    QString failure;  ///< why it can't be painted: the page is too small
};

/// The page at so many device pixels a millimetre. Any thread. Throws as paintFigure.
QImage pagePicture(const StudyFigure& figure, double pixelsPerMillimetre, double ratio);

class FigureMaker : public QObject {
    Q_OBJECT

  public:
    FigureMaker(Session& session, QObject* parent);

    /// Asks for the figure; made() or failed() comes later. Only the last that was asked for is kept.
    void make(const graph::FigureSpec& spec);
    /// Nothing is made or painted any more.
    void forget();
    const FigurePtr& figure() const { return figure_; }

    void paint(PageRequest request);
    /// The page alone at so many dots per inch; pictured() comes later.
    void picture(int dpi);

  signals:
    void made();
    void failed(const QString& what, const QString& remedy);
    void pictured(const QImage& picture);
    void painted(const ratescope::views::PagePictures& pictures);

  private:
    void take(const FigurePtr& figure);
    void fail(const Error& error);
    void startPainting();

    Session& session_;
    PlatePictures plates_;
    FigurePtr figure_;
    quint64 asked_ = 0;
    std::optional<PageRequest> next_;
    bool painting_ = false;
    QThreadPool pool_;  ///< last: waited for before the rest goes
};

}  // namespace ratescope::views
