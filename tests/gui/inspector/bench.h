#pragma once

// The inspector with a document, and a hand that uses it.

#include "core/graph/document_json.h"
#include "tests/gui/support.h"
#include "views/inspector/inspector_panel.h"
#include "views/inspector/node_page.h"
#include "views/inspector/parameter_row.h"
#include "views/inspector/value_slider.h"

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <stdexcept>

class Bench {
  public:
    explicit Bench(const e2e::Study& study) : panel(session) {
        session.document.replace(ratescope::graph::documentFromJson(study.document), {}, true);
        panel.resize(312, 576);
        panel.show();
        panel.activateWindow();
        if (!QTest::qWaitForWindowActive(&panel)) throw std::runtime_error("the window has no keys");
        settle();
    }

    ratescope::views::Session session{gui::catalogue()};
    ratescope::views::InspectorPanel panel;

    const ratescope::graph::Document& document() const { return session.document.document(); }
    std::string text() const { return ratescope::graph::toText(document()); }
    std::size_t steps() const { return session.document.history().position(); }

    void settle() {
        if (!gui::waitFor([&] { return session.document.derivedIsCurrent(); }))
            throw std::runtime_error("the document was not worked through");
    }

    /// All of the node is shown.
    void complete() {
        settle();
        const auto* page = panel.findChild<ratescope::views::NodePage*>();
        if (!gui::waitFor([&] { return page->isComplete(); }))
            throw std::runtime_error("the node was not shown");
        QTest::qWait(0);
    }

    void select(const std::string& node) {
        session.selection.setNodes({node});
        complete();
    }

    ratescope::views::ParameterRow& row(const std::string& parameter) const {
        return child<ratescope::views::ParameterRow>(panel, parameter.c_str());
    }

    template <typename Widget>
    static Widget& child(const QWidget& in, const char* name) {
        for (Widget* widget : in.findChildren<Widget*>(name))
            if (widget->isVisibleTo(&in)) return *widget;
        throw std::runtime_error(std::string("there is no ") + name + " to see");
    }

    template <typename Widget>
    Widget& in(const std::string& parameter, const char* name) const {
        return child<Widget>(row(parameter), name);
    }

    static void click(QWidget& widget) { QTest::mouseClick(&widget, Qt::LeftButton); }

    /// As a person writes in a field: all of it anew.
    static void write(QWidget& field, const QString& text) {
        field.setFocus();
        QTest::keyClick(&field, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(&field, Qt::Key_Backspace);
        QTest::keyClicks(&field, text);
    }

    /// Opens the menu of the row and clicks an action of it.
    void choose(const std::string& parameter, const QString& action) {
        // The button is seen once the row is pointed at; it can be clicked all the time.
        click(in<QToolButton>(parameter, "menu"));
        QMenu* const menu = row(parameter).findChild<QMenu*>("parameterMenu");
        QAction* const chosen = menu->findChild<QAction*>(action);
        if (!chosen || !chosen->isEnabled())
            throw std::runtime_error("there is no " + action.toStdString() + " to choose");
        QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(chosen).center());
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        settle();
    }

    static void drag(ratescope::views::ValueSlider& slider, std::size_t handle, double to) {
        const QPoint from = slider.handlePlace(handle).toPoint();
        const int end = static_cast<int>(to * slider.width());
        QTest::mousePress(&slider, Qt::LeftButton, {}, from);
        const int steps = 12;
        for (int i = 1; i <= steps; ++i)
            QTest::mouseMove(&slider, {from.x() + (end - from.x()) * i / steps, from.y()});
        QTest::mouseRelease(&slider, Qt::LeftButton, {}, {end, from.y()});
    }

    void undoAll() {
        while (session.document.history().canUndo())
            session.document.undo();
    }
};
