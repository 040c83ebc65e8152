#include "core/graph/topology.h"

#include <algorithm>
#include <queue>

namespace ratescope::graph {

void Fan::add(const Fan& other) {
    sources.insert(other.sources.begin(), other.sources.end());
    fanning.insert(other.fanning.begin(), other.fanning.end());
    meetings.insert(other.meetings.begin(), other.meetings.end());
}

const Port* passingInput(const Manifest& manifest, const std::string& output) {
    const Port* const given = manifest.output(output);
    if (!given || (manifest.kind != NodeKind::Transform && manifest.kind != NodeKind::Codec)) return nullptr;
    for (const Port& input : manifest.inputs) {
        const bool carries = input.role == PortRole::Value || input.role == PortRole::Coded;
        if (carries && input.type == given->type && input.fanOut == FanOut::Each) return &input;
    }
    return nullptr;
}

bool fits(const Port& output, const Port& input) {
    if (output.type == PortType::LanguageModel && input.type == PortType::TensorSet)
        return input.schema.empty();
    if (output.type == PortType::TensorSet && input.type == PortType::LanguageModel)
        return output.schema.empty();
    return output.type == input.type &&
           (input.schema.empty() || output.schema.empty() || output.schema == input.schema);
}

Topology::Topology(const Document& document, const Catalogue& catalogue)
    : document_(document), before_(document.nodes.size()) {
    for (Position i = 0; i < size(); ++i) {
        positions_.emplace(node(i).slug, i);
        manifests_.push_back(catalogue.find(node(i).type));
    }
    for (const Wire& wire : document.wires) {
        into_[wire.to].push_back(wire.from);
        const auto from = positionOf(wire.from.node), to = positionOf(wire.to.node);
        if (from && to) before_[*to].push_back(*from);
    }
    sortTopologically();
    followFans();
}

std::optional<Position> Topology::positionOf(const std::string& slug) const {
    const auto found = positions_.find(slug);
    return found == positions_.end() ? std::nullopt : std::optional(found->second);
}

const std::vector<PortRef>& Topology::wiresInto(const PortRef& input) const {
    static const std::vector<PortRef> none;
    const auto found = into_.find(input);
    return found == into_.end() ? none : found->second;
}

std::optional<PortRef> Topology::passed(PortRef output) const {
    for (std::size_t steps = 0; steps <= size(); ++steps) {
        const auto position = positionOf(output.node);
        if (!position || !node(*position).bypassed) return output;
        const Manifest* const described = manifest(*position);
        const Port* const input = described ? passingInput(*described, output.port) : nullptr;
        if (!input) return std::nullopt;
        const auto& wires = wiresInto({output.node, input->id});
        if (wires.empty()) return std::nullopt;
        output = wires.front();
    }
    return std::nullopt;  // a cycle of bypassed nodes
}

Port Topology::carried(PortRef output, Port described) const {
    for (std::size_t steps = 0; steps <= size(); ++steps) {
        if (described.type != PortType::TensorSet || !described.schema.empty()) return described;
        const auto position = positionOf(output.node);
        const Manifest* const manifest = position ? this->manifest(*position) : nullptr;
        const Port* const input = manifest ? passingInput(*manifest, output.port) : nullptr;
        if (!input) return described;
        const auto sources = sourcesOf({output.node, input->id});
        if (sources.empty()) {
            described.type = PortType::LanguageModel;  // nothing speaks against it yet
            return described;
        }
        output = sources.front();
        const auto from = positionOf(output.node);
        const Port* const given =
            from && this->manifest(*from) ? this->manifest(*from)->output(output.port) : nullptr;
        if (!given) return described;
        described = *given;
    }
    return described;
}

std::vector<PortRef> Topology::sourcesOf(const PortRef& input) const {
    std::vector<PortRef> outputs;
    for (const PortRef& wired : wiresInto(input))
        if (auto output = passed(wired)) outputs.push_back(std::move(*output));
    return outputs;
}

void Topology::sortTopologically() {
    std::vector<std::vector<Position>> after(size());
    std::vector<std::size_t> waiting(size());
    for (Position i = 0; i < size(); ++i) {
        waiting[i] = before_[i].size();
        for (const Position from : before_[i])
            after[from].push_back(i);
    }
    std::priority_queue<Position, std::vector<Position>, std::greater<>> ready;
    for (Position i = 0; i < size(); ++i)
        if (waiting[i] == 0) ready.push(i);
    rank_.assign(size(), size());
    while (!ready.empty()) {
        const Position next = ready.top();
        ready.pop();
        rank_[next] = order_.size();
        order_.push_back(next);
        for (const Position to : after[next])
            if (--waiting[to] == 0) ready.push(to);
    }
}

void Topology::followFans() {
    fans_.resize(size());
    for (const Position position : order_)
        fans_[position] = fanAt(position);
}

Fan Topology::fanAt(Position position) const {
    Fan fan;
    const Manifest* const described = manifest(position);
    if (!described) return fan;
    if (described->kind == NodeKind::Source) {
        fan.sources = {position};
        if (described->assets.by != AssetRule::By::One) fan.fanning = {position};
    }
    std::size_t widest = fan.fanning.size();
    for (const Port& input : described->inputs) {
        if (input.fanOut == FanOut::All) continue;
        for (const PortRef& output : sourcesOf({node(position).slug, input.id})) {
            const Fan arriving = fanOf(output);
            widest = std::max(widest, arriving.fanning.size());
            fan.add(arriving);
        }
    }
    if (fan.fanning.size() > widest) fan.meetings.insert(position);
    return fan;
}

Fan Topology::fanOf(const PortRef& output) const {
    const auto position = positionOf(output.node);
    return position ? fans_[*position] : Fan{};
}

Fan Topology::candidateFan(Position measure) const {
    Fan fan;
    for (const Port& input : manifest(measure)->inputs)
        if (input.role == PortRole::Candidate)
            for (const PortRef& output : sourcesOf({node(measure).slug, input.id}))
                fan.add(fanOf(output));
    return fan;
}

Fan Topology::sideFan(Position measure) const {
    Fan fan;
    for (const Port& input : manifest(measure)->inputs)
        if (input.role != PortRole::Candidate && input.fanOut == FanOut::Each)
            for (const PortRef& output : sourcesOf({node(measure).slug, input.id}))
                fan.add(fanOf(output));
    return fan;
}

std::vector<PortRef> Topology::sideOutputs(Position measure) const {
    std::vector<PortRef> outputs;
    for (const Port& input : manifest(measure)->inputs)
        if (input.role != PortRole::Candidate)
            for (PortRef& output : sourcesOf({node(measure).slug, input.id}))
                outputs.push_back(std::move(output));
    return outputs;
}

template <typename Follow>
std::vector<Position> Topology::walk(const std::vector<PortRef>& outputs, Follow follow) const {
    Positions seen;
    std::vector<Position> open;
    const auto visit = [&](const PortRef& output) {
        const auto position = positionOf(output.node);
        if (position && seen.insert(*position).second) open.push_back(*position);
    };
    for (const PortRef& output : outputs)
        visit(output);
    while (!open.empty()) {
        const Position position = open.back();
        open.pop_back();
        if (!manifest(position)) continue;
        for (const Port& input : manifest(position)->inputs)
            if (follow(*manifest(position), input))
                for (const PortRef& output : sourcesOf({node(position).slug, input.id}))
                    visit(output);
    }
    std::vector<Position> found(seen.begin(), seen.end());
    std::stable_sort(found.begin(), found.end(), [&](Position a, Position b) { return rank_[a] < rank_[b]; });
    return found;
}

std::vector<Position> Topology::upstream(const std::vector<PortRef>& outputs) const {
    return walk(outputs, [](const Manifest&, const Port&) { return true; });
}

std::vector<Position> Topology::codecsOnTheWay(const PortRef& output) const {
    auto way = walk({output}, [](const Manifest&, const Port& input) {
        return input.fanOut == FanOut::Each &&
               (input.role == PortRole::Value || input.role == PortRole::Coded);
    });
    std::erase_if(way, [&](Position i) { return !manifest(i) || manifest(i)->kind != NodeKind::Codec; });
    return way;
}

std::vector<Position> Topology::cycle() const {
    const auto unsorted =
        std::find_if(rank_.begin(), rank_.end(), [&](std::size_t rank) { return rank == size(); });
    if (unsorted == rank_.end()) return {};
    // Every node without a rank has another such node before it: walking back must come to a node twice.
    std::vector<Position> path;
    std::vector<std::size_t> step(size(), size());
    Position position = static_cast<Position>(unsorted - rank_.begin());
    while (step[position] == size()) {
        step[position] = path.size();
        path.push_back(position);
        const auto& from = before_[position];
        position = *std::find_if(from.begin(), from.end(), [&](Position i) { return rank_[i] == size(); });
    }
    path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(step[position]));
    std::reverse(path.begin(), path.end());
    std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
    return path;
}

