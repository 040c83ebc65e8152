#include "app/desktop/worker_light.h"

#include "views/controls/tabular.h"
#include "views/session/supervisor_link.h"
#include "views/theme/tokens.h"

#include <QFile>
#include <QFontMetrics>
#include <QPainter>
#include <utility>

namespace ratescope::desktop {
namespace {

constexpr int lookEveryMs = 1000;
constexpr quint64 pageBytes = 4096;

/// Resident memory of the supervisor's workers.
quint64 workersMemory(qint64 supervisor) {
    QFile children(QString("/proc/%1/task/%1/children").arg(supervisor));
    if (!children.open(QIODevice::ReadOnly)) return 0;
    quint64 pages = 0;
    for (const QByteArray& child : children.readAll().split(' ')) {
        QFile statm("/proc/" + QString::fromLatin1(child.trimmed()) + "/statm");
        if (!child.trimmed().isEmpty() && statm.open(QIODevice::ReadOnly))
            pages += statm.readAll().split(' ').value(1).toULongLong();
    }
    return pages * pageBytes;
}

}  // namespace

WorkerLight::WorkerLight(const views::SupervisorLink& supervisor, QWidget* parent)
    : QWidget(parent), supervisor_(supervisor) {
    setFixedHeight(views::measure::field);
    connect(&supervisor_, &views::SupervisorLink::stateChanged, this, &WorkerLight::look);
    connect(&supervisor_, &views::SupervisorLink::progressed, this, [this] {
        // Ten a second come while a study runs; the words change twice.
        if (text_ != tr("Worker running") || !supervisor_.progress()) look();
    });
    connect(&looking_, &QTimer::timeout, this, &WorkerLight::look);
    looking_.start(lookEveryMs);
    look();
}

void WorkerLight::look() {
    using State = views::SupervisorLink::State;
    QString text, memory;
    switch (supervisor_.state()) {
        case State::None:
            text = tr("No worker");
            break;
        case State::Starting:
            text = tr("Worker starting");
            break;
        case State::Lost:
            text = tr("Supervisor lost");
            break;
        case State::Attached:
            text = supervisor_.progress() ? tr("Worker running") : tr("Worker ready");
            if (const quint64 bytes = workersMemory(supervisor_.process())) memory = views::bytesText(bytes);
            break;
    }
    if (text == text_ && memory == memory_) return;
    text_ = std::move(text);
    memory_ = std::move(memory);
    setAccessibleName(text_ + ' ' + memory_);
    setToolTip(supervisor_.process() > 0 ? tr("Supervisor: process %1").arg(supervisor_.process())
                                         : tr("A supervisor is started when the study runs."));
    updateGeometry();
    update();
}

QSize WorkerLight::sizeHint() const {
    const QFontMetrics metrics(font());
    return {20 + metrics.horizontalAdvance(text_) + 8 +
                static_cast<int>(views::tabularWidth(font(), memory_)) + 4,
            views::measure::field};
}

void WorkerLight::paintEvent(QPaintEvent*) {
    using State = views::SupervisorLink::State;
    using views::Token;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const State state = supervisor_.state();
    const Token token = state == State::Attached   ? Token::Good
                        : state == State::Starting ? Token::Warn
                        : state == State::Lost     ? Token::Bad
                                                   : Token::Muted;
    painter.setPen(Qt::NoPen);
    painter.setBrush(views::colour(token));
    painter.drawEllipse(QPointF(8, height() / 2.0), 4, 4);
    painter.setPen(views::colour(Token::Text));
    const QRectF words(20, 0, width() - 20.0, height());
    painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft, text_);
    painter.setPen(views::colour(Token::Muted));
    views::drawTabular(painter, words.adjusted(0, 0, -4, 0), memory_, Qt::AlignRight);
}

}  // namespace ratescope::desktop
