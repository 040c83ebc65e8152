#include "core/media/worker/call.h"

#include "core/error.h"

#include <utility>

namespace ratescope::media {
namespace {

Error fault(const run::Task& task, const std::string& reason) {
    return Error(ErrorKind::Internal, "The node " + task.type + " " + reason + ".",
                 "Report this fault of the node.");
}

template <typename Kind>
std::unique_ptr<Kind> make(const NodeEntry& entry, const run::Task& task) {
    std::unique_ptr<Node> node = entry.make();
    if (!dynamic_cast<Kind*>(node.get()))
        throw fault(task, std::string("can't run as a task of kind ") + run::toText(task.kind));
    return std::unique_ptr<Kind>(dynamic_cast<Kind*>(node.release()));
}

/// The node's class is that of its manifest's kind.
std::unique_ptr<ValueNode> makeValueNode(const NodeEntry& entry, const run::Task& task) {
    switch (entry.manifest.kind) {
        case graph::NodeKind::Learner:
            return make<LearnerNode>(entry, task);
        case graph::NodeKind::Experiment:
            return make<ExperimentNode>(entry, task);
        default:
            return make<TransformNode>(entry, task);
    }
}

const std::string& schemaOf(const Value& value) {
    static const std::string none;
    if (const auto* tensors = std::get_if<std::shared_ptr<const TensorSet>>(&value))
        return (*tensors)->schema;
    if (const auto* table = std::get_if<std::shared_ptr<const Table>>(&value)) return (*table)->schema;
    return none;
}

void checkOutputs(const NodeEntry& entry, const run::Task& task, const Outputs& values) {
    for (const auto& [port, value] : values) {
        if (!entry.manifest.output(port)) throw fault(task, "gave an unknown output \"" + port + "\"");
        if (std::holds_alternative<std::monostate>(value))
            throw fault(task, "gave an empty value at its output \"" + port + "\"");
    }
    for (const graph::Port& port : entry.manifest.outputs) {
        if (port.type == graph::PortType::Bitstream) continue;  // A codec's stream is no value.
        const auto found = values.find(port.id);
        if (found == values.end()) throw fault(task, "gave no value at its output \"" + port.id + "\"");
        if (typeOf(found->second) != port.type)
            throw fault(task, "gave " + std::string(graph::toText(typeOf(found->second))) +
                                  " at its output \"" + port.id + "\", which is " + graph::toText(port.type));
        if (!port.schema.empty() && schemaOf(found->second) != port.schema)
            throw fault(task, "gave the schema \"" + schemaOf(found->second) + "\" at its output \"" +
                                  port.id + "\", which is \"" + port.schema + "\"");
    }
}

Outcome prepare(const MeasureNode& node, const Arguments& arguments, const Parameters& parameters,
                Context& context) {
    Prepared prepared = node.prepare(context, arguments.inputs, parameters);
    Outcome outcome;
    outcome.values = std::move(prepared.values);
    outcome.values[preparedPort] = indexOf(outcome.values, prepared.counts);
    outcome.counts = std::move(prepared.counts);
    return outcome;
}

Outcome scored(Scores scores) {
    Outcome outcome;
    outcome.scores = std::move(scores.scores);
    if (scores.samples) outcome.tables["samples"] = std::move(*scores.samples);
    return outcome;
}

Outcome score(const MeasureNode& node, const Arguments& arguments, const Parameters& parameters,
              Context& context) {
    return scored(node.score(context, arguments.prepared, arguments.candidate, parameters));
}

Outcome call(const NodeEntry& entry, const run::Task& task, const Arguments& arguments, Context& context) {
    const Parameters parameters(task.parameters);
    Outcome outcome;
    switch (task.kind) {
        case run::TaskKind::Source:
            outcome.values = make<SourceNode>(entry, task)->load(context, parameters, task.file, task.index);
            break;
        case run::TaskKind::Transform:
            outcome.values = makeValueNode(entry, task)->run(context, arguments.inputs, parameters);
            break;
        case run::TaskKind::Encode:
            make<CodecNode>(entry, task)
                ->encode(context, arguments.inputs, parameters, outcome.stream.emplace());
            break;
        case run::TaskKind::Extract: {
            ByteSource source = arguments.stream.value();
            make<CodecNode>(entry, task)->extract(context, source, parameters, outcome.stream.emplace());
            break;
        }
        case run::TaskKind::Decode: {
            ByteSource source = arguments.stream.value();
            outcome.values =
                make<CodecNode>(entry, task)->decode(context, source, arguments.inputs, parameters);
            break;
        }
        case run::TaskKind::Prepare:
            return prepare(*make<MeasureNode>(entry, task), arguments, parameters, context);
        case run::TaskKind::Score:
            return score(*make<MeasureNode>(entry, task), arguments, parameters, context);
        case run::TaskKind::Analyse:
            outcome.tables = make<AnalysisNode>(entry, task)->run(context, arguments.rows, parameters);
            break;
    }
    return outcome;
}

const Table& indexTable(const Value& index) {
    const auto* table = std::get_if<std::shared_ptr<const Table>>(&index);
    if (!table)
        throw Error(ErrorKind::Input, "The index of a prepared reference is no table.",
                    "Empty the cache, then run again.");
    return **table;
}

template <typename Cell>
const std::vector<Cell>& cellsOf(const Table& table, const std::string& name) {
    const Column* column = table.column(name);
    const auto* cells = column ? std::get_if<std::vector<Cell>>(&column->cells) : nullptr;
    if (!cells)
        throw Error(ErrorKind::Input, "The index of a prepared reference lacks its column " + name + ".",
                    "Empty the cache, then run again.");
    return *cells;
}

/// One member of all calls.
template <typename Part>
auto each(const std::vector<Call>& calls, Part part) {
    std::vector<std::decay_t<decltype(part(calls.front()))>> parts;
    for (const Call& call : calls)
        parts.push_back(part(call));
    return parts;
}

std::vector<Outcome> encodeTogether(const CodecNode& node, const std::vector<Call>& calls,
                                    const std::vector<Parameters>& parameters, Context& context) {
    std::vector<ByteSink> sinks(calls.size());
    node.encodeBatch(context, each(calls, [](const Call& call) { return call.arguments.inputs; }), parameters,
                     sinks);
    std::vector<Outcome> outcomes(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i)
        outcomes[i].stream = std::move(sinks[i]);
    return outcomes;
}

std::vector<Outcome> decodeTogether(const NodeEntry& entry, const CodecNode& node,
                                    const std::vector<Call>& calls, const std::vector<Parameters>& parameters,
                                    Context& context) {
    auto sources = each(calls, [](const Call& call) { return call.arguments.stream.value(); });
    std::vector<Outcome> outcomes;
    for (Outputs& values :
         node.decodeBatch(context, sources,
                          each(calls, [](const Call& call) { return call.arguments.inputs; }), parameters)) {
        checkOutputs(entry, *calls.front().task, values);
        outcomes.emplace_back().values = std::move(values);
    }
    return outcomes;
}

std::vector<Outcome> scoreTogether(const MeasureNode& node, const std::vector<Call>& calls,
                                   const std::vector<Parameters>& parameters, Context& context) {
    std::vector<Outcome> outcomes;
    for (Scores& scores :
         node.scoreBatch(context, each(calls, [](const Call& call) { return call.arguments.prepared; }),
                         each(calls, [](const Call& call) { return call.arguments.candidate; }), parameters))
        outcomes.push_back(scored(std::move(scores)));
    return outcomes;
}

}  // namespace

Outcome callNode(const NodeEntry& entry, const run::Task& task, const Arguments& arguments,
                 Context& context) {
    Outcome outcome = call(entry, task, arguments, context);
    const bool hasPorts = task.kind == run::TaskKind::Source || task.kind == run::TaskKind::Transform ||
                          task.kind == run::TaskKind::Decode;
    if (hasPorts) checkOutputs(entry, task, outcome.values);
    return outcome;
}

std::vector<const run::Task*> othersInCall(const NodeEntry& entry, const run::Task& task,
                                           const std::vector<run::Task>& tasks) {
    using run::TaskKind;
    if (task.kind != TaskKind::Encode && task.kind != TaskKind::Decode && task.kind != TaskKind::Score)
        return {};
    const auto resourcesOf = [node = entry.make()](const run::Task& one) {
        return node->resources(Parameters(one.parameters));
    };
    const Resources own = resourcesOf(task);
    std::vector<const run::Task*> others;
    for (const run::Task& other : tasks) {
        if (static_cast<int>(others.size()) + 1 >= own.batch) break;
        const bool alike = other.key != task.key && other.kind == task.kind && other.node == task.node;
        if (alike && resourcesOf(other).batchLabel == own.batchLabel) others.push_back(&other);
    }
    return others;
}

std::vector<Outcome> callTogether(const NodeEntry& entry, const std::vector<Call>& calls, Context& context) {
    const run::Task& first = *calls.front().task;
    const auto parameters = each(calls, [](const Call& call) { return Parameters(call.task->parameters); });
    std::vector<Outcome> outcomes;
    if (first.kind == run::TaskKind::Encode)
        outcomes = encodeTogether(*make<CodecNode>(entry, first), calls, parameters, context);
    else if (first.kind == run::TaskKind::Decode)
        outcomes = decodeTogether(entry, *make<CodecNode>(entry, first), calls, parameters, context);
    else
        outcomes = scoreTogether(*make<MeasureNode>(entry, first), calls, parameters, context);
    if (outcomes.size() != calls.size()) throw fault(first, "did not answer every one of its calls");
    return outcomes;
}

Value callMap(const NodeEntry& entry, const run::Task& task, const Arguments& arguments, Context& context) {
    if (!entry.manifest.hasMap)
        throw Error(ErrorKind::Usage, "The measure " + task.node + " has no map.",
                    "Ask for the map of a measure that has one.");
    return make<MeasureNode>(entry, task)
        ->map(context, arguments.prepared, arguments.candidate, Parameters(task.parameters));
}

Value indexOf(const Outputs& values, const std::vector<Count>& counts) {
    std::vector<std::string> kinds, names;
    std::vector<std::int64_t> numbers;
    for (const auto& [name, value] : values) {
        kinds.push_back("value");
        names.push_back(name);
        numbers.push_back(0);
    }
    for (const Count& count : counts) {
        kinds.push_back("count");
        names.push_back(count.name);
        numbers.push_back(static_cast<std::int64_t>(count.value));
    }
    auto table = std::make_shared<Table>();
    table->columns = {
        {"kind", "", std::move(kinds)}, {"name", "", std::move(names)}, {"count", "", std::move(numbers)}};
    return std::shared_ptr<const Table>(std::move(table));
}

std::vector<std::string> valueNames(const Value& index) {
    const Table& table = indexTable(index);
    const auto& kinds = cellsOf<std::string>(table, "kind");
    const auto& names = cellsOf<std::string>(table, "name");
    std::vector<std::string> found;
    for (std::size_t row = 0; row < table.rows(); ++row)
        if (kinds[row] == "value") found.push_back(names[row]);
    return found;
}

std::vector<Count> countsOf(const Value& index) {
    const Table& table = indexTable(index);
    const auto& kinds = cellsOf<std::string>(table, "kind");
    const auto& names = cellsOf<std::string>(table, "name");
    const auto& numbers = cellsOf<std::int64_t>(table, "count");
    std::vector<Count> found;
    for (std::size_t row = 0; row < table.rows(); ++row)
        if (kinds[row] == "count") found.push_back({names[row], static_cast<std::uint64_t>(numbers[row])});
    return found;
}

}  // namespace ratescope::media
