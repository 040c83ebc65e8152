#include "core/run/service.h"

#include "core/buffer/value_file.h"
#include "core/error.h"
#include "core/run/local_socket.h"
#include "core/run/protocol.h"
#include "core/run/region.h"
#include "core/run/requests.h"
#include "core/store/status_json.h"

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <utility>

namespace ratescope::run {
namespace {

using nlohmann::json;

constexpr int nobody = -1;  ///< the descriptor of no connection

json event(const char* name) {
    return {{"v", protocolVersion}, {"event", name}};
}

json progressEvent(const Progress& progress) {
    json running = json::array();
    for (const RunningItem& item : progress.running)
        running.push_back({{"item", item.item},
                           {"series", item.series},
                           {"asset", item.asset},
                           {"node", item.node},
                           {"fraction", item.fraction}});
    json message = event("progress");
    message["study"] = progress.name;
    message["done"] = progress.done;
    message["total"] = progress.total;
    message["failed"] = progress.failed;
    message["running"] = std::move(running);
    message["itemsPerMinute"] = progress.itemsPerMinute;
    message["secondsLeft"] = progress.secondsLeft ? json(*progress.secondsLeft) : json();
    message["phase"] = progress.phase;
    message["paused"] = progress.paused;
    return message;
}

struct Connection {
    LineSocket socket;
    std::uint64_t number = 0;  ///< descriptors are used again
    bool subscribed = false;
    std::map<std::int64_t, RequestId> values;  ///< open value requests by the client's request id
};

}  // namespace

struct Service::State {
    Supervisor& supervisor;
    store::Library& library;
    const graph::Catalogue& catalogue;
    Observer wrapped;  ///< the observer that was there before
    std::filesystem::path path;
    int listener = -1;
    std::map<int, Connection> connections;  ///< by descriptor
    std::uint64_t lastConnection = 0;
    bool shutdownAsked = false, shutdownNow = false;

    void accept();
    void serve(int descriptor, short events);
    void answer(int descriptor, const std::string& line);
    void answerConnection(int descriptor, std::int64_t id, const std::string& name, const json& arguments);
    template <typename Action>
    void refuseErrors(int descriptor, std::int64_t id, Action action);
    void prepare(int descriptor, std::int64_t id, const std::string& name, const json& arguments,
                 const Brought& brought);
    void requestValue(int descriptor, std::int64_t id, const json& arguments);
    void send(int descriptor, const json& message);
    void refuse(int descriptor, std::int64_t id, const Error& error);
    void broadcast(const json& message);
    void drop(int descriptor);
    void observe();
    std::string nameOf(store::StudyId study) const;
};

void Service::State::send(int descriptor, const json& message) {
    const auto found = connections.find(descriptor);
    if (found == connections.end()) return;
    found->second.socket.send(message.dump(-1, ' ', false, json::error_handler_t::replace));
    const short events = found->second.socket.hasUnsent() ? POLLIN | POLLOUT : POLLIN;
    supervisor.watch(descriptor, events, [this, descriptor](short ready) { serve(descriptor, ready); });
}

void Service::State::refuse(int descriptor, std::int64_t id, const Error& error) {
    send(descriptor, {{"v", protocolVersion}, {"id", id}, {"ok", false}, {"error", toJson(error)}});
}

void Service::State::broadcast(const json& message) {
    std::vector<int> subscribed;
    for (const auto& [descriptor, connection] : connections)
        if (connection.subscribed) subscribed.push_back(descriptor);
    for (const int descriptor : subscribed)
        send(descriptor, message);
}

void Service::State::drop(int descriptor) {
    const auto found = connections.find(descriptor);
    if (found == connections.end()) return;
    const auto values = std::move(found->second.values);
    supervisor.unwatch(descriptor);
    connections.erase(found);
    for (const auto& [id, request] : values)
        supervisor.forgetValue(request);
}

void Service::State::accept() {
    for (;;) {
        const int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor < 0) return;
        connections.emplace(descriptor, Connection{LineSocket(descriptor), ++lastConnection, false, {}});
        supervisor.watch(descriptor, POLLIN, [this, descriptor](short ready) { serve(descriptor, ready); });
    }
}

void Service::State::serve(int descriptor, short events) {
    if (const auto found = connections.find(descriptor); found != connections.end()) {
        if (events & POLLOUT) {
            found->second.socket.flush();
            if (!found->second.socket.hasUnsent())
                supervisor.watch(descriptor, POLLIN,
                                 [this, descriptor](short ready) { serve(descriptor, ready); });
        }
        if (events & ~POLLOUT) found->second.socket.receive();
    }
    // An answer may close connections, so that each line looks its own up.
    for (;;) {
        const auto found = connections.find(descriptor);
        if (found == connections.end()) return;
        const auto line = found->second.socket.line();
        if (!line) break;
        answer(descriptor, *line);
    }
    const auto found = connections.find(descriptor);
    if (found != connections.end() && !found->second.socket.open()) drop(descriptor);
}

void Service::State::answer(int descriptor, const std::string& line) {
    const json message = json::parse(line, nullptr, false);
    if (!message.is_object() || message.value("v", json()) != json(protocolVersion) ||
        !message.value("request", json()).is_string() || !message.value("id", json()).is_number_integer()) {
        refuse(descriptor, 0,
               Error(ErrorKind::Usage, "A line is not a request of this protocol.", "See docs/protocol.md."));
        return drop(descriptor);
    }
    const auto id = message["id"].get<std::int64_t>();
    const auto name = message["request"].get<std::string>();
    refuseErrors(descriptor, id, [&] {
        if (const auto brought = documentOf(name, message))
            prepare(descriptor, id, name, message, *brought);
        else
            answerConnection(descriptor, id, name, message);
    });
}

