#pragma once

// A window with the graph, driven as a person does: by points of the scene, with mouse and keys.

#include "core/graph/document_json.h"
#include "tests/gui/support.h"
#include "views/graph/bubble.h"
#include "views/graph/graph_panel.h"
#include "views/graph/graph_view.h"
#include "views/graph/node_search.h"

#include <QAction>
#include <QLineEdit>
#include <QMouseEvent>
#include <algorithm>
#include <string>

namespace gui {

class GraphWindow {
  public:
    GraphWindow() : session(catalogue()), panel(session) {
        panel.resize(1032, 576);
        panel.show();
        panel.activateWindow();
        if (!QTest::qWaitForWindowActive(&panel)) qFatal("the window does not become active");
        view().setFocus();
    }
    explicit GraphWindow(const ratescope::graph::Document& document) : GraphWindow() { show(document); }

    void show(const ratescope::graph::Document& document) {
        session.document.replace(document, {}, true);
        settle();
    }
    void settle() {
        if (!waitFor([this] { return session.document.derivedIsCurrent(); })) qFatal("nothing is derived");
    }

    ratescope::views::GraphView& view() { return panel.view(); }
    ratescope::views::GraphScene& scene() { return panel.scene(); }
    const ratescope::graph::Document& document() { return session.document.document(); }
    std::string text() { return ratescope::graph::toText(document()); }

    QPoint port(const std::string& node, const std::string& port, bool isOutput) {
        return view().mapFromScene(*scene().node(node)->anchorOf({{node, port}, isOutput}));
    }
    QPoint out(const std::string& node, const std::string& name = "image") { return port(node, name, true); }
    QPoint in(const std::string& node, const std::string& name = "image") { return port(node, name, false); }
    QPoint title(const std::string& node) {
        return view().mapFromScene(scene().node(node)->pos() + QPointF(60, 12));
    }
    QPoint at(double x, double y) { return view().mapFromScene(QPointF(x, y)); }

    void press(QPoint point, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::mousePress(view().viewport(), Qt::LeftButton, modifiers, point);
    }
    void moveTo(QPoint point, Qt::MouseButtons buttons = Qt::LeftButton) {
        QMouseEvent event(QEvent::MouseMove, point, view().viewport()->mapToGlobal(point), Qt::NoButton,
                          buttons, Qt::NoModifier);
        QApplication::sendEvent(view().viewport(), &event);
    }
    void release(QPoint point) {
        QTest::mouseRelease(view().viewport(), Qt::LeftButton, Qt::NoModifier, point);
    }
    void drag(QPoint from, QPoint to) {
        press(from);
        for (int step = 1; step <= 8; ++step)
            moveTo(from + (to - from) * step / 8);
        release(to);
    }
    void click(QPoint point, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::mouseClick(view().viewport(), Qt::LeftButton, modifiers, point);
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(&view(), key, modifiers);
    }
    QLineEdit& searchField() { return panel.search().field(); }
    /// Tab, the words, Enter.
    void add(const QString& words) {
        key(Qt::Key_Tab);
        QTest::keyClicks(&searchField(), words);
        QTest::keyClick(&searchField(), Qt::Key_Return);
    }
    void trigger(const QString& name) {
        for (QAction* action : panel.actions())
            if (action->objectName() == name) return action->trigger();
        qFatal("there is no such action");
    }
    void undoAll() {
        while (session.document.history().canUndo())
            session.document.undo();
    }

    ratescope::views::Session session;
    ratescope::views::GraphPanel panel;
};

/// An invented document: nodes at places of their own, no wires.
inline ratescope::graph::Document nodesAt(
    const std::vector<std::tuple<std::string, std::string, double, double>>& nodes) {
    ratescope::graph::Document document = ratescope::graph::newDocument("nodes");
    // Equal on every run.
    document.id = "0123456789abcdef0123456789abcdef";
    for (const auto& [slug, type, x, y] : nodes) {
        ratescope::graph::Node node;
        node.slug = slug;
        node.type = type;
        node.version = catalogue().find(type) ? catalogue().find(type)->version : 1;
        node.x = x;
        node.y = y;
        document.nodes.push_back(node);
    }
    return document;
}

inline ratescope::graph::Document documentOf(const e2e::Study& study) {
    return ratescope::graph::documentFromJson(study.document);
}

/// source → codec, and a second codec and a measure that are not wired.
inline ratescope::graph::Document fourNodes() {
    ratescope::graph::Document document = nodesAt({{"photographs", "source.images", 0, 0},
                                                   {"jpeg", "image.jpeg", 340, 0},
                                                   {"crop", "image.crop", 0, 240},
                                                   {"psnr", "measure.psnr", 680, 0}});
    document.wires = {{{"photographs", "image"}, {"jpeg", "image"}}};
    return document;
}

inline bool hasWire(const ratescope::graph::Document& document, const std::string& from,
                    const std::string& to) {
    const ratescope::graph::Wire wire{ratescope::graph::portRefFromText(from),
                                      ratescope::graph::portRefFromText(to)};
    return std::find(document.wires.begin(), document.wires.end(), wire) != document.wires.end();
}

}  // namespace gui
