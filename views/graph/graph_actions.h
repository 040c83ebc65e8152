#pragma once

// What can be done in the graph, as actions: for menu, tool row, context menu and the search over actions. Their keys
// work while the canvas has the focus.

#include "views/graph/graph_view.h"

#include <QAction>
#include <QList>
#include <QObject>

namespace ratescope::views {

class GraphActions : public QObject {
    Q_OBJECT

  public:
    explicit GraphActions(GraphView& view);

    QList<QAction*> all() const { return all_; }
    /// "graph.copy"; nullptr where there is none.
    QAction* find(const QString& name) const;

    bool copy();
    void paste(const QByteArray& bytes, QPointF place, const QString& title);

  signals:
    void addAsked();
    void exportAsked();
    void minimapWanted(bool shown);
    void frameEditAsked(std::size_t frame);
    void connectAsked();

  private:
    QAction* add(const char* name, const QString& text, const QString& toolTip, const QKeySequence& key,
                 const QString& icon, void (GraphActions::*slot)());
    void make();
    void makePlaces();
    void enable();
    std::vector<std::string> bypassable() const;

    void remove();
    void copySelection() { copy(); }
    void cut();
    void pasteHere();
    void duplicate();
    void selectAll();
    void bypass();
    void frame();
    void editFrame();
    void nextFrame();
    void align(Alignment alignment);
    void alignLeft() { align(Alignment::Left); }
    void alignTop() { align(Alignment::Top); }
    void distributeAcross() { align(Alignment::DistributeAcross); }
    void distributeDown() { align(Alignment::DistributeDown); }
    void frameSelection() { view_.frameSelection(); }
    void showAll() { view_.showAll(); }
    void zoomIn();
    void zoomOut();
    void zoomFull() { view_.setZoom(1); }

    GraphView& view_;
    QList<QAction*> all_;
    int pastes_ = 0;  ///< of the same bytes: each goes a little further
    QByteArray lastPasted_;
};

}  // namespace ratescope::views
