#pragma once

// The panel as a user has it before them, with what tests press and look at.

#include "tests/gui/support.h"
#include "views/runs/runs_model.h"
#include "views/runs/runs_panel.h"
#include "views/runs/runs_table.h"

#include <QAction>
#include <QComboBox>
#include <algorithm>

namespace gui {

class ShownPanel {
  public:
    /// At the size that it has in the picture, unless told otherwise.
    explicit ShownPanel(ratescope::views::Session& session, QSize size = {776, 304}) : panel(session) {
        panel.resize(size);
        panel.show();
        panel.setFocus();
    }

    ratescope::views::RunsTable& table() const {
        return *panel.findChild<ratescope::views::RunsTable*>("runs.table");
    }
    ratescope::views::RunsModel& model() const {
        return dynamic_cast<ratescope::views::RunsModel&>(*table().model());
    }
    QAction* action(const QString& name) const {
        for (QAction* each : panel.actions())
            if (each->objectName() == name) return each;
        return nullptr;
    }
    template <typename Widget>
    Widget* child(const QString& name) const {
        return panel.findChild<Widget*>(name);
    }
    /// Chooses the entry as a user does.
    void choose(const QString& combo, int index) const {
        auto* const box = child<QComboBox>(combo);
        box->setCurrentIndex(index);
        emit box->activated(index);
    }

    int column(const QString& id) const {
        for (int i = 0; i < model().columnCount(); ++i)
            if (model().column(i).id == id) return i;
        return -1;
    }
    QModelIndex cell(int row, const QString& id) const { return model().index(row, column(id)); }
    void press(const QModelIndex& cell) const {
        table().scrollTo(cell);
        QTest::mouseClick(table().viewport(), Qt::LeftButton, {}, table().visualRect(cell).center());
    }

    /// Rows are there and all that can be seen is read.
    bool waitUntilRead() const {
        return waitFor([this] {
            const int first = std::max(0, table().rowAt(0));
            const int last = std::min(model().rowCount() - 1, first + table().viewport()->height() / 24);
            for (int row = first; row <= last; ++row)
                if (!model().index(row, 0).data(ratescope::views::ReadRole).toBool()) return false;
            return model().rowCount() > 0;
        });
    }

    ratescope::views::RunsPanel panel;
};

}  // namespace gui
