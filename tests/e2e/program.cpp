#include "tests/e2e/program.h"

#include "tests/patience.h"

#include <grp.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QTest>
#include <csignal>
#include <stdexcept>

namespace e2e {
namespace {

QString buildFolder() {
    return qEnvironmentVariable("RATESCOPE_BUILD");
}

int codeOf(const QProcess& process) {
    return process.exitStatus() == QProcess::CrashExit ? 128 + process.exitCode() : process.exitCode();
}

}  // namespace

nlohmann::json Outcome::json() const {
    return nlohmann::json::parse(output.toStdString());
}

QByteArray Outcome::said() const {
    return "exit code " + QByteArray::number(code) + " after " + QByteArray::number(seconds) +
           " s\n--- standard output\n" + output.left(4000) + "--- standard error\n" + errors.right(4000);
}

QString builtProgram(const QString& name) {
    return buildFolder() + QStringLiteral("/bin/") + name;
}

Place::Place() : environment(QProcessEnvironment::systemEnvironment()) {
    if (!folder_.isValid()) throw std::runtime_error("no temporary folder");
    for (const char* name : {"runtime", "cache", "config", "temporary"})
        QDir(folder_.path()).mkdir(QString::fromLatin1(name));
    QFile::setPermissions(path(QStringLiteral("runtime")),
                          QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), path(QStringLiteral("runtime")));
    environment.insert(QStringLiteral("XDG_CACHE_HOME"), path(QStringLiteral("cache")));
    environment.insert(QStringLiteral("XDG_CONFIG_HOME"), path(QStringLiteral("config")));
    environment.insert(QStringLiteral("TMPDIR"), path(QStringLiteral("temporary")));
    environment.insert(QStringLiteral("RATESCOPE_PLUGINS"), buildFolder() + QStringLiteral("/tests/plugins"));
    environment.remove(QStringLiteral("DISPLAY"));
    environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
    environment.remove(QStringLiteral("QT_QPA_PLATFORM"));
}

bool Place::showPhotographs() {
    const QString cache =
        qEnvironmentVariable("XDG_CACHE_HOME", QDir::homePath() + QStringLiteral("/.cache"));
    const QString samples =
        qEnvironmentVariable("RATESCOPE_SAMPLES", cache + QStringLiteral("/ratescope/samples"));
    environment.insert(QStringLiteral("RATESCOPE_SAMPLES"), samples);
    return QFileInfo::exists(samples + QStringLiteral("/coffee.png"));
}

QString Place::write(const QString& name, const QByteArray& bytes) const {
    const QString file = path(name);
    QDir().mkpath(QFileInfo(file).path());
    QFile stream(file);
    if (!stream.open(QIODevice::WriteOnly) || stream.write(bytes) != bytes.size())
        throw std::runtime_error("can't write " + file.toStdString());
    return file;
}

QByteArray Place::read(const QString& name) const {
    QFile stream(path(name));
    if (!stream.open(QIODevice::ReadOnly)) throw std::runtime_error("can't read " + name.toStdString());
    return stream.readAll();
}

bool Place::has(const QString& name) const {
    return QFileInfo::exists(path(name));
}

void Place::runAs(uint user) {
    user_ = user;
    QFile::setPermissions(folder_.path(), QFile::permissions(folder_.path()) | QFile::ReadGroup |
                                              QFile::ExeGroup | QFile::ReadOther | QFile::ExeOther);
    for (const char* name : {"runtime", "cache", "temporary"})
        if (::chown(QFile::encodeName(path(QString::fromLatin1(name))).constData(), user, user) != 0)
            throw std::runtime_error("only root can run programs as others");
}

Outcome Place::run(const QString& program, const QStringList& arguments, const QByteArray& input,
                   int timeoutMs) const {
    QElapsedTimer timer;
    timer.start();
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(folder_.path());
    if (user_)
        process.setChildProcessModifier([user = *user_] {
            if (::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0) ::_exit(127);
        });
    process.start(program, arguments);
    Outcome outcome;
    if (!process.waitForStarted()) {
        outcome.errors = process.errorString().toUtf8();
        return outcome;
    }
    process.write(input);
    process.closeWriteChannel();
    const bool ended = process.waitForFinished(timeoutMs * ratescope::test::patience);
    if (!ended) {
        process.kill();
        process.waitForFinished();
    }
    outcome.output = process.readAllStandardOutput();
    outcome.errors = process.readAllStandardError();
    outcome.code = ended ? codeOf(process) : -1;
    outcome.seconds = static_cast<double>(timer.elapsed()) / 1000;
    return outcome;
}

Outcome Place::cli(const QStringList& arguments, const QByteArray& input, int timeoutMs) const {
    return run(builtProgram(QStringLiteral("ratescope-cli")), arguments, input, timeoutMs);
}

Outcome Place::desktop(const QStringList& arguments, int timeoutMs) const {
    return run(builtProgram(QStringLiteral("ratescope")), arguments, {}, timeoutMs);
}

std::unique_ptr<QProcess> Place::start(const QStringList& cliArguments) const {
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(environment);
    process->setWorkingDirectory(folder_.path());
    process->start(builtProgram(QStringLiteral("ratescope-cli")), cliArguments);
    if (!process->waitForStarted()) throw std::runtime_error("ratescope-cli does not start");
    return process;
}

QList<qint64> childrenOf(qint64 process) {
    const QString number = QString::number(process);
    QFile file(QStringLiteral("/proc/%1/task/%1/children").arg(number));
    QList<qint64> children;
    if (process <= 0 || !file.open(QIODevice::ReadOnly)) return children;
    for (const QByteArray& child : file.readAll().split(' '))
        if (const qint64 id = child.trimmed().toLongLong(); id > 0) children << id;
    return children;
}

bool isRunning(qint64 process) {
    QFile file(QStringLiteral("/proc/%1/stat").arg(process));
    if (!file.open(QIODevice::ReadOnly)) return false;
    const QByteArray stat = file.readAll();
    // A zombie waits for its parent only.
    return stat.mid(stat.lastIndexOf(')') + 2, 1) != "Z";
}

bool sendSignal(qint64 process, int signal) {
    return process > 0 && ::kill(static_cast<pid_t>(process), signal) == 0;
}

bool waitFor(const std::function<bool()>& condition, int timeoutMs) {
    return QTest::qWaitFor(condition, timeoutMs * ratescope::test::patience);
}

}  // namespace e2e
