#pragma once

// The real window with a folder of its own, used as a person would.

#include "app/desktop/main_window.h"
#include "tests/gui/support.h"

#include <QAbstractButton>
#include <QFileDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <memory>

namespace gui {

class Desk {
  public:
    Desk();
    ~Desk();

    const e2e::Place& place() const { return place_; }
    QString path(const QString& name) const { return place_.path(name); }
    ratescope::desktop::MainWindow& window() { return *window_; }
    ratescope::views::Session& session() { return window_->session(); }
    const ratescope::graph::Document& document() { return session().document.document(); }

    /// The window is shut without a question, as a crash would, and a new one opened on the document.
    void reopen(const QString& document);
    /// The window has the keyboard.
    void activate();
    /// By its key where it has one, else from the menu.
    void act(const QString& action);
    /// Types the file's name into the open file dialog and presses Enter.
    void chooseFile(const QString& file);
    /// Presses the button of the open question by its text.
    void answer(const QString& button);
    /// The text of the open question; "" if none is open.
    QString question() const;
    /// Writes the study, opens it, and waits until it has been read.
    void open(const e2e::Study& study, const QString& name = "study.ratescope");
    /// Waits until the supervisor has nothing left to do.
    bool waitUntilIdle(int timeoutMs = 60'000);
    /// Items of the study in this state, as the library holds them.
    int items(ratescope::store::State state) const;

  private:
    e2e::Place place_;
    std::unique_ptr<ratescope::desktop::MainWindow> window_;
};

}  // namespace gui
