#include "core/run/plan.h"

#include "core/graph/expand.h"
#include "core/graph/reach.h"
#include "core/graph/topology.h"
#include "core/run/probe.h"
#include "core/run/seen_text.h"
#include "core/run/task_maker.h"

#include <algorithm>
#include <map>
#include <set>

namespace ratescope::run {
namespace {

using graph::Branch;
using graph::Position;

/// What all items of a branch have in common.
struct BranchFrame {
    const Branch& branch;
    graph::Fan fan;
    std::vector<Position> nodes;    ///< topological
    std::vector<Position> codecs;   ///< on the candidate's way
    std::vector<Position> streams;  ///< those of them whose streams count
    std::vector<Position> measures;
    graph::Reached reached;  ///< by what measures, where the branch is to reach something
};

class Planner {
  public:
    Planner(const graph::Document& document, const graph::Catalogue& catalogue, const Assets& assets,
            const PlanOptions& options)
        : catalogue_(catalogue),
          topology_(document, catalogue),
          assets_(assets),
          maker_(topology_, catalogue, assets),
          seeds_(options.seeds.empty() ? document.seeds : options.seeds) {}

    StudyPlan plan() {
        for (const Branch& branch : graph::expandBranches(topology_.document(), catalogue_))
            planBranch(branch);
        for (Position i = 0; i < topology_.size(); ++i)
            if (topology_.manifest(i)->kind == graph::NodeKind::Analysis)
                plan_.analyses.push_back({topology_.node(i).slug, maker_.analysis(i)});
        plan_.tasks = maker_.take();
        for (const auto& [key, task] : plan_.tasks)
            if (task.keepsValues) plan_.keptTasks.push_back(key);
        std::sort(plan_.keptTasks.begin(), plan_.keptTasks.end());
        plan_.notes = assets_.notes;
        return std::move(plan_);
    }

  private:
    std::vector<Position> positions(const std::vector<std::string>& slugs) const {
        std::vector<Position> found;
        for (const std::string& slug : slugs)
            found.push_back(*topology_.positionOf(slug));
        return found;
    }

    /// A nested stream holds those of the codecs that its value has come through.
    std::vector<Position> countedStreams(const std::vector<Position>& codecs) const {
        std::vector<Position> counted;
        for (const Position codec : codecs) {
            if (topology_.manifest(codec)->streams == graph::StreamRule::Nested) {
                const auto held = topology_.codecsOnTheWay({topology_.node(codec).slug, ""});
                std::erase_if(counted, [&](Position earlier) {
                    return std::find(held.begin(), held.end(), earlier) != held.end();
                });
            }
            counted.push_back(codec);
        }
        return counted;
    }

    void planBranch(const Branch& branch) {
        BranchFrame frame{branch,
                          topology_.fanOf(branch.candidate),
                          positions(branch.nodes),
                          positions(branch.codecs),
                          {},
                          positions(branch.measures),
                          {}};
        frame.streams = countedStreams(frame.codecs);
        const graph::Reach* const reach = graph::reachOn(topology_, frame.nodes);
        if (reach)
            frame.reached = graph::reachedOn(topology_, {branch.candidate, frame.measures}, reach->quantity);
        for (const graph::Series& series : branch.series)
            plan_.series.push_back({series.slug, series.title, branch.slug, 0, reach ? reach->mostRuns : 0});
        const std::size_t firstSeries = plan_.series.size() - branch.series.size();
        const std::vector<Assignment> assignments = maker_.assignments(frame.fan);
        describeAssets(frame, assignments);
        Setting setting;
        for (const graph::SweepRow& row : branch.rows) {
            ++plan_.series[firstSeries + row.series].rows;
            maker_.enter(row);
            setting.row = &row;
            for (const Assignment& assignment : assignments)
                for (const std::uint64_t seed : seeds_) {
                    setting.assets = assignment;
                    setting.seed = seed;
                    planItem(frame, setting);
                }
        }
    }

