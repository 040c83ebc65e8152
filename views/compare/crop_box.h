#pragma once

// The crops of the picture that is looked at: chosen, marked anew by dragging, named, removed. They live in the
// document.

#include "views/controls/eliding_combo.h"
#include "views/session/session.h"

#include <QRect>
#include <optional>
#include <string>

namespace ratescope::views {

class CropBox : public ElidingCombo {
    Q_OBJECT

  public:
    explicit CropBox(Session& session, QWidget* parent = nullptr);

    void setAsset(const std::string& asset);
    /// The one that is chosen; nothing for the whole picture.
    std::optional<graph::Crop> crop() const;
    /// Asks for a name and keeps the crop under it.
    void keep(const QRect& rect);

  signals:
    void cropChosen();  ///< another one, or none, or it has changed
    void dragAsked();   ///< the next drag is to mark a crop

  private:
    void fill();
    void follow();
    void choose(int row);
    void keepAs(const QString& name, const QRect& rect);
    void removeCrop();
    std::vector<graph::Crop> ofAsset() const;
    QString freeName() const;

    Session& session_;
    std::string asset_, name_;
    std::optional<graph::Crop> shown_;  ///< as cropChosen() last told it
};

}  // namespace ratescope::views
