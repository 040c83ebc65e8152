#pragma once

// The Figure tab in a window of its own, and a user's hands on it.

#include "tests/gui/support.h"
#include "views/figures/figure_panel.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

class QCheckBox;
class QComboBox;

namespace figures {

/// IEEE column of PSNR against the codec's rate, anchor JPEG, with a BD table.
ratescope::graph::FigureSpec ieeeColumn();

/// A session with the study, its figures, and the panel, shown and active.
struct Tab {
    Tab(const gui::RanStudy& study, const std::vector<ratescope::graph::FigureSpec>& figures);
    /// A supervisor that plates have started ends: the library is free for the next.
    ~Tab();

    template <typename Widget>
    Widget* find(const char* name) const {
        auto* widget = panel->findChild<Widget*>(name);
        if (!widget) throw std::runtime_error(std::string("there is no ") + name);
        return widget;
    }
    QAction* action(const QString& name) const;
    const ratescope::graph::FigureSpec& figure(std::size_t index = 0) const;
    /// Waits until the page has been drawn for the figure as it is now.
    bool drawn() const;
    /// There is ink on the page.
    bool pictured() const;
    /// By the button; waits until it is over.
    bool exportInto(const QString& folder);

    ratescope::views::Session session;
    std::unique_ptr<ratescope::views::FigurePanel> panel;
};

/// In place of what the field says.
void type(QWidget* field, const QString& text);
void clickBox(QCheckBox* box);
/// By keys: to the first, then down.
void choose(QComboBox* box, const QString& id);
QByteArray contentOf(const QString& path);

}  // namespace figures
