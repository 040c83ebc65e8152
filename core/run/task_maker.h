#pragma once

// Turns nodes of a document into tasks, each once: the part of planning that knows how a kind of node becomes
// tasks.

#include "core/graph/expand.h"
#include "core/graph/topology.h"
#include "core/run/plan.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ratescope::run {

/// Which asset of each source: an index into Assets::ofSource, by the source's position.
using Assignment = std::map<graph::Position, std::size_t>;

/// The tasks that one node became in one setting.
struct NodeTasks {
    Hash value;           ///< source, transform, learner, experiment, decode
    Hash encode;          ///< codecs
    Hash stream;          ///< codecs: the extract task, or the encode task where there is none
    Hash prepare, score;  ///< measures
};

/// A sweep row, a seed and assets.
struct Setting {
    const graph::SweepRow* row = nullptr;
    std::uint64_t seed = 0;
    Assignment assets;
};

class TaskMaker {
  public:
    TaskMaker(const graph::Topology& topology, const graph::Catalogue& catalogue, const Assets& assets);

    /// Tells apart the rows that follow: to be called with each sweep row before its settings are used.
    void enter(const graph::SweepRow& row);

    /// The output's value in this setting; makes the tasks behind it.
    TaskOutput output(const graph::PortRef& port, const Setting& setting);
    const NodeTasks& node(graph::Position position, const Setting& setting);
    /// Prepare and score tasks of a measure of this candidate.
    NodeTasks measure(graph::Position position, const TaskOutput& candidate, const Setting& setting);
    Task analysis(graph::Position position);

    /// Every asset, or pair of assets, that a value with this fan-out is one of, in asset order, the first
    /// source outermost.
    std::vector<Assignment> assignments(const graph::Fan& fan) const;
    /// The asset of the source with this name, or, if none has it, with this name but for the extension.
    /// Throws Error(Document) when there is not exactly one.
    std::size_t partner(graph::Position source, const std::string& name) const;
    const std::vector<Asset>& assetsOf(graph::Position source) const;

    const TaskTable& tasks() const { return tasks_; }  ///< made so far
    TaskTable take() { return std::move(tasks_); }

  private:
    using ProjectionId = std::uint32_t;

    ProjectionId project(graph::Position position);
    std::string signature(graph::Position position, const Setting& setting);
    Task newTask(graph::Position position, TaskKind kind, const graph::NodeParameters& parameters,
                 std::optional<graph::Stage> stage, const Setting& setting) const;
    void connect(Task& task, graph::Position position, const Setting& setting);
    Hash add(Task task, graph::Position position);
    NodeTasks make(graph::Position position, const Setting& setting);
    void makeCodec(graph::Position position, const Setting& setting, NodeTasks& made);
    const graph::NodeParameters& parameters(graph::Position position, const Setting& setting);

    const graph::Topology& topology_;
    const graph::Catalogue& catalogue_;
    const Assets& assets_;
    std::vector<bool> seeded_;  ///< the node or one upstream of it uses the seed
    std::vector<std::vector<graph::Position>> before_;
    std::map<graph::Position, graph::NodeParameters> unswept_;  ///< of measures
    const graph::SweepRow* row_ = nullptr;
    std::map<graph::Position, ProjectionId> projections_;  ///< of row_
    std::unordered_map<std::string, ProjectionId> projectionIds_;
    std::unordered_map<std::string, NodeTasks> made_;
    TaskTable tasks_;
};

}  // namespace ratescope::run
