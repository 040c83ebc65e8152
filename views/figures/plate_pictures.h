#pragma once

// Gives plates their pictures: asked of the supervisor, read and cut in threads of their own.

#include "views/figure/figure_of_study.h"
#include "views/session/asked_values.h"

#include <QThreadPool>
#include <memory>

namespace ratescope::views {

using FigurePtr = std::shared_ptr<const StudyFigure>;

class PlatePictures : public QObject {
    Q_OBJECT

  public:
    PlatePictures(Session& session, QObject* parent);

    /// Of a plate as figureOfStudy makes it; completed() or failed() comes later. Only the last one is kept.
    void complete(const FigurePtr& plate);
    /// Nothing is completed any more.
    void forget();

  signals:
    void completed(const ratescope::views::FigurePtr& figure);
    void failed(const ratescope::Error& error);

  private:
    void take();
    void settle(quint64 turn, const FigurePtr& figure, const std::optional<Error>& failure);

    AskedValues values_;
    FigurePtr waiting_;  ///< for its pictures
    quint64 turn_ = 0;
    QThreadPool pool_;  ///< last: waited for before the rest goes
};

}  // namespace ratescope::views
