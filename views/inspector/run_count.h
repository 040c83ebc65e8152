#pragma once

// How many items a sweep makes, in words; and how many of the study's are new, which the supervisor knows.

#include "views/inspector/sweep_edits.h"
#include "views/session/session.h"

#include <QObject>
#include <QTimer>
#include <optional>

namespace ratescope::views {

struct NewItems {
    qint64 fresh = 0, total = 0;
};

/// "10 values × 4 pictures = **40 runs**, 12 new"; rich text. `fresh` where it is known.
QString runCountText(const Session& session, const graph::SweepColumn& column,
                     const std::optional<NewItems>& fresh);
/// The same of a reach: "3 targets × 4 pictures = **12 items**, at most 16 runs each".
QString reachCountText(const Session& session, const graph::Reach& reach);
/// Branches whose rows the column sets, as "JPEG, WebP", and their items; for lists.
struct ColumnReach {
    QString branches;
    std::optional<std::size_t> items;
};
ColumnReach reachedBy(const Session& session, const std::string& column);

/// Asks the supervisor for its plan of the document, once what the user does has come to rest; nothing is known
/// while none is attached, nor of a document that has errors.
class PlanCount : public QObject {
    Q_OBJECT

  public:
    explicit PlanCount(Session& session, QObject* parent = nullptr);

    const std::optional<NewItems>& items() const { return items_; }
    /// Whether anybody shows it now.
    void setWanted(bool wanted);

  signals:
    void changed();

  private:
    void forget();
    void ask();

    Session& session_;
    QTimer rest_;
    std::optional<NewItems> items_;
    bool wanted_ = false;
};

}  // namespace ratescope::views
