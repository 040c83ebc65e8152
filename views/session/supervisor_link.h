#pragma once

// The window's end of the supervisor's socket (docs/protocol.md): attaches to the one that holds the library, starts
// `ratescope-cli serve` where none does, and passes on what it says. Never waits.

#include "core/error.h"
#include "core/run/detached_process.h"
#include "core/run/supervisor.h"

#include <nlohmann/json_fwd.hpp>

#include <QByteArray>
#include <QLocalSocket>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QTimer>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace ratescope::views {

class SupervisorLink : public QObject {
    Q_OBJECT

  public:
    enum class State {
        None,      ///< nobody holds the library
        Starting,  ///< `serve` was started and does not answer yet
        Attached,
        Lost,  ///< it ended without saying so: attach again, or start
    };

    explicit SupervisorLink(QObject* parent = nullptr);
    ~SupervisorLink() override;

    /// The library that is meant from now on. Attaches if a supervisor holds it, and goes on looking for one that a
    /// shell may start.
    void setLibrary(const QString& library);
    State state() const { return state_; }
    /// The ratescope-cli to start, if it is not the one beside this program.
    void setProgram(const QString& program) { program_ = program; }
    /// Starts a supervisor of its own, which outlives the window, unless one is attached.
    void start(int jobs);
    /// The process that was attached to; 0 for none.
    qint64 process() const { return process_; }

    using Answered = std::function<void(const nlohmann::json& result)>;
    using Refused = std::function<void(const Error& error)>;
    /// Sends a request; one that comes while the supervisor starts waits for it. Neither is called once the receiver
    /// is gone; without `refused`, what is refused goes to refusedRequest(). Refused with Error(Library) where the
    /// supervisor ends first, and where there is none. The number is that which `forget` takes.
    int request(const std::string& name, const nlohmann::json& arguments, QObject* receiver,
                Answered answered, Refused refused = {});

    /// As it stood last; nothing while nothing runs.
    const std::optional<run::Progress>& progress() const { return progress_; }
    /// By whomever, or by itself; false while nothing runs.
    bool paused() const { return progress_ && progress_->paused; }

  signals:
    void stateChanged();
    void progressed();                         ///< at most ten a second; also when nothing runs any more
    void itemChanged(qint64 item, int state);  ///< store::State
    void idle();                               ///< all that was asked for is finished
    /// The run has paused by itself.
    void trouble(const QString& what, const QString& remedy);
    void refusedRequest(const QString& what, const QString& remedy);

  private:
    struct Request {
        int id = 0;
        QByteArray line;
        QPointer<QObject> receiver;
        Answered answered;
        Refused refused;
    };

    void setState(State state);
    void launch();
    void launchFailed(const Error& error);
    void look();
    void greet();
    void readLines();
    void lost();
    void receive(const nlohmann::json& message);
    void receiveEvent(const nlohmann::json& message);
    void settle(int id, const nlohmann::json& message);
    void refuse(const Request& request, const Error& error);
    void refuseAll(const Error& error);

    QString library_, program_;
    QLocalSocket socket_;
    QTimer looking_;
    std::map<int, Request> waiting_;  ///< sent, or to be sent once attached
    int lastRequest_ = 0;
    int jobs_ = 0, launchesLeft_ = 0;
    /// Of the process that start() made and that does not answer yet.
    std::shared_ptr<const std::atomic<run::DetachedState>> started_;
    QString startErrors_;  ///< file with what it says
    State state_ = State::None;
    qint64 process_ = 0;
    std::optional<run::Progress> progress_;
};

}  // namespace ratescope::views