bool Topology::dependsOn(Position later, Position earlier) const {
    Positions seen{later};
    std::vector<Position> open{later};
    while (!open.empty()) {
        const Position position = open.back();
        open.pop_back();
        for (const Position from : before_[position])
            if (seen.insert(from).second) open.push_back(from);
    }
    return seen.count(earlier) != 0;
}

std::vector<Candidate> Topology::candidates() const {
    std::map<PortRef, std::vector<Position>> readers;
    for (const PortRef& marked : document_.candidates)
        if (const auto output = passed(marked)) readers[*output];
    for (Position i = 0; i < size(); ++i) {
        if (!manifest(i) || manifest(i)->kind != NodeKind::Measure) continue;
        for (const Port& input : manifest(i)->inputs)
            if (input.role == PortRole::Candidate)
                for (const PortRef& output : sourcesOf({node(i).slug, input.id}))
                    readers[output].push_back(i);
    }
    std::vector<Candidate> candidates;
    for (Position i = 0; i < size(); ++i) {
        if (!manifest(i)) continue;
        for (const Port& port : manifest(i)->outputs)
            if (const auto found = readers.find({node(i).slug, port.id}); found != readers.end())
                candidates.push_back({found->first, found->second});
    }
    return candidates;
}

}  // namespace ratescope::graph
