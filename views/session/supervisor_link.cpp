#include "views/session/supervisor_link.h"

#include "core/run/installation.h"
#include "core/run/local_socket.h"
#include "core/run/protocol.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <utility>

namespace ratescope::views {
namespace {

using nlohmann::json;

constexpr int lookEveryMs = 500, startingLookEveryMs = 20;
/// The supervisor of the window before may be just ending and hold the library's lock still.
constexpr int launches = 4, relaunchAfterMs = 400;

Error errorOf(const json& error) {
    return Error(errorKindFromText(error.value("kind", "")), error.value("what", ""),
                 error.value("remedy", ""));
}

run::Progress progressOf(const json& message) {
    run::Progress progress;
    progress.name = message.at("study").get<std::string>();
    progress.done = message.at("done");
    progress.failed = message.at("failed");
    progress.total = message.at("total");
    progress.itemsPerMinute = message.at("itemsPerMinute");
    if (!message.at("secondsLeft").is_null()) progress.secondsLeft = message.at("secondsLeft").get<double>();
    progress.phase = message.at("phase").get<std::string>();
    progress.paused = message.at("paused").get<bool>();
    for (const json& item : message.at("running"))
        progress.running.push_back({item.at("item"), item.at("series").get<std::string>(),
                                    item.at("asset").get<std::string>(), item.at("node").get<std::string>(),
                                    item.at("fraction")});
    return progress;
}

store::State stateOf(const std::string& text) {
    for (const store::State state :
         {store::State::Pending, store::State::Running, store::State::Done, store::State::Failed,
          store::State::Cancelled, store::State::Interrupted})
        if (text == store::toText(state)) return state;
    throw Error(ErrorKind::Internal, "The supervisor names the unknown state \"" + text + "\".",
                "Use programs of one version.");
}

Error nobody() {
    return Error(ErrorKind::Library, "No supervisor holds the library.", "Run the study to start one.");
}

}  // namespace

SupervisorLink::SupervisorLink(QObject* parent)
    : QObject(parent), program_(QString::fromStdString((run::programFolder() / "ratescope-cli").string())) {
    connect(&looking_, &QTimer::timeout, this, &SupervisorLink::look);
    connect(&socket_, &QLocalSocket::connected, this, &SupervisorLink::greet);
    connect(&socket_, &QLocalSocket::readyRead, this, &SupervisorLink::readLines);
    connect(&socket_, &QLocalSocket::disconnected, this, &SupervisorLink::lost);
}

SupervisorLink::~SupervisorLink() {
    socket_.disconnect(this);
}

void SupervisorLink::setLibrary(const QString& library) {
    if (library == library_) return;
    library_ = library;
    started_.reset();
    socket_.abort();
    refuseAll(nobody());
    progress_.reset();
    setState(State::None);
    looking_.start(lookEveryMs);
    look();
}

void SupervisorLink::start(int jobs) {
    if (state_ == State::Attached || state_ == State::Starting || library_.isEmpty()) return;
    jobs_ = jobs;
    launchesLeft_ = launches;
    launch();
}

void SupervisorLink::launch() {
    --launchesLeft_;
    std::vector<std::string> arguments{"serve", "--library", library_.toStdString(), "--until-left"};
    if (jobs_ > 0) arguments.insert(arguments.end(), {"--jobs", std::to_string(jobs_)});
    startErrors_ = QDir(QStandardPaths::writableLocation(QStandardPaths::TempLocation))
                       .filePath(QString("ratescope-serve-%1.log").arg(QCoreApplication::applicationPid()));
    started_ = run::startDetached(program_.toStdString(), arguments, startErrors_.toStdString());
    setState(State::Starting);
    looking_.start(startingLookEveryMs);
}

void SupervisorLink::setState(State state) {
    if (state == state_) return;
    state_ = state;
    emit stateChanged();
}

void SupervisorLink::look() {
    if (library_.isEmpty() || socket_.state() != QLocalSocket::UnconnectedState) return;
    if (started_ && *started_ == run::DetachedState::CannotStart) {
        started_.reset();
        launchFailed(Error(ErrorKind::Resource, program_.toStdString() + " can't be started.",
                           "Install Ratescope again: ratescope-cli lies beside ratescope."));
        return;
    }
    if (started_ && *started_ == run::DetachedState::Ended) {
        QFile said(startErrors_);
        const std::string text =
            said.open(QIODevice::ReadOnly) ? said.readAll().trimmed().toStdString() : std::string();
        started_.reset();
        if (launchesLeft_ > 0) {
            QTimer::singleShot(relaunchAfterMs, this, [this, library = library_] {
                // Somebody else may hold it by now.
                if (library == library_ && socket_.state() == QLocalSocket::UnconnectedState) launch();
            });
            return;
        }
        launchFailed(
            Error(ErrorKind::Library,
                  text.empty() ? "The supervisor ended at once." : "The supervisor could not start: " + text,
                  "Try `ratescope-cli serve --library " + library_.toStdString() + "`."));
        return;
    }
    try {
        const QString path = QString::fromStdString(run::socketPath(library_.toStdString()).string());
        // Without the file nobody listens, and Qt need not try.
        if (QFile::exists(path)) socket_.connectToServer(path);
    } catch (const Error& error) {
        looking_.stop();
        emit trouble(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
    }
}

void SupervisorLink::launchFailed(const Error& error) {
    setState(State::None);
    looking_.start(lookEveryMs);
    if (waiting_.empty())
        emit trouble(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
    refuseAll(error);
}

void SupervisorLink::greet() {
    started_.reset();
    if (!startErrors_.isEmpty()) QFile::remove(std::exchange(startErrors_, {}));
    looking_.start(lookEveryMs);
    // Requests that waited keep their order behind these.
    std::map<int, Request> waited;
    waited.swap(waiting_);
    request("hello", json::object(), this, [this](const json& hello) {
        process_ = hello.at("pid").get<qint64>();
        setState(State::Attached);
    });
    request("subscribe", json::object(), this, [](const json&) {});
    for (auto& [id, each] : waited) {
        socket_.write(each.line);
        waiting_.emplace(id, std::move(each));
    }
}

int SupervisorLink::request(const std::string& name, const json& arguments, QObject* receiver,
                            Answered answered, Refused refused) {
    const int id = ++lastRequest_;
    json message = arguments;
    message["v"] = run::protocolVersion;
    message["id"] = id;
    message["request"] = name;
    Request made{id, QByteArray::fromStdString(message.dump()) + '\n', receiver, std::move(answered),
                 std::move(refused)};
    const bool connected = socket_.state() == QLocalSocket::ConnectedState;
    if (!connected && state_ != State::Starting) {
        QMetaObject::invokeMethod(
            this, [this, made] { refuse(made, nobody()); }, Qt::QueuedConnection);
        return id;
    }
    if (connected) socket_.write(made.line);
    waiting_.emplace(id, std::move(made));
    return id;
}

void SupervisorLink::readLines() {
    while (socket_.canReadLine()) {
        const QByteArray line = socket_.readLine();
        try {
            receive(json::parse(line.constData(), line.constData() + line.size()));
        } catch (const json::exception&) {
            emit trouble(tr("The supervisor said something that isn't understood."),
                         tr("Use programs of one version."));
            socket_.abort();
            return;
        }
    }
}

void SupervisorLink::receive(const json& message) {
    if (message.contains("event"))
        receiveEvent(message);
    else
        settle(message.at("id").get<int>(), message);
}

void SupervisorLink::settle(int id, const json& message) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return;
    const Request request = std::move(found->second);
    waiting_.erase(found);
    if (!request.receiver) return;
    if (message.at("ok").get<bool>())
        request.answered(message.at("result"));
    else
        refuse(request, errorOf(message.at("error")));
}

void SupervisorLink::refuse(const Request& request, const Error& error) {
    if (!request.receiver) return;
    if (request.refused)
        request.refused(error);
    else
        emit refusedRequest(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
}

void SupervisorLink::refuseAll(const Error& error) {
    std::map<int, Request> refused;
    refused.swap(waiting_);
    for (const auto& [id, request] : refused)
        refuse(request, error);
}

void SupervisorLink::receiveEvent(const json& message) {
    const std::string name = message.at("event").get<std::string>();
    if (name == "progress") {
        progress_ = progressOf(message);
        emit progressed();
    } else if (name == "item") {
        emit itemChanged(message.at("item").get<qint64>(),
                         static_cast<int>(stateOf(message.at("state").get<std::string>())));
    } else if (name == "idle") {
        progress_.reset();
        emit progressed();
        emit idle();
    } else if (name == "trouble") {
        const Error error = errorOf(message.at("error"));
        if (progress_) progress_->paused = true;
        emit trouble(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
    }
}

void SupervisorLink::lost() {
    process_ = 0;
    const bool wasAttached = state_ == State::Attached;
    setState(wasAttached && progress_ ? State::Lost : State::None);
    if (std::exchange(progress_, {})) emit progressed();
    refuseAll(
        Error(ErrorKind::Library, "The supervisor ended.", "Run the study again: what is finished is kept."));
}

}  // namespace ratescope::views
