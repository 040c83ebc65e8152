#pragma once

// The Graph tab: canvas, minimap, hint, the search over nodes, the editor of frames, the empty state; and the row of
// tools that the window puts beside its tabs.

#include "views/graph/graph_edits.h"
#include "views/session/session.h"

#include <QElapsedTimer>
#include <QList>
#include <QPointF>
#include <QStringList>
#include <QWidget>
#include <optional>

class QAction;
class QComboBox;
class QLabel;
class QMenu;

namespace ratescope::views {

class EmptyState;
class FrameEditor;
class GraphActions;
class GraphScene;
class GraphView;
class Minimap;
class NodeSearch;

class GraphPanel : public QWidget {
    Q_OBJECT

  public:
    explicit GraphPanel(Session& session, QWidget* parent = nullptr);
    ~GraphPanel() override;

    /// "graph.add-node", "graph.copy", …: for the menu and the search over actions.
    QList<QAction*> actions() const;
    /// Add, frame, align, fit, minimap, zoom. The caller places it; it belongs to the panel until then.
    QWidget* toolRow() const { return toolRow_; }
    GraphScene& scene() const { return *scene_; }
    GraphView& view() const { return *view_; }
    NodeSearch& search() const { return *search_; }

    /// Opens the search for a node that comes where the pointer is, or in the middle.
    void addNode();
    void showAll();
    /// Writes the whole graph: SVG or PNG by the file's ending. Throws as exportGraph.
    void exportGraph(const QString& file);
    /// As if the files had been dropped at the point of the scene.
    void takeFiles(const QStringList& files, QPointF scenePoint);
    /// As if the node had been dropped there.
    void takeNode(const QString& nodeId, QPointF scenePoint);

  signals:
    void openAsked(const QString& file);  ///< a document was dropped
    /// What could not be done, for the status bar.
    void failed(const QString& what, const QString& remedy);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

  private:
    void connectAll();
    void makeToolRow();
    void openSearch(QPointF scenePoint, const std::optional<PortEnd>& end);
    void addChosen(const QString& nodeId);
    void editFrame(std::size_t index);
    void takeFrame(const QString& title, const QString& text);
    void openConnectMenu(const PortEnd& end, QPoint point);
    void openConnectMenus();
    void addTargets(QMenu& menu, const PortEnd& end);
    void openMenu(QPoint globalPoint);
    void askExport();
    void showEmpty();
    void showFirst();
    void place();
    void showZoom(double zoom);
    void takeZoom();

    Session& session_;
    GraphScene* scene_;
    GraphView* view_;
    Minimap* minimap_;
    QLabel* hint_;
    NodeSearch* search_;
    FrameEditor* frameEditor_;
    EmptyState* empty_;
    GraphActions* actions_;
    QWidget* toolRow_ = nullptr;
    QComboBox* zoom_ = nullptr;
    bool minimapWanted_ = true, shownAll_ = false;
    QElapsedTimer sinceShown_;  ///< since another document was shown whole
    QPointF newPlace_;          ///< where the node that is searched for comes
    std::optional<PortEnd> newEnd_;
    std::size_t editedFrame_ = 0;
};

}  // namespace ratescope::views
