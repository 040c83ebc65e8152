#include "views/theme/icon.h"

#include "views/theme/style.h"

#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>
#include <utility>

namespace ratescope::views {
namespace {

const QByteArray& drawingOf(const QString& name) {
    static QHash<QString, QByteArray> drawings;
    if (drawings.isEmpty()) loadResources();
    auto found = drawings.find(name);
    if (found == drawings.end()) {
        QFile file(":/icons/" + name + ".svg");
        if (!file.open(QIODevice::ReadOnly)) qWarning("There is no icon \"%s\".", qPrintable(name));
        found = drawings.insert(name, file.isOpen() ? file.readAll() : QByteArray());
    }
    return *found;
}

void paintIcon(QPainter& painter, const QRectF& place, const QString& name, const QColor& ink) {
    QByteArray drawing = drawingOf(name);
    if (drawing.isEmpty()) return;
    QSvgRenderer(drawing.replace("currentColor", ink.name().toLatin1())).render(&painter, place);
}

/// Asks for the colours when it paints, so that a change of look needs no new icon.
class TokenIcon : public QIconEngine {
  public:
    TokenIcon(QString name, Token token, Token checked)
        : name_(std::move(name)), token_(token), checked_(checked) {}

    QIconEngine* clone() const override { return new TokenIcon(*this); }

    void paint(QPainter* painter, const QRect& place, QIcon::Mode mode, QIcon::State state) override {
        painter->setRenderHint(QPainter::Antialiasing);
        const double side = std::min(place.width(), place.height());
        QRectF square(0, 0, side, side);
        square.moveCenter(QRectF(place).center());
        paintIcon(*painter, square, name_, inkOf(mode, state));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

  private:
    QColor inkOf(QIcon::Mode mode, QIcon::State state) const {
        if (mode == QIcon::Disabled) {
            QColor ink = colour(Token::Muted);
            ink.setAlphaF(0.5f);
            return blended(ink);
        }
        return colour(state == QIcon::On ? checked_ : token_);
    }
    /// SVG takes no alpha in a colour's name.
    static QColor blended(const QColor& ink) {
        const QColor ground = colour(Token::Surface);
        const auto mix = [&](int over, int under) { return (over + under) / 2; };
        return {mix(ink.red(), ground.red()), mix(ink.green(), ground.green()),
                mix(ink.blue(), ground.blue())};
    }

    QString name_;
    Token token_, checked_;
};

}  // namespace

QIcon icon(const QString& name, Token token, Token checked) {
    return QIcon(new TokenIcon(name, token, checked));
}

QPixmap iconPixmap(const QString& name, Token token, int size, double devicePixelRatio) {
    QPixmap pixmap(QSize(size, size) * devicePixelRatio);
    pixmap.setDevicePixelRatio(devicePixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    paintIcon(painter, QRectF(0, 0, size, size), name, colour(token));
    return pixmap;
}

}  // namespace ratescope::views
