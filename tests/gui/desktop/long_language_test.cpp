// No text is cut in a language of longer words, in a window of 1280 × 720, at 100 and at 200 %.

#include "tests/gui/long_language.h"

#include "tests/gui/desktop/hands.h"
#include "views/compare/compare_area.h"
#include "views/compare/compare_panel.h"
#include "views/curves/curves_panel.h"
#include "views/figures/figure_panel.h"
#include "views/palette/command_palette.h"

#include <QDockWidget>
#include <QProcess>
#include <QPushButton>

using namespace ratescope;

namespace {

/// Set in the process that looks at 200 %: the study that has run.
constexpr const char* studyVariable = "RATESCOPE_TEST_STUDY";

}  // namespace

class LongLanguageTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        if (qEnvironmentVariableIsSet(studyVariable)) {
            study_ = qEnvironmentVariable(studyVariable);
        } else {
            ran_ = std::make_unique<gui::RanStudy>(gui::threeCodecs());
            study_ = ran_->document();
        }
        QCoreApplication::installTranslator(&language_);
        desk_ = std::make_unique<gui::Desk>();
        desk_->window().resize(1280, 720);
        desk_->activate();
    }
    void cleanupTestCase() {
        desk_.reset();
        QCoreApplication::removeTranslator(&language_);
    }

    void theStartPage() { look("start"); }

    void theGraphAmongItsDocks() {
        desk_->window().openFile(study_);
        const auto& curves = gui::panelOf<views::CurvesPanel>(*desk_);
        QVERIFY(gui::waitFor(
            [&] {
                return desk_->session().document.derivedIsCurrent() && curves.shown() &&
                       curves.shown()->complete;
            },
            60'000));
        QCOMPARE(desk_->window().size(), QSize(1280, 720));
        look("study");
        gui::GraphHands(*desk_).select("jpeg");
        look("node");
        for (const char* dock : {"outline", "history"}) {
            desk_->window().findChild<QDockWidget*>(dock)->show();
            look(dock);
            desk_->window().findChild<QDockWidget*>(dock)->hide();
        }
    }

    void runsWithFilterAndDetails() {
        for (const char* action : {"runs.filter", "runs.details"})
            desk_->act(action);
        look("runs");
        for (const char* action : {"runs.filter", "runs.details"})
            desk_->act(action);
    }

    void compare() {
        desk_->act("view.compare");
        auto& compare = gui::panelOf<views::ComparePanel>(*desk_);
        look("compare-empty");
        for (QPushButton* button : compare.findChildren<QPushButton*>())
            if (button->isVisible() && button->text().startsWith("Show worst item")) gui::click(*button);
        QVERIFY(gui::waitFor(
            [&] { return !compare.area().cells().empty() && compare.values().waiting() == 0; }, 60'000));
        look("compare");
    }

    void figure() {
        desk_->act("curves.export");
        const auto& figure = gui::panelOf<views::FigurePanel>(*desk_);
        QVERIFY(gui::waitFor([&] { return figure.isVisible() && !figure.currentFigure().empty(); }));
        look("figure");
        desk_->act("view.graph");
    }

    void dialogs_data() {
        QTest::addColumn<QString>("action");
        for (const char* action : {"curves.import", "runs.compare", "runs.notes", "runs.disk", "tools.keys",
                                   "tools.palette", "help.about"})
            QTest::newRow(action) << action;
    }
    void dialogs() {
        QFETCH(QString, action);
        const QWidgetList before = QApplication::topLevelWidgets();
        desk_->act(action);
        QWidget* dialog = nullptr;
        QVERIFY(gui::waitFor([&] {
            for (QWidget* widget : QApplication::topLevelWidgets())
                if (widget->isVisible() && !before.contains(widget)) dialog = widget;
            if (auto* palette = desk_->window().findChild<views::CommandPalette*>()) dialog = palette;
            return dialog != nullptr;
        }));
        lookAt(*dialog, action);
        dialog->close();
    }

    void atTwoHundredPercent() {
        if (!ran_) return;
        QProcess twice;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("QT_SCALE_FACTOR", "2");
        environment.insert(studyVariable, study_);
        twice.setProcessEnvironment(environment);
        twice.setProcessChannelMode(QProcess::MergedChannels);
        desk_.reset();
        twice.start(QCoreApplication::applicationFilePath(), {});
        QVERIFY(gui::waitFor([&] { return twice.state() == QProcess::NotRunning; }, 200'000));
        QVERIFY2(twice.exitCode() == 0, twice.readAll().constData());
    }

  private:
    void look(const QString& name) { lookAt(desk_->window(), name); }
    void lookAt(QWidget& widget, const QString& name) {
        // Layouts and texts that come late have settled.
        QStringList clipped;
        gui::waitFor([&] { return (clipped = gui::clippedTexts(widget)).isEmpty(); }, 3000);
        if (!clipped.isEmpty()) gui::shoot(widget, "long-" + name);
        QVERIFY2(clipped.isEmpty(), qPrintable('\n' + clipped.join('\n')));
    }

    gui::LongLanguage language_;
    std::unique_ptr<gui::RanStudy> ran_;
    QString study_;
    std::unique_ptr<gui::Desk> desk_;
};

RATESCOPE_GUI_TEST_MAIN(LongLanguageTest)
#include "long_language_test.moc"
