#pragma once

// The panel while one node is selected: header, parameters by group, what it is in the graph; below, what there is to
// read of it.

#include "views/inspector/node_run.h"
#include "views/inspector/run_count.h"

#include <QList>
#include <QTimer>
#include <QWidget>
#include <deque>
#include <functional>

class QLabel;
class QSplitter;
class QVBoxLayout;

namespace ratescope::views {

class ColumnArea;
class Fold;
class GraphRows;
class ManualView;
class NodeHeader;
class ParameterRow;

class NodePage : public QWidget {
    Q_OBJECT

  public:
    NodePage(Session& session, PlanCount& plan, QWidget* parent = nullptr);

    /// The node is in the document.
    void show(const std::string& node);
    const std::string& node() const { return node_; }
    /// The document has changed; the node is still there.
    void refresh();
    /// What follows from the document is known.
    void refreshDerived();
    void askRun();
    /// All rows are there: a node of many parameters is built in several turns of the event loop.
    bool isComplete() const { return steps_.empty(); }

  private:
    /// A group of parameters under its title.
    struct Group {
        QLabel* title;
        QList<ParameterRow*> rows;
    };

    void rebuild(const graph::Manifest* manifest);
    void planGroups(const graph::Manifest& manifest);
    void planAdvanced(const graph::Manifest& manifest);
    void work();
    QLabel* addTitle(const QString& text);
    ParameterRow* addRow(QVBoxLayout& column, const graph::Parameter& parameter);
    void addGraphRows();
    void addMissing();
    void orderKeys();
    void showGroups();
    void showHeader();
    void showRun();
    void setNodeTitle(const QString& title, bool merging);

    Session& session_;
    PlanCount& plan_;
    std::string node_;
    const graph::Manifest* manifest_ = nullptr;
    NodeRun run_;
    NodeHeader* header_;
    ColumnArea* scroll_;
    QVBoxLayout* column_ = nullptr;            ///< of the rows
    std::deque<std::function<void()>> steps_;  ///< that are still to be built
    QTimer working_, ordering_;
    QList<ParameterRow*> rows_;
    QList<Group> groups_;
    Fold* advanced_ = nullptr;
    QLabel* graphTitle_ = nullptr;
    GraphRows* inGraph_ = nullptr;
    ManualView* manual_;
    QSplitter* splitter_;
};

}  // namespace ratescope::views
