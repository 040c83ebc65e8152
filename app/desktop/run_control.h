#pragma once

// Run, pause, stop: hands the open document to the supervisor of its library, and follows it.

#include "views/session/session.h"

#include <nlohmann/json_fwd.hpp>

#include <QObject>
#include <QString>

namespace ratescope::desktop {

class RunControl : public QObject {
    Q_OBJECT

  public:
    explicit RunControl(views::Session& session, QObject* parent = nullptr);

    /// Submits the document as it is in the window. The library's path must be set (SupervisorLink::setLibrary).
    /// `commands`: the hash of the external commands that the user has approved, or "".
    void run(const QString& commands = {});
    void pause();
    void resume();
    void stop();

    bool running() const;  ///< submitted, and not idle yet
    bool paused() const { return session_.supervisor.paused(); }
    /// "132 of 160 · about 2 min · 24 items a minute"; "" while nothing runs.
    QString progressText() const;

  signals:
    void changed();
    void submitted(const QString& what);  ///< "160 items: 40 new, 120 reused, 0 orphaned"
    void failed(const QString& what, const QString& remedy);
    /// The document runs external commands that this user has not approved: what they are, and their hash.
    void approvalAsked(const QStringList& commands, const QString& hash);

  private:
    void refused(const Error& error);
    void askApproval(const nlohmann::json& arguments);
    nlohmann::json submission(const QString& commands) const;

    views::Session& session_;
    bool submitting_ = false;
};

}  // namespace ratescope::desktop
