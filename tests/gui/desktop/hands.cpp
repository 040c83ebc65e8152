#include "tests/gui/desktop/hands.h"

#include "core/graph/document.h"
#include "tests/core/test_data.h"
#include "views/graph/graph_panel.h"
#include "views/graph/graph_view.h"
#include "views/graph/node_item.h"
#include "views/graph/node_search.h"
#include "views/inspector/node_page.h"
#include "views/inspector/parameter_row.h"

#include <QComboBox>
#include <QDropEvent>
#include <QListView>
#include <QMenu>
#include <QMimeData>
#include <QMouseEvent>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>

namespace gui {

using namespace ratescope;

namespace {

/// As a person scrolls to what is below the edge.
void reveal(QWidget& widget) {
    for (QWidget* parent = widget.parentWidget(); parent; parent = parent->parentWidget())
        if (auto* area = qobject_cast<QScrollArea*>(parent)) area->ensureWidgetVisible(&widget);
}

/// A person is slower than the window: what was caused before is done.
void lookUp() {
    QApplication::processEvents();
}

}  // namespace

void click(QWidget& widget) {
    reveal(widget);
    if (!widget.isEnabled()) throw std::runtime_error(widget.objectName().toStdString() + " is disabled");
    QTest::mouseClick(&widget, Qt::LeftButton);
}

void clickButton(const QWidget& in, const QString& text) {
    for (QAbstractButton* button : in.findChildren<QAbstractButton*>())
        if (button->isVisible() && button->text() == text) return click(*button);
    throw std::runtime_error("there is no button " + text.toStdString());
}

void write(QWidget& field, const QString& text) {
    reveal(field);
    field.setFocus();
    QTest::keyClick(&field, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(&field, Qt::Key_Backspace);
    QTest::keyClicks(&field, text);
}

void choose(QComboBox& box, const QString& choice) {
    const int index = std::max(box.findData(choice), box.findText(choice));
    if (index < 0)
        throw std::runtime_error(box.objectName().toStdString() + " offers no " + choice.toStdString());
    reveal(box);
    box.setFocus();
    QTest::keyClick(&box, Qt::Key_Home);
    while (box.currentIndex() < index)
        QTest::keyClick(&box, Qt::Key_Down);
}

void moveTo(QWidget& widget, QPoint point, Qt::MouseButtons held) {
    QMouseEvent event(QEvent::MouseMove, point, widget.mapToGlobal(point), Qt::NoButton, held,
                      Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

QString shortText(const Desk& desk, const QString& name) {
    QFile whole(QString::fromStdString((dataFolder() / "text/wikitext-2").string()) + '/' + name);
    if (!whole.open(QIODevice::ReadOnly)) throw std::runtime_error("there is no " + name.toStdString());
    const QByteArray part = whole.read(20'000);
    return desk.place().write(name, part.left(part.lastIndexOf('\n') + 1));
}

GraphHands::GraphHands(Desk& desk) : desk_(desk), view_(panelOf<views::GraphPanel>(desk).view()) {
    lookUp();
}

void GraphHands::zoomTo(int percent) {
    QWidget& zoom = seen<QComboBox>(desk_.window(), "graph-zoom");
    write(zoom, QString::number(percent));
    QTest::keyClick(&zoom, Qt::Key_Return);
}

void GraphHands::drop(const QStringList& files, QPoint place) {
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& file : files)
        urls += QUrl::fromLocalFile(file);
    data.setUrls(urls);
    QDragEnterEvent enter(place, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(view_.viewport(), &enter);
    QDropEvent let(QPointF(place), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(view_.viewport(), &let);
    lookUp();
}

std::string GraphHands::add(const QString& words, QPoint place) {
    const std::size_t before = desk_.document().nodes.size();
    QTest::mouseDClick(view_.viewport(), Qt::LeftButton, Qt::NoModifier, place);
    QLineEdit& field = panelOf<views::GraphPanel>(desk_).search().field();
    QTest::keyClicks(&field, words);
    QTest::keyClick(&field, Qt::Key_Return);
    lookUp();
    if (desk_.document().nodes.size() != before + 1)
        throw std::runtime_error("no node was added for " + words.toStdString());
    return desk_.document().nodes.back().slug;
}

QPoint GraphHands::port(const std::string& port, bool isOutput) const {
    const views::PortEnd end{graph::portRefFromText(port), isOutput};
    const views::NodeItem* node = view_.graph().node(end.port.node);
    const auto anchor = node ? node->anchorOf(end) : std::nullopt;
    if (!anchor) throw std::runtime_error("there is no port " + port);
    const QPoint place = view_.mapFromScene(*anchor);
    if (!view_.viewport()->rect().contains(place)) throw std::runtime_error(port + " is out of sight");
    return place;
}

void GraphHands::wire(const std::string& from, const std::string& to) {
    const QPoint start = port(from, true), end = port(to, false);
    QTest::mousePress(view_.viewport(), Qt::LeftButton, Qt::NoModifier, start);
    constexpr int steps = 6;
    for (int step = 1; step <= steps; ++step)
        moveTo(*view_.viewport(), start + (end - start) * step / steps, Qt::LeftButton);
    QTest::mouseRelease(view_.viewport(), Qt::LeftButton, Qt::NoModifier, end);
    lookUp();
}

void GraphHands::select(const std::string& node) {
    const views::NodeItem* item = view_.graph().node(node);
    if (!item) throw std::runtime_error("there is no node " + node);
    QTest::mouseClick(view_.viewport(), Qt::LeftButton, Qt::NoModifier,
                      view_.mapFromScene(item->pos() + QPointF(60, 12)));
    const bool shown = waitFor([&] {
        const auto* page = desk_.window().findChild<views::NodePage*>();
        return page && page->node() == node && page->isComplete() &&
               desk_.session().document.derivedIsCurrent();
    });
    if (!shown) throw std::runtime_error("the inspector does not show " + node);
}

QWidget& GraphHands::row(const std::string& parameter) const {
    auto& page = panelOf<views::NodePage>(desk_);
    auto* row = page.findChild<views::ParameterRow*>(QString::fromStdString(parameter));
    if (!row) throw std::runtime_error("there is no parameter " + parameter);
    // What is seldom needed is folded.
    if (!row->isVisible()) click(seen<QPushButton>(page, "fold"));
    return *row;
}

void GraphHands::fill(const std::string& parameter, const QString& text) {
    write(seen<QWidget>(row(parameter), "field"), text);
}

void GraphHands::sweep(const std::string& parameter, const QString& values) {
    click(seen<QToolButton>(row(parameter), "menu"));
    auto& menu = seen<QMenu>(row(parameter), "parameterMenu");
    QTest::mouseClick(&menu, Qt::LeftButton, {},
                      menu.actionGeometry(menu.findChild<QAction*>("inspector.sweep")).center());
    click(seen<QToolButton>(row(parameter), "list"));
    write(seen<QLineEdit>(row(parameter), "list"), values);
}

}  // namespace gui
