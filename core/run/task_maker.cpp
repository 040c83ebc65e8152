#include "core/run/task_maker.h"

#include "core/error.h"
#include "core/graph/wording.h"

#include <algorithm>

namespace ratescope::run {
namespace {

using graph::AssetRule;
using graph::FanOut;
using graph::inQuotes;
using graph::Manifest;
using graph::NodeKind;
using graph::PortRole;
using graph::Position;
using graph::Stage;

void append(std::string& text, std::uint64_t number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::string withoutExtension(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    return dot == 0 || dot == std::string::npos ? name : name.substr(0, dot);
}

bool hasExtract(const Manifest& manifest) {
    return std::any_of(manifest.parameters.begin(), manifest.parameters.end(),
                       [](const graph::Parameter& parameter) { return parameter.stage == Stage::Extract; });
}

bool feedsTask(TaskKind kind, PortRole role) {
    switch (kind) {
        case TaskKind::Decode:
            return role == PortRole::Shared;
        case TaskKind::Prepare:
            return role != PortRole::Candidate;
        default:
            return true;
    }
}

}  // namespace

TaskMaker::TaskMaker(const graph::Topology& topology, const graph::Catalogue& catalogue, const Assets& assets)
    : topology_(topology), catalogue_(catalogue), assets_(assets), before_(topology.size()) {
    for (Position i = 0; i < topology.size(); ++i) {
        bool seeded = false;
        for (const Position upstream : topology.upstream({{topology.node(i).slug, ""}}))
            seeded = seeded || (topology.manifest(upstream) && topology.manifest(upstream)->usesSeed);
        seeded_.push_back(seeded);
        if (!topology.manifest(i)) continue;
        for (const graph::Port& port : topology.manifest(i)->inputs)
            for (const graph::PortRef& output : topology.sourcesOf({topology.node(i).slug, port.id}))
                before_[i].push_back(*topology.positionOf(output.node));
    }
}

void TaskMaker::enter(const graph::SweepRow& row) {
    row_ = &row;
    projections_.clear();
}

// A number for all that the row says of the node and of what lies upstream of it: nodes that have the same in
// two rows are made into tasks once.
TaskMaker::ProjectionId TaskMaker::project(Position position) {
    if (const auto known = projections_.find(position); known != projections_.end()) return known->second;
    std::string text;
    append(text, position);
    for (const Position before : before_[position])
        append(text, project(before));
    const auto parameters = row_->nodes.find(topology_.node(position).slug);
    if (parameters != row_->nodes.end())
        for (const auto& [id, value] : parameters->second)
            text += id + '=' + graph::toText(value) + '\0';
    const auto next = static_cast<ProjectionId>(projectionIds_.size());
    const ProjectionId id = projectionIds_.emplace(std::move(text), next).first->second;
    return projections_[position] = id;
}

std::string TaskMaker::signature(Position position, const Setting& setting) {
    std::string text;
    append(text, project(position));
    append(text, seeded_[position] ? setting.seed : 0);
    for (const Position source : topology_.fanOf(position).sources)
        append(text, setting.assets.at(source));
    return text;
}

const graph::NodeParameters& TaskMaker::parameters(Position position, const Setting& setting) {
    const graph::Node& node = topology_.node(position);
    if (setting.row)
        if (const auto swept = setting.row->nodes.find(node.slug); swept != setting.row->nodes.end())
            return swept->second;
    const auto known = unswept_.find(position);
    if (known != unswept_.end()) return known->second;
    return unswept_[position] =
               graph::parametersOf(topology_.document(), *topology_.manifest(position), node);
}

Task TaskMaker::newTask(Position position, TaskKind kind, const graph::NodeParameters& parameters,
                        std::optional<Stage> stage, const Setting& setting) const {
    const Manifest& manifest = *topology_.manifest(position);
    Task task;
    task.kind = kind;
    task.node = topology_.node(position).slug;
    task.type = manifest.id;
    task.version = manifest.version;
    task.library = catalogue_.libraryOf(manifest.id);
    task.keepsValues = keepsValues(manifest.kind);
    if (manifest.usesSeed) task.seed = setting.seed;
    const bool isSource = manifest.kind == NodeKind::Source;
    const bool fansOut = isSource && manifest.assets.by != AssetRule::By::One;
    for (const graph::Parameter& parameter : manifest.parameters) {
        if (stage && parameter.stage != *stage && parameter.stage != Stage::Every) continue;
        if (fansOut && parameter.id == manifest.assets.parameter) continue;
        if (isSource && (parameter.id == manifest.assets.table || parameter.id == manifest.assets.key))
            continue;
        graph::ParameterValue value = parameters.at(parameter.id);
        if (parameter.type == graph::ParameterType::File && !std::get<std::string>(value).empty()) {
            const NamedFile& named = assets_.files.at(std::get<std::string>(value));
            value = named.file.string();
            task.parameterFiles[parameter.id] = named.hash;
        }
        if (parameter.type == graph::ParameterType::Command)
            value = assets_.commands.at(std::get<std::string>(value));
        task.parameters.emplace(parameter.id, std::move(value));
    }
    return task;
}

void TaskMaker::connect(Task& task, Position position, const Setting& setting) {
    for (const graph::Port& port : topology_.manifest(position)->inputs) {
        if (!feedsTask(task.kind, port.role)) continue;
        for (const graph::PortRef& source : topology_.sourcesOf({task.node, port.id})) {
            std::vector<TaskOutput>& inputs = task.inputs[port.id];
            if (port.fanOut == FanOut::Each) {
                inputs.push_back(output(source, setting));
                continue;
            }
            Setting element = setting;
            for (Assignment& assignment : assignments(topology_.fanOf(source))) {
                element.assets = std::move(assignment);
                inputs.push_back(output(source, element));
            }
        }
    }
}

Hash TaskMaker::add(Task task, Position position) {
    task.key = keyOf(task, *topology_.manifest(position));
    const Hash key = task.key;
    tasks_.try_emplace(key, std::move(task));
    return key;
}

const NodeTasks& TaskMaker::node(Position position, const Setting& setting) {
    const std::string key = signature(position, setting);
    if (const auto known = made_.find(key); known != made_.end()) return known->second;
    NodeTasks made = make(position, setting);
    return made_.emplace(key, made).first->second;
}

NodeTasks TaskMaker::make(Position position, const Setting& setting) {
    const Manifest& manifest = *topology_.manifest(position);
    NodeTasks made;
    switch (manifest.kind) {
        case NodeKind::Source: {
            Task task = newTask(position, TaskKind::Source, parameters(position, setting), {}, setting);
            const Asset& asset = assetsOf(position).at(setting.assets.at(position));
            task.file = asset.file;
            task.fileHash = asset.keyHash();
            task.index = asset.index;
            made.value = add(std::move(task), position);
            return made;
        }
        case NodeKind::Transform:
        case NodeKind::Learner:
        case NodeKind::Experiment: {
            Task task = newTask(position, TaskKind::Transform, parameters(position, setting), {}, setting);
            connect(task, position, setting);
            made.value = add(std::move(task), position);
            return made;
        }
        case NodeKind::Codec:
            makeCodec(position, setting, made);
            return made;
        default:
            throw Error(ErrorKind::Document,
                        "The node " + inQuotes(topology_.node(position).slug) + " is of the kind " +
                            graph::toText(manifest.kind) + ", which can't stand on the way to a candidate.",
                        "Take it out of the document, or use a version of Ratescope that runs it.");
    }
}

void TaskMaker::makeCodec(Position position, const Setting& setting, NodeTasks& made) {
    const graph::NodeParameters& values = parameters(position, setting);
    Task encode = newTask(position, TaskKind::Encode, values, Stage::Encode, setting);
    connect(encode, position, setting);
    made.encode = made.stream = add(std::move(encode), position);
    if (hasExtract(*topology_.manifest(position))) {
        Task extract = newTask(position, TaskKind::Extract, values, Stage::Extract, setting);
        extract.inputs["bitstream"] = {{made.encode, "bitstream"}};
        made.stream = add(std::move(extract), position);
    }
    Task decode = newTask(position, TaskKind::Decode, values, Stage::Decode, setting);
    connect(decode, position, setting);
    decode.inputs["bitstream"] = {{made.stream, "bitstream"}};
    made.value = add(std::move(decode), position);
}

TaskOutput TaskMaker::output(const graph::PortRef& port, const Setting& setting) {
    const Position position = *topology_.positionOf(port.node);
    const NodeTasks& made = node(position, setting);
    const Manifest& manifest = *topology_.manifest(position);
    const graph::Port* const described = manifest.output(port.port);
    const bool isStream =
        manifest.kind == NodeKind::Codec && described && described->type == graph::PortType::Bitstream;
    return isStream ? TaskOutput{made.stream, "bitstream"} : TaskOutput{made.value, port.port};
}

NodeTasks TaskMaker::measure(Position position, const TaskOutput& candidate, const Setting& setting) {
    const graph::NodeParameters& values = parameters(position, setting);
    NodeTasks made;
    Task prepare = newTask(position, TaskKind::Prepare, values, {}, setting);
    connect(prepare, position, setting);
    made.prepare = add(std::move(prepare), position);
    Task score = newTask(position, TaskKind::Score, values, {}, setting);
    score.inputs["prepared"] = {{made.prepare, "prepared"}};
    for (const graph::Port& port : topology_.manifest(position)->inputs)
        if (port.role == PortRole::Candidate) score.inputs[port.id] = {candidate};
    made.score = add(std::move(score), position);
    return made;
}

Task TaskMaker::analysis(Position position) {
    const Setting unswept;
    return newTask(position, TaskKind::Analyse, parameters(position, unswept), {}, unswept);
}

const std::vector<Asset>& TaskMaker::assetsOf(Position source) const {
    return assets_.ofSource.at(topology_.node(source).slug);
}

std::size_t TaskMaker::partner(Position source, const std::string& name) const {
    const std::vector<Asset>& assets = assetsOf(source);
    std::vector<std::size_t> alike;
    for (std::size_t i = 0; i < assets.size(); ++i) {
        if (assets[i].name == name) return i;
        if (withoutExtension(assets[i].name) == withoutExtension(name)) alike.push_back(i);
    }
    if (alike.size() == 1) return alike.front();
    throw Error(ErrorKind::Document,
                "The node " + inQuotes(topology_.node(source).slug) + " has " +
                    (alike.empty() ? "no asset" : "several assets") + " of the name " + inQuotes(name) + ".",
                "Sources that are paired by name need assets of equal names.");
}

std::vector<Assignment> TaskMaker::assignments(const graph::Fan& fan) const {
    std::vector<Assignment> all(1);
    for (const Position source : fan.sources)
        if (!fan.fanning.count(source)) all.front()[source] = 0;
    const bool byName = !fan.meetings.empty() &&
                        topology_.node(*fan.meetings.begin()).pairing == graph::Pairing::PairedByName;
    const std::vector<Asset>* first = nullptr;
    for (const Position source : fan.fanning) {
        const std::vector<Asset>& assets = assetsOf(source);
        std::vector<Assignment> extended;
        for (const Assignment& assignment : all) {
            if (byName && first) {
                extended.push_back(assignment);
                const std::string& name = first->at(assignment.at(*fan.fanning.begin())).name;
                extended.back()[source] = partner(source, name);
                continue;
            }
            for (std::size_t i = 0; i < assets.size(); ++i) {
                extended.push_back(assignment);
                extended.back()[source] = i;
            }
        }
        if (!first) first = &assets;
        all = std::move(extended);
    }
    return all;
}

}  // namespace ratescope::run