/// Does it; what is thrown refuses the request.
template <typename Action>
void Service::State::refuseErrors(int descriptor, std::int64_t id, Action action) {
    try {
        action();
    } catch (const Error& error) {
        refuse(descriptor, id, error);
    } catch (const json::exception& error) {
        refuse(descriptor, id,
               Error(ErrorKind::Usage, std::string("The request can't be read: ") + error.what() + ".",
                     "See docs/protocol.md."));
    }
}

/// Answers once the files of the document are read; whoever asked may have left by then.
void Service::State::prepare(int descriptor, std::int64_t id, const std::string& name, const json& arguments,
                             const Brought& brought) {
    const std::uint64_t number = connections.at(descriptor).number;
    supervisor.prepare(brought.document, brought.directory,
                       [this, descriptor, number, id, name, arguments](const std::optional<Error>& stopped) {
                           const auto found = connections.find(descriptor);
                           const bool listens = found != connections.end() && found->second.number == number;
                           refuseErrors(listens ? descriptor : nobody, id, [&] {
                               if (stopped) throw Error(*stopped);
                               answerConnection(listens ? descriptor : nobody, id, name, arguments);
                           });
                       });
}

void Service::State::answerConnection(int descriptor, std::int64_t id, const std::string& name,
                                      const json& arguments) {
    json result = json::object();
    if (name == "subscribe") {
        connections.at(descriptor).subscribed = true;
        supervisor.tellSoon();
    } else if (name == "value") {
        return requestValue(descriptor, id, arguments);
    } else if (name == "forget") {
        auto& values = connections.at(descriptor).values;
        const auto found = values.find(integerArgument(arguments, "target"));
        if (found != values.end()) supervisor.forgetValue(std::exchange(found->second, 0));
    } else if (name == "shutdown") {
        shutdownAsked = true;
        shutdownNow = arguments.value("now", false);
    } else {
        result = answerRequest({supervisor, library, catalogue}, name, arguments);
    }
    send(descriptor, {{"v", protocolVersion}, {"id", id}, {"ok", true}, {"result", std::move(result)}});
}

void Service::State::requestValue(int descriptor, std::int64_t id, const json& arguments) {
    const std::optional<Region> region = regionArgument(arguments);
    const ValueRequest request{integerArgument(arguments, "item"), textArgument(arguments, "port")};
    const auto answered = [this, descriptor, id, region](const std::filesystem::path& file,
                                                         const std::optional<Error>& failure) {
        const auto connection = connections.find(descriptor);
        if (connection == connections.end()) return;
        connection->second.values.erase(id);
        if (failure) return refuse(descriptor, id, *failure);
        try {
            // The client may have another working directory.
            const auto answer = std::filesystem::absolute(region ? cutRegion(file, *region) : file);
            send(descriptor,
                 {{"v", protocolVersion}, {"id", id}, {"ok", true}, {"result", {{"file", answer.string()}}}});
        } catch (const Error& error) {
            refuse(descriptor, id, error);
        }
    };
    connections.at(descriptor).values[id] = 0;
    const RequestId number = supervisor.requestValue(request, answered);
    // A value that is there already has been answered by now.
    if (const auto connection = connections.find(descriptor); connection != connections.end())
        if (const auto open = connection->second.values.find(id); open != connection->second.values.end())
            open->second = number;
}

std::string Service::State::nameOf(store::StudyId study) const {
    return supervisor.progress(study).name;
}

void Service::State::observe() {
    wrapped = supervisor.observer;
    supervisor.observer.progress = [this](const Progress& progress) {
        if (wrapped.progress) wrapped.progress(progress);
        broadcast(progressEvent(progress));
    };
    supervisor.observer.item = [this](store::StudyId study, store::ItemId item, store::State state) {
        if (wrapped.item) wrapped.item(study, item, state);
        json message = event("item");
        message["study"] = nameOf(study);
        message["item"] = item;
        message["state"] = store::toText(state);
        broadcast(message);
    };
    supervisor.observer.idle = [this](store::StudyId study) {
        if (wrapped.idle) wrapped.idle(study);
        json message = event("idle");
        message["study"] = nameOf(study);
        message["items"] = store::toJson(library.itemCounts(study));
        message["measurements"] = store::toJson(library.measurementCounts(study));
        broadcast(message);
    };
    supervisor.observer.trouble = [this](const Error& error) {
        if (wrapped.trouble) wrapped.trouble(error);
        json message = event("trouble");
        message["error"] = toJson(error);
        broadcast(message);
    };
}

Service::Service(Supervisor& supervisor, store::Library& library, const graph::Catalogue& catalogue)
    : state_(new State{
          supervisor, library, catalogue, {}, socketPath(library.file()), -1, {}, 0, false, false}) {
    state_->listener = listenAt(state_->path);
    state_->observe();
    supervisor.watch(state_->listener, POLLIN, [state = state_.get()](short) { state->accept(); });
}

Service::~Service() {
    state_->supervisor.stopPreparing("");  // its answers would go to connections that are no more
    state_->broadcast(event("ended"));
    while (!state_->connections.empty())
        state_->drop(state_->connections.begin()->first);
    state_->supervisor.unwatch(state_->listener);
    state_->supervisor.observer = state_->wrapped;
    ::close(state_->listener);
    ::unlink(state_->path.c_str());
}

bool Service::shutdownAsked() const {
    return state_->shutdownAsked;
}
bool Service::shutdownNow() const {
    return state_->shutdownNow;
}
std::size_t Service::clients() const {
    return state_->connections.size();
}

}  // namespace ratescope::run
