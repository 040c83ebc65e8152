#include "views/controls/drop_zone.h"

#include "views/theme/icon.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QMimeData>
#include <QPainter>
#include <QUrl>

namespace ratescope::views {
namespace {

QStringList filesOf(const QMimeData& data) {
    QStringList files;
    for (const QUrl& url : data.urls())
        if (url.isLocalFile()) files += url.toLocalFile();
    return files;
}

}  // namespace

DropZone::DropZone(const QString& text, QWidget* parent) : QAbstractButton(parent) {
    setText(text);
    setAccessibleName(text);
    setToolTip(tr("Drop files or folders here, or press to choose files"));
    setAcceptDrops(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(this, &QAbstractButton::clicked, this, &DropZone::choose);
}

QSize DropZone::sizeHint() const {
    const QFontMetrics metrics = fontMetrics();
    return {metrics.horizontalAdvance(text()) + measure::icon + 5 * measure::padding,
            std::max(measure::row, metrics.height()) + measure::padding};
}

QSize DropZone::minimumSizeHint() const {
    return {measure::icon + 4 * measure::padding, sizeHint().height()};
}

void DropZone::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool marked = over_ || isDown();
    const Token frame = over_ || hasFocus() ? Token::Accent : Token::Line;
    if (marked || underMouse()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour(marked ? Token::Selected : Token::Raised));
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::corner,
                                measure::corner);
    }
    QPen dashed(colour(frame), 1);
    dashed.setDashPattern({3, 3});
    painter.setPen(dashed);
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), measure::corner, measure::corner);

    const QFontMetrics metrics = fontMetrics();
    const int room = width() - measure::icon - 4 * measure::padding;
    const QString shown = metrics.elidedText(text(), Qt::ElideRight, room);
    const int used = measure::icon + measure::padding + metrics.horizontalAdvance(shown);
    QRect place((width() - used) / 2, 0, measure::icon, height());
    views::icon("import", Token::Muted)
        .paint(&painter, QRect(place.left(), (height() - measure::icon) / 2, measure::icon, measure::icon));
    painter.setPen(colour(Token::Muted));
    place.setLeft(place.right() + 1 + measure::padding);
    place.setRight(width());
    painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, shown);
}

void DropZone::dragEnterEvent(QDragEnterEvent* event) {
    if (filesOf(*event->mimeData()).isEmpty()) return;
    event->acceptProposedAction();
    setOver(true);
}

void DropZone::dragLeaveEvent(QDragLeaveEvent*) {
    setOver(false);
}

void DropZone::dropEvent(QDropEvent* event) {
    setOver(false);
    const QStringList files = filesOf(*event->mimeData());
    if (files.isEmpty()) return;
    event->acceptProposedAction();
    emit filesDropped(files);
}

void DropZone::choose() {
    auto* dialog = new QFileDialog(this, tr("Choose files"), {}, filter_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        if (!files.isEmpty()) emit filesDropped(files);
    });
    dialog->open();
}

void DropZone::setOver(bool over) {
    over_ = over;
    update();
}

}  // namespace ratescope::views
