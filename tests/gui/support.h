#pragma once

// What tests of the window share: an application of their own folders, a test that any message of Qt fails, a study
// with results, pictures of widgets.

#include "core/graph/catalogue.h"
#include "tests/e2e/document.h"
#include "tests/e2e/program.h"
#include "views/session/session.h"

#include <QApplication>
#include <QTest>
#include <functional>
#include <memory>

namespace gui {

/// The application in the light look, with settings and runtime folders of its own, while `run` lasts; its result, or 1
/// with the messages listed where Qt has said anything.
int runTests(int argc, char** argv, const std::function<int(const QStringList& arguments)>& run);

/// The main function of a test of the window.
#define RATESCOPE_GUI_TEST_MAIN(Test)                                       \
    int main(int argc, char** argv) {                                       \
        return gui::runTests(argc, argv, [](const QStringList& arguments) { \
            Test test;                                                      \
            return QTest::qExec(&test, arguments);                          \
        });                                                                 \
    }

/// Of the built plugins.
const ratescope::graph::Catalogue& catalogue();

/// The product's four photographs → JPEG, WebP and JPEG XL at five settings each → PSNR and SSIM: three branches, 60
/// items, two seconds. The sources' places are as a user would lay them out.
e2e::Study threeCodecs();

/// A study that has run: its document and library in a folder of their own.
class RanStudy {
  public:
    /// Throws with what the program said if the run fails, and where scripts/setup has not fetched the photographs.
    explicit RanStudy(const e2e::Study& study);

    const e2e::Place& place() const { return place_; }
    QString document() const { return place_.path("study.ratescope"); }
    QString library() const { return place_.path("study.rslib"); }

  private:
    e2e::Place place_;
};

/// Opens document and library in the session and waits until both have been read.
void open(ratescope::views::Session& session, const QString& document, const QString& library);

/// Saves pictures of the widget as <build>/shots/NAME-light-100.png, …-light-200, …-dark-100, …-dark-200; the
/// light look is there again afterwards.
void shoot(QWidget& widget, const QString& name);

/// Lets events run until the condition holds, at most so long; says whether it did.
bool waitFor(const std::function<bool()>& condition, int timeoutMs = 10'000);

}  // namespace gui
