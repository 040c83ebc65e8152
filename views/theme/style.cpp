#include "views/theme/style.h"

#include "views/theme/window_style.h"

#include <QApplication>
#include <QFile>
#include <QFont>
#include <QFontDatabase>
#include <QPalette>
#include <QWidget>

// The macro declares a function of the global namespace.
static void loadWindowResources() {  // NOLINT(misc-use-anonymous-namespace)
    Q_INIT_RESOURCE(window);
}

namespace ratescope::views {
namespace {

Look shown = Look::Light;

QPalette paletteOf(Look look) {
    const auto token = [look](Token name) { return colour(name, look); };
    QPalette palette;
    palette.setColor(QPalette::Window, token(Token::Ground));
    palette.setColor(QPalette::WindowText, token(Token::Text));
    palette.setColor(QPalette::Base, token(Token::Surface));
    palette.setColor(QPalette::AlternateBase, token(Token::Ground));
    palette.setColor(QPalette::Text, token(Token::Text));
    palette.setColor(QPalette::Button, token(Token::Surface));
    palette.setColor(QPalette::ButtonText, token(Token::Text));
    palette.setColor(QPalette::BrightText, token(Token::Bad));
    palette.setColor(QPalette::Light, token(Token::Raised));
    palette.setColor(QPalette::Midlight, token(Token::Line));
    palette.setColor(QPalette::Mid, token(Token::Line));
    palette.setColor(QPalette::Dark, token(Token::Line));
    palette.setColor(QPalette::Shadow, token(Token::Line));
    palette.setColor(QPalette::Highlight, token(Token::Selected));
    palette.setColor(QPalette::HighlightedText, token(Token::Text));
    palette.setColor(QPalette::Link, token(Token::Accent));
    palette.setColor(QPalette::LinkVisited, token(Token::Accent));
    palette.setColor(QPalette::ToolTipBase, token(Token::Raised));
    palette.setColor(QPalette::ToolTipText, token(Token::Text));
    palette.setColor(QPalette::PlaceholderText, token(Token::Muted));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        QColor disabled = token(Token::Muted);
        disabled.setAlphaF(0.6f);
        palette.setColor(QPalette::Disabled, role, disabled);
    }
    return palette;
}

/// Between two tokens: for what the sheet can't draw with an alpha.
QColor between(Token from, Token to, double part, Look look) {
    const QColor a = colour(from, look), b = colour(to, look);
    const auto mix = [part](int x, int y) { return static_cast<int>(x + (y - x) * part); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

/// The sheet names tokens as @text; their values stand here.
QString sheetOf(Look look) {
    static constexpr std::pair<const char*, Token> names[] = {
        {"@ground", Token::Ground}, {"@surface", Token::Surface},   {"@raised", Token::Raised},
        {"@line", Token::Line},     {"@text", Token::Text},         {"@muted", Token::Muted},
        {"@accent", Token::Accent}, {"@selected", Token::Selected}, {"@good", Token::Good},
        {"@warn", Token::Warn},     {"@bad", Token::Bad},           {"@canvas", Token::Canvas}};
    loadResources();
    QFile file(":/theme/window.qss");
    if (!file.open(QIODevice::ReadOnly)) qWarning("There is no style sheet.");
    QString sheet = QString::fromUtf8(file.readAll());
    for (const auto& [name, token] : names)
        sheet.replace(QLatin1String(name), colour(token, look).name());
    sheet.replace("@faint", between(Token::Muted, Token::Surface, 0.4, look).name());
    sheet.replace("@frame", between(Token::Line, Token::Muted, 0.35, look).name());
    sheet.replace("@marked", between(Token::Selected, Token::Accent, 0.3, look).name());
    sheet.replace("@pressable", between(Token::Accent, Token::Text, 0.15, look).name());
    sheet.replace("@look", look == Look::Light ? "light" : "dark");
    return sheet;
}

}  // namespace

void loadResources() {
    loadWindowResources();
}

Look currentLook() {
    return shown;
}

Look lookOf(LookChoice choice) {
    if (choice != LookChoice::System) return choice == LookChoice::Dark ? Look::Dark : Look::Light;
    static const Look system =
        QGuiApplication::palette().color(QPalette::Window).lightnessF() < 0.5 ? Look::Dark : Look::Light;
    return system;
}

void applyLook(QApplication& application, Look look) {
    // Asked for once before the palette is ours: what the system shows can't be read afterwards.
    lookOf(LookChoice::System);
    shown = look;
    if (!application.property("ratescopeStyle").toBool()) {
        application.setStyle(new WindowStyle);
        application.setProperty("ratescopeStyle", true);
    }
    QApplication::setPalette(paletteOf(look));
    application.setStyleSheet(sheetOf(look));
}

void applyFont(QApplication& application) {
    const QFont system = QGuiApplication::font();
    // Without a desktop's settings Qt names a family that stands for any: then the one that the window is drawn for.
    const bool unnamed = system.family().isEmpty() || system.family().startsWith("Sans", Qt::CaseInsensitive);
    if (!unnamed || !QFontDatabase::hasFamily("Inter")) return;
    QFont font("Inter");
    font.setPixelSize(13);
    application.setFont(font);
}

QFont tableFont() {
    QFont font = QGuiApplication::font();
    if (font.pixelSize() > 0)
        font.setPixelSize(font.pixelSize() - 1);
    else
        font.setPointSizeF(font.pointSizeF() * 12 / 13);
    return font;
}

QFont titleFont() {
    QFont font = QGuiApplication::font();
    font.setWeight(QFont::DemiBold);
    return font;
}

}  // namespace ratescope::views
