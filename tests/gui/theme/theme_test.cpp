// The controls as the look has them: sizes, colours, what shows that the keyboard is there.

#include "tests/gui/support.h"
#include "tests/gui/theme/gallery.h"
#include "views/controls/dock_title.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QDockWidget>
#include <QMainWindow>
#include <QMenu>
#include <QScreen>
#include <QTabBar>
#include <QToolButton>
#include <QTreeView>

using namespace ratescope;
using views::colour;
using views::Token;

namespace {

QImage pictureOf(QWidget& widget) {
    return widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
}

}  // namespace

class ThemeTest : public QObject {
    Q_OBJECT
  private slots:
    void init() {
        gallery_ = std::make_unique<gui::Gallery>();
        gallery_->show();
        QVERIFY(QTest::qWaitForWindowExposed(gallery_.get()));
    }

    void controlsHaveTheirHeights_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("height");
        for (const char* name : {"push", "primary", "combo", "line", "wrong", "spin", "count", "segments"})
            QTest::newRow(name) << QString(name) << 24;
        QTest::newRow("tool") << "tool" << 28;
        QTest::newRow("tabs") << "tabs" << 32;
        QTest::newRow("dock") << "dockTitle" << 28;
        QTest::newRow("progress") << "progress" << 4;
    }
    void controlsHaveTheirHeights() {
        QFETCH(QString, name);
        QFETCH(int, height);
        const auto* widget = gallery_->findChild<QWidget*>(name);
        QVERIFY(widget);
        QCOMPARE(widget->height(), height);
    }

    void rowsAreOfTheirHeight() {
        auto* tree = gallery_->findChild<QTreeView*>("tree");
        QCOMPARE(tree->visualRect(tree->model()->index(0, 0)).height(), 24);
    }

    void theTextOfASelectedTabIsWhole() {
        auto* tabs = gallery_->findChild<QTabBar*>("tabs");
        for (int i = 0; i < tabs->count(); ++i) {
            tabs->setCurrentIndex(i);
            QFont bold = tabs->font();
            bold.setWeight(QFont::DemiBold);
            const int needed = QFontMetrics(bold).horizontalAdvance(tabs->tabText(i)) + 16 + 2 * 16;
            QVERIFY2(tabs->tabRect(i).width() >= needed, qPrintable(tabs->tabText(i)));
        }
    }

    void theKeyboardIsSeen_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"push", "primary", "combo", "line", "spin", "check", "unchecked", "radio",
                                 "slider", "tree", "table", "tabs", "tool"})
            QTest::newRow(name) << QString(name);
    }
    void theKeyboardIsSeen() {
        QFETCH(QString, name);
        auto* widget = gallery_->findChild<QWidget*>(name);
        gallery_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(gallery_.get()));
        gallery_->setFocusPolicy(Qt::StrongFocus);
        gallery_->setFocus();
        QVERIFY(gui::waitFor([&] { return !widget->hasFocus(); }));
        const QImage without = pictureOf(*widget);
        widget->setFocus(Qt::TabFocusReason);
        QVERIFY(gui::waitFor([&] { return widget->hasFocus(); }));
        QVERIFY(pictureOf(*widget) != without);
    }

    void aCheckedBoxIsAccentWithATick() {
        auto* box = gallery_->findChild<QCheckBox*>("check");
        const QImage picture = pictureOf(*box);
        const int top = (picture.height() - 16) / 2;
        QCOMPARE(picture.pixelColor(8, top + 3), colour(Token::Accent));
        QCOMPARE(picture.pixelColor(6, top + 10), colour(Token::Surface));
    }

    void aDockFloatsAndCloses() {
        auto* dock = gallery_->findChild<QDockWidget*>();
        auto* title = gallery_->findChild<views::DockTitle*>();
        QCOMPARE(title->accessibleName(), QString("Library"));
        for (const auto* button : title->findChildren<QToolButton*>())
            QVERIFY(!button->accessibleName().isEmpty() && button->size() == QSize(20, 20));
        // A floating dock is raised, which the offscreen platform complains of: that part runs under Xvfb.
        if (QGuiApplication::platformName() != "offscreen") {
            auto* floating = title->findChild<QToolButton*>("float");
            QTest::mouseClick(floating, Qt::LeftButton);
            QVERIFY(dock->isFloating());
            QVERIFY(floating->accessibleName().startsWith("Put Library back"));
            QTest::mouseClick(floating, Qt::LeftButton);
            QVERIFY(!dock->isFloating());
        }
        QTest::mouseClick(title->findChild<QToolButton*>("close"), Qt::LeftButton);
        QVERIFY(!dock->isVisible());
    }

    void aChangeOfLookRecoloursAnIcon() {
        const QIcon icon = views::icon("close");
        const auto inkOf = [&] { return icon.pixmap(16, 16).toImage().pixelColor(8, 8); };
        QCOMPARE(inkOf(), colour(Token::Text, views::Look::Light));
        views::applyLook(*qApp, views::Look::Dark);
        QCOMPARE(inkOf(), colour(Token::Text, views::Look::Dark));
        views::applyLook(*qApp, views::Look::Light);
    }

    void pictures() {
        gui::shoot(*gallery_, "theme-gallery");
        gui::SignSheet signs;
        signs.show();
        gui::shoot(signs, "theme-signs");
        QMenu menu;
        menu.addAction(views::icon("open"), "Open…", QKeySequence("Ctrl+O"), qApp, [] {});
        menu.addAction("Undo move of jpeg", QKeySequence("Ctrl+Z"), qApp, [] {});
        menu.addSeparator();
        QAction* shown = menu.addAction("Minimap");
        shown->setCheckable(true);
        shown->setChecked(true);
        menu.addAction("Paste")->setEnabled(false);
        menu.addMenu("Align")->addAction("Left");
        // As a popup it would grab the keyboard, which the offscreen platform complains of.
        menu.setWindowFlags(Qt::Widget);
        menu.show();
        QVERIFY(gui::waitFor([&] { return menu.isVisible(); }));
        menu.setActiveAction(shown);
        gui::shoot(menu, "theme-menu");
    }

  private:
    std::unique_ptr<gui::Gallery> gallery_;
};

RATESCOPE_GUI_TEST_MAIN(ThemeTest)
#include "theme_test.moc"
