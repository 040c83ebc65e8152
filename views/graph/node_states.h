#pragma once

// How far each node of the document has come: its findings, the items of its branches in the library, what the
// supervisor runs just now. Looks again when any of the three says that it changed.

#include "core/store/query.h"
#include "views/controls/run_state.h"
#include "views/graph/graph_edits.h"
#include "views/graph/last_values.h"
#include "views/session/session.h"

#include <QObject>
#include <QString>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ratescope::views {

struct NodeState {
    RunState state = RunState::Idle;
    std::int64_t done = 0, total = 0;  ///< items; 0 of 0 where there is nothing to count
    QString complaint;                 ///< why it failed, or what it needs, in a few words
    QString remedy;                    ///< the whole, and what to do
    double progress = -1;

    bool operator==(const NodeState&) const = default;
};

class NodeStates : public QObject {
    Q_OBJECT

  public:
    explicit NodeStates(Session& session, QObject* parent = nullptr);

    NodeState of(const std::string& slug) const;
    /// The newest finished item: at a branch's candidate what it takes, at a measure's candidates a line each of what
    /// was measured. "" elsewhere, and while there is none. Not part of a state: it changes with every item.
    QString lastValueAt(const PortEnd& end) const;

  signals:
    void changed();

  private:
    struct Read {
        std::vector<store::BranchCounts> branches;
        std::vector<store::FailedMeasure> measures;
        std::map<std::string, LastValue> last;     ///< by branch
        std::string text;                          ///< of the document as it was submitted
        std::optional<graph::Document> submitted;  ///< where the text is another one than before
    };

    void ask();
    void forget();
    void take(const Read& read);
    void work();
    void addBranch(const graph::Branch& branch);
    RunState stateOf(const graph::Branch& branch, const store::StateCounts& items, std::int64_t done,
                     std::int64_t total) const;
    void addFindings();
    QString shortOf(const graph::Finding& finding) const;
    bool fromCache(const std::string& branch, std::int64_t done) const;
    void findEdited();
    bool isEdited(const graph::Branch& branch) const;

    Session& session_;
    std::map<std::string, store::BranchCounts> counts_;  ///< by branch
    std::vector<store::FailedMeasure> failedMeasures_;
    std::map<std::string, LastValue> last_;  ///< by branch
    std::string submittedText_;
    std::optional<graph::Document> submitted_;
    std::set<std::string> edited_;  ///< nodes that give something else than what was submitted
    std::map<std::string, std::int64_t> doneAtFirst_;  ///< by branch: when the library was first read
    bool hasRun_ = false;                              ///< something ran since then
    std::map<std::string, NodeState> states_;
};

}  // namespace ratescope::views
