#pragma once

// Runs the built programs as a user's shell does: in a folder of their own, with their own runtime and cache
// folders, so that tests neither meet each other nor the user's files.

#include <nlohmann/json_fwd.hpp>

#include <QByteArray>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <memory>
#include <optional>

namespace e2e {

struct Outcome {
    int code = -1;  ///< of exit; 128 + signal when killed, −1 when it did not start or took too long
    QByteArray output, errors;
    double seconds = 0;

    /// Of the standard output, which must be nothing else. Throws nlohmann's parse error.
    nlohmann::json json() const;
    /// For the message of a failed check.
    QByteArray said() const;
};

/// A folder for one test, with all that its programs may write within.
class Place {
  public:
    Place();

    QString path(const QString& name) const { return folder_.filePath(name); }
    /// Writes the file (making its folder) and returns its path.
    QString write(const QString& name, const QByteArray& bytes) const;
    QByteArray read(const QString& name) const;
    bool has(const QString& name) const;

    /// Shows the product's own photographs to the programs; false where scripts/setup has not fetched them.
    bool showPhotographs();

    /// What programs of this place are started with; may be changed.
    QProcessEnvironment environment;

    /// Lets its programs run as this user from now on, who may read the place and write what programs write for
    /// themselves. Only root can.
    void runAs(uint user);

    Outcome cli(const QStringList& arguments, const QByteArray& input = {}, int timeoutMs = 60'000) const;
    Outcome desktop(const QStringList& arguments, int timeoutMs = 60'000) const;
    /// Started and left running; killed, with its process group, when it goes out of scope.
    std::unique_ptr<QProcess> start(const QStringList& cliArguments) const;
    /// Any program, by its path, in the place's folder.
    Outcome run(const QString& program, const QStringList& arguments, const QByteArray& input = {},
                int timeoutMs = 60'000) const;

  private:
    QTemporaryDir folder_;
    std::optional<uint> user_;
};

/// build/<preset>/bin/NAME.
QString builtProgram(const QString& name);

/// Processes that the process started and that are still there.
QList<qint64> childrenOf(qint64 process);
bool isRunning(qint64 process);
/// Whether it was there to be signalled. 0, the number of a QProcess that has ended, is nobody's: to the system it means
/// the group of the test itself.
bool sendSignal(qint64 process, int signal);
/// Waits until `condition` holds, at most so long; says whether it did.
bool waitFor(const std::function<bool()>& condition, int timeoutMs);

}  // namespace e2e