    /// What joined tables say of the branch's assets. Columns of one name that several sources have are told apart
    /// by the source: "photos.group".
    void describeAssets(const BranchFrame& frame, const std::vector<Assignment>& assignments) {
        std::map<std::string, std::set<Position>> owners;  // by column
        for (const Position source : frame.fan.sources)
            if (const auto joined = assets_.joined.find(topology_.node(source).slug);
                joined != assets_.joined.end())
                for (const Attributes& attributes : joined->second)
                    for (const auto& [column, value] : attributes)
                        owners[column].insert(source);
        if (owners.empty()) return;
        Setting setting;
        for (const Assignment& assignment : assignments) {
            setting.assets = assignment;
            store::AssetAttributes described{frame.branch.slug, assetName(frame, setting), {}};
            for (const auto& [source, index] : assignment) {
                const std::string& slug = topology_.node(source).slug;
                const auto joined = assets_.joined.find(slug);
                if (joined == assets_.joined.end()) continue;
                for (const auto& [column, value] : joined->second.at(index))
                    described.values.emplace_back(owners.at(column).size() > 1 ? slug + "." + column : column,
                                                  value);
            }
            if (!described.values.empty()) plan_.attributes.push_back(std::move(described));
        }
    }

    void planItem(const BranchFrame& frame, Setting& setting) {
        const Branch& branch = frame.branch;
        const graph::Series& series = branch.series[setting.row->series];
        // In topological order, so that no node waits for one upstream of it.
        for (const Position position : frame.nodes)
            if (!isOutsideFan(frame, position)) maker_.node(position, setting);
        ItemTasks tasks;
        tasks.candidate = maker_.output(branch.candidate, setting);
        store::PlannedItem item{branch.slug,
                                branch.title,
                                series.slug,
                                series.title,
                                assetName(frame, setting),
                                setting.row->values,
                                setting.seed,
                                tasks.candidate.task,
                                {},
                                {},
                                false,
                                {}};
        // A candidate that is a stream is kept as such.
        if (topology_.document().keepReconstructions && tasks.candidate.port != "bitstream")
            item.reconstruction = tasks.candidate.port;
        for (const Position codec : frame.codecs) {
            const NodeTasks& made = maker_.node(codec, setting);
            tasks.encodes.push_back(made.encode);
            if (made.stream != made.encode) tasks.encodes.push_back(made.stream);
            tasks.decodes.push_back(made.value);
        }
        for (const Position codec : frame.streams)
            item.streams.push_back(maker_.node(codec, setting).stream);
        for (std::size_t i = 0; i < frame.measures.size(); ++i)
            planMeasurement(frame, i, setting, item, tasks);
        if (setting.row->reach) planReach(frame, *setting.row, item, tasks);
        plan_.items.push_back(std::move(item));
        plan_.itemTasks.push_back(std::move(tasks));
    }

    /// What the item will be made of is not known yet: it is named by what it asks for.
    void planReach(const BranchFrame& frame, const graph::SweepRow& row, store::PlannedItem& item,
                   ItemTasks& tasks) {
        const graph::Reach& reach = topology_.document().reaches.at(*row.reach);
        const graph::Manifest& manifest = *topology_.manifest(*topology_.positionOf(reach.node));
        const graph::ReachRange range = *graph::rangeOf(reach, *manifest.parameter(reach.parameter));
        PlannedReach planned{reach.node,
                             reach.parameter,
                             reach.quantity,
                             {range, row.target, reach.tolerance, reach.mostRuns},
                             frame.reached,
                             graph::Finish::Ratio,
                             std::move(item.streams)};
        if (!planned.told.rate) {
            const Position measure = frame.measures.at(planned.told.measures.front());
            planned.finish = topology_.manifest(measure)->metric(planned.told.metric)->finish;
        }
        tasks.reach = std::make_shared<const PlannedReach>(std::move(planned));
        item.isReach = true;
        item.streams.clear();
        const ProbeTasks high = tasksAt(maker_.tasks(), catalogue_, tasks, range.high, Extent::Item);
        item.key = keyOfReach(tasks, high);
        for (std::size_t i = 0; i < tasks.scores.size(); ++i)
            item.measurements[i].key = keyOfReachMeasurement(item.key, tasks.scores[i]);
    }

