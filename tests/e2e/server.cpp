#include "tests/e2e/server.h"

#include "tests/e2e/schema.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFileInfo>
#include <stdexcept>

namespace e2e {

using nlohmann::json;

namespace {

void requireFit(const json& value, const char* schema) {
    if (const QByteArray fault = misfit(value, schema); !fault.isEmpty())
        throw std::runtime_error(fault.toStdString());
}

}  // namespace

QString socketOf(const Place& place, const QString& library) {
    const QFileInfo file(place.path(library));
    const QString real = QFileInfo(file.path()).canonicalFilePath() + "/" + file.fileName();
    const QByteArray name =
        QCryptographicHash::hash(real.toUtf8(), QCryptographicHash::Sha256).toHex().left(24);
    return place.path("runtime/ratescope/" + QString::fromLatin1(name) + ".socket");
}

Server::Server(const Place& place, const QString& library, int jobs)
    : process_(place.start({"serve", "--library", library, "--jobs", QString::number(jobs)})) {
    const bool listens = waitFor([&] { return QFileInfo::exists(socketOf(place, library)); }, 15'000);
    if (!listens) {
        process_->kill();
        process_->waitForFinished();
        throw std::runtime_error("serve does not listen: " + process_->readAllStandardError().toStdString());
    }
}

Server::~Server() {
    if (process_->state() == QProcess::NotRunning) return;
    process_->kill();
    process_->waitForFinished();
}

int Server::waitForEnd(int timeoutMs) {
    if (process_->state() != QProcess::NotRunning && !process_->waitForFinished(timeoutMs)) return -1;
    return process_->exitCode();
}

Talker::Talker(const Place& place, const QString& library) {
    socket.connectToServer(socketOf(place, library));
    if (!socket.waitForConnected(5000)) throw std::runtime_error(socket.errorString().toStdString());
}

int Talker::send(const std::string& name, const json& arguments) {
    json request = arguments;
    request["v"] = 1;
    request["id"] = ++last_;
    request["request"] = name;
    requireFit(request, "request");
    socket.write(QByteArray::fromStdString(request.dump()) + "\n");
    socket.waitForBytesWritten(5000);
    return last_;
}

void Talker::receive(int timeoutMs) {
    if (socket.bytesAvailable() == 0) socket.waitForReadyRead(timeoutMs);
    unread_ += socket.readAll();
    for (qsizetype end; (end = unread_.indexOf('\n')) >= 0;) {
        const json message = json::parse(unread_.left(end).toStdString());
        unread_.remove(0, end + 1);
        if (message.contains("event")) {
            requireFit(message, "event");
            events.push_back(message);
        } else {
            requireFit(message, "answer");
            answers_[message.at("id").get<int>()] = message;
        }
    }
}

bool Talker::isAnswered(int id) {
    receive(0);
    return answers_.count(id) != 0;
}

json Talker::answerTo(int id, int timeoutMs) {
    QElapsedTimer timer;
    timer.start();
    while (answers_.count(id) == 0) {
        const auto left = static_cast<int>(timeoutMs - timer.elapsed());
        if (left <= 0) throw std::runtime_error("no answer to request " + std::to_string(id));
        if (socket.state() != QLocalSocket::ConnectedState && socket.bytesAvailable() == 0)
            throw std::runtime_error("the supervisor closed the connection");
        receive(std::min(left, 100));
    }
    const json answer = answers_.at(id);
    answers_.erase(id);
    return answer;
}

json Talker::ask(const std::string& name, const json& arguments) {
    const json answer = answerTo(send(name, arguments));
    if (!answer.at("ok").get<bool>()) throw std::runtime_error(name + " is refused: " + answer.dump());
    return answer.at("result");
}

json Talker::askInVain(const std::string& name, const json& arguments) {
    const json answer = answerTo(send(name, arguments));
    if (answer.at("ok").get<bool>()) throw std::runtime_error(name + " is not refused: " + answer.dump());
    return answer.at("error");
}

json Talker::event(const std::string& name, const std::function<bool(const json&)>& fits, int timeoutMs) {
    QElapsedTimer timer;
    timer.start();
    for (;;) {
        while (!events.empty()) {
            const json first = events.front();
            events.erase(events.begin());
            if (first.at("event") == name && (!fits || fits(first))) return first;
        }
        const auto left = static_cast<int>(timeoutMs - timer.elapsed());
        if (left <= 0 || socket.state() != QLocalSocket::ConnectedState)
            throw std::runtime_error("no event " + name);
        receive(std::min(left, 100));
    }
}

}  // namespace e2e
