#pragma once

// A Compare panel in a session of its own, as a test drives it.

#include "tests/gui/support.h"
#include "views/compare/compare_area.h"
#include "views/compare/compare_panel.h"
#include "views/compare/worst_items.h"

#include <QAction>
#include <QPushButton>
#include <QSignalSpy>

struct Bench {
    explicit Bench(const gui::RanStudy& study, QSize size = {1596, 840}) {
        gui::open(session, study.document(), study.library());
        session.supervisor.setLibrary(study.library());
        panel = std::make_unique<ratescope::views::ComparePanel>(session);
        QObject::connect(panel.get(), &ratescope::views::ComparePanel::failed, panel.get(),
                         [this](const QString& what) { said += what; });
        panel->resize(size);
        panel->show();
    }
    ~Bench() { leave(); }
    /// Leaves the supervisor, which then ends: the library is free for the next.
    void leave() {
        const qint64 process = session.supervisor.process();
        session.supervisor.setLibrary({});
        if (process) gui::waitFor([process] { return !e2e::isRunning(process); });
    }

    const std::vector<ratescope::views::PictureCell*>& cells() const { return panel->area().cells(); }
    ratescope::views::PictureCell& cell(std::size_t index) const { return *cells().at(index); }
    QAction* action(const QString& name) const { return panel->findChild<QAction*>("compare." + name); }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) const {
        panel->area().setFocus();
        QTest::keyClick(&panel->area(), key, modifiers);
    }
    /// Every cell has its picture.
    bool settles() const {
        return gui::waitFor([&] {
            return !cells().empty() && panel->values().waiting() == 0 &&
                   std::all_of(cells().begin(), cells().end(), [](const auto* each) {
                       return each->content().layer.picture && each->content().failure.isEmpty();
                   });
        });
    }
    /// The button of the empty state.
    bool showsWorst() const {
        if (!gui::waitFor([&] { return !panel->worstItems().worst().empty(); })) return false;
        for (QPushButton* each : panel->findChildren<QPushButton*>())
            if (each->isVisible() && each->text() == "Show worst item")
                QTest::mouseClick(each, Qt::LeftButton);
        return settles();
    }
    /// The cell as the screen has it, once its tiles have come.
    QImage grab(std::size_t index, int scale = 1) const {
        ratescope::views::PictureCell& shown = cell(index);
        QImage image(shown.size() * scale, QImage::Format_RGB32);
        image.setDevicePixelRatio(scale);
        // Painting asks for tiles, and shows coarser ones until they are there.
        for (int round = 0; round < 3; ++round) {
            shown.render(&image);
            if (!gui::waitFor([&] { return panel->tiles().waiting() == 0; })) return {};
        }
        image.setDevicePixelRatio(1);
        return image;
    }

    ratescope::views::Session session{gui::catalogue()};
    std::unique_ptr<ratescope::views::ComparePanel> panel;
    QStringList said;
};
