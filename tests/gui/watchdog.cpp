#include "tests/gui/watchdog.h"

#include "tests/machine_speed.h"
#include "tests/patience.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QEvent>
#include <QLocale>
#include <QStringList>
#include <algorithm>
#include <chrono>
#include <cstdio>

namespace gui {
namespace {

using Clock = std::chrono::steady_clock;

/// From here on the machine's speed is looked at: below, an event is within the limits however slow it is.
constexpr double longEvent = 8;  // milliseconds

/// Nanoseconds that this thread was ready to run and waited.
long long queued() {
    static const int file = [] {
        char path[64];
        std::snprintf(path, sizeof path, "/proc/self/task/%ld/schedstat",
                      static_cast<long>(::syscall(SYS_gettid)));
        return ::open(path, O_RDONLY | O_CLOEXEC);
    }();
    char text[96] = {};
    long long ran = 0, waited = 0;
    if (::pread(file, text, sizeof text - 1, 0) > 0) std::sscanf(text, "%lld %lld", &ran, &waited);
    return waited;
}

}  // namespace

QString Blocks::text() const {
    QStringList each;
    for (const Held& held : longest)
        each += QString("%1 ms %2").arg(held.milliseconds, 0, 'f', 1).arg(held.what);
    return QString("p99 %1 ms, max %2 ms over %3 events; longest: %4")
        .arg(p99, 0, 'f', 2)
        .arg(max, 0, 'f', 2)
        .arg(events)
        .arg(each.join(", "));
}

Blocks measuredInTries(const std::function<Blocks()>& measure) {
    Blocks blocks;
    for (int i = 0; i < tries; ++i) {
        blocks = measure();
        if (blocks.withinLimits()) break;
    }
    return blocks;
}

bool WatchedApplication::notify(QObject* receiver, QEvent* event) {
    if (!watching_ || depth_ > 0) return QApplication::notify(receiver, event);
    const QString what = QString("%1(%2) event %3")
                             .arg(receiver->metaObject()->className(), receiver->objectName())
                             .arg(event->type());
    const long long waited = queued();
    const auto began = Clock::now();
    ++depth_;
    const bool done = QApplication::notify(receiver, event);
    --depth_;
    const std::chrono::duration<double, std::milli> wall = Clock::now() - began;
    double held = wall.count() - static_cast<double>(queued() - waited) / 1e6;
    if (held > longEvent) held /= ratescope::test::slowness();
    held_.push_back({held / ratescope::test::patience, what});
    return done;
}

void WatchedApplication::start() {
    held_.clear();
    ratescope::test::slowness();  // what is the best is found out before
    watching_ = true;
}

Blocks WatchedApplication::stop() {
    watching_ = false;
    Blocks blocks;
    std::sort(held_.begin(), held_.end(),
              [](const Held& a, const Held& b) { return a.milliseconds > b.milliseconds; });
    blocks.events = held_.size();
    if (held_.empty()) return blocks;
    blocks.max = held_.front().milliseconds;
    const auto noted =
        std::count_if(held_.begin(), held_.end(), [](const Held& held) { return held.milliseconds >= 1; });
    blocks.p99 = held_[static_cast<std::size_t>(noted) / 100].milliseconds;
    held_.resize(std::min<std::size_t>(held_.size(), 10));
    blocks.longest = std::move(held_);
    return blocks;
}

}  // namespace gui
