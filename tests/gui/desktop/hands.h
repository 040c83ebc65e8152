#pragma once

// What a person's hands do in the window: they find a widget by its name, click, type, choose and drag.

#include "tests/gui/desktop/desk.h"

#include <QPoint>
#include <stdexcept>
#include <string>

class QComboBox;

namespace ratescope::views {
class GraphView;
}

namespace gui {

/// The widget of that name, which must be there to be seen in `in`.
template <typename Widget>
Widget& seen(const QWidget& in, const QString& name) {
    for (Widget* widget : in.findChildren<Widget*>(name))
        if (widget->isVisible()) return *widget;
    throw std::runtime_error("there is no " + name.toStdString() + " to see");
}

/// The panel of that type in the window.
template <typename Panel>
Panel& panelOf(Desk& desk) {
    auto* panel = desk.window().findChild<Panel*>();
    if (!panel) throw std::runtime_error("there is no such panel");
    return *panel;
}

void click(QWidget& widget);
/// The button with this text.
void clickButton(const QWidget& in, const QString& text);
/// In place of what the field says.
void write(QWidget& field, const QString& text);
/// What has this text, or stands for this value. By keys: to the first, then down.
void choose(QComboBox& box, const QString& choice);
/// A moved pointer, as the canvas sees it.
void moveTo(QWidget& widget, QPoint point, Qt::MouseButtons held = Qt::NoButton);

/// The first lines of a text of the data's WikiText-2, beside the document; its path.
QString shortText(const Desk& desk, const QString& name);

/// Hands on the Graph tab and on the inspector beside it.
class GraphHands {
  public:
    explicit GraphHands(Desk& desk);

    /// The whole canvas at this zoom, its corner at this place of the scene.
    void zoomTo(int percent);
    /// Files let go over the canvas.
    void drop(const QStringList& files, QPoint place);
    /// A double click, words in the search, Enter; the slug of the new node.
    std::string add(const QString& words, QPoint place);
    /// From an output to an input.
    void wire(const std::string& from, const std::string& to);
    /// A click on its title; waits until the inspector has built its page.
    void select(const std::string& node);
    /// The field of a parameter of the selected node.
    void fill(const std::string& parameter, const QString& text);
    /// Chooses "Sweep" in the menu of the parameter, "List" in the editor, and types the values.
    void sweep(const std::string& parameter, const QString& values);

  private:
    QWidget& row(const std::string& parameter) const;
    QPoint port(const std::string& port, bool isOutput) const;

    Desk& desk_;
    ratescope::views::GraphView& view_;
};

}  // namespace gui