    /// Nodes behind an input that takes the whole fan-out: other assets than the item's reach them.
    bool isOutsideFan(const BranchFrame& frame, Position position) const {
        const auto& reached = topology_.fanOf(position).sources;
        return !std::includes(frame.fan.sources.begin(), frame.fan.sources.end(), reached.begin(),
                              reached.end());
    }

    /// Of the item, without the assets of the measures' own sources.
    std::string assetName(const BranchFrame& frame, const Setting& setting) const {
        if (frame.fan.fanning.empty())
            return frame.fan.sources.empty() ? "" : maker_.assetsOf(*frame.fan.sources.begin()).front().name;
        std::string name;
        for (const Position source : frame.fan.fanning) {
            if (!name.empty() && frame.branch.pairing == graph::Pairing::PairedByName) break;
            name += (name.empty() ? "" : " × ") + maker_.assetsOf(source).at(setting.assets.at(source)).name;
        }
        return name;
    }

    void planMeasurement(const BranchFrame& frame, std::size_t index, const Setting& setting,
                         store::PlannedItem& item, ItemTasks& tasks) {
        const Position measure = frame.measures[index];
        const graph::MeasureSide& side = frame.branch.sides[index];
        Setting ofSide = setting;
        for (const Position source : positions(side.sources))
            ofSide.assets.try_emplace(source, 0);
        for (const Position source : positions(side.pairedByName))
            ofSide.assets[source] = maker_.partner(source, pairingName(frame, setting));
        const NodeTasks made = maker_.measure(measure, tasks.candidate, ofSide);
        requireUnseenText(maker_.tasks(), catalogue_, made.prepare, tasks.candidate.task);
        tasks.prepares.push_back(made.prepare);
        tasks.scores.push_back(made.score);
        tasks.references.push_back(reference(measure, ofSide));
        item.measurements.push_back({topology_.node(measure).slug, made.score, metricsOf(measure)});
    }

    const std::vector<graph::Metric>& metricsOf(Position measure) {
        const auto known = metrics_.find(measure);
        if (known != metrics_.end()) return known->second;
        const graph::Manifest& manifest = *topology_.manifest(measure);
        const graph::Node& node = topology_.node(measure);
        return metrics_[measure] =
                   graph::metricsOf(manifest, graph::parametersOf(topology_.document(), manifest, node));
    }

    const std::string& pairingName(const BranchFrame& frame, const Setting& setting) const {
        const Position first = *frame.fan.fanning.begin();
        return maker_.assetsOf(first).at(setting.assets.at(first)).name;
    }

    TaskOutput reference(Position measure, const Setting& setting) {
        for (const graph::Port& port : topology_.manifest(measure)->inputs) {
            if (port.role != graph::PortRole::Reference || port.fanOut == graph::FanOut::All) continue;
            const auto sources = topology_.sourcesOf({topology_.node(measure).slug, port.id});
            if (!sources.empty()) return maker_.output(sources.front(), setting);
        }
        return {};
    }

    const graph::Catalogue& catalogue_;
    graph::Topology topology_;
    const Assets& assets_;
    TaskMaker maker_;
    std::vector<std::uint64_t> seeds_;
    std::map<Position, std::vector<graph::Metric>> metrics_;  ///< of measures
    StudyPlan plan_;
};

}  // namespace

StudyPlan makePlan(const graph::Document& document, const graph::Catalogue& catalogue, const Assets& assets,
                   const PlanOptions& options) {
    return Planner(document, catalogue, assets, options).plan();
}

}  // namespace ratescope::run
