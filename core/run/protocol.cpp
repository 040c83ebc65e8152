#include "core/run/protocol.h"

#include "core/graph/json_place.h"
#include "core/graph/strict_json.h"
#include "core/graph/value_json.h"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>

namespace ratescope::run {
namespace {

using graph::JsonPlace;
using nlohmann::json;

// --- writing -----------------------------------------------------------------------------------------------

std::string hexadecimal(double value) {
    std::array<char, 64> buffer;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::hex).ptr;
    return std::string(buffer.data(), end);
}

template <typename Values, typename Write>
json listOf(const Values& values, Write write) {
    json list = json::array();
    for (const auto& value : values)
        list.push_back(write(value));
    return list;
}

json hashes(const std::vector<Hash>& values) {
    return listOf(values, [](const Hash& hash) { return hash.hex(); });
}

json write(const TaskOutput& output) {
    return json::array({output.task.hex(), output.port});
}

json write(const Task& task) {
    json parameters = json::object(), inputs = json::object();
    for (const auto& [id, value] : task.parameters)
        parameters[id] = graph::valueToJson<json>(value);
    for (const auto& [port, outputs] : task.inputs)
        inputs[port] = listOf(outputs, [](const TaskOutput& output) { return write(output); });
    json object{{"key", task.key.hex()},
                {"kind", toText(task.kind)},
                {"node", task.node},
                {"type", task.type},
                {"version", task.version},
                {"library", task.library.string()},
                {"parameters", std::move(parameters)},
                {"inputs", std::move(inputs)}};
    if (task.seed) object["seed"] = *task.seed;
    if (!task.file.empty()) {
        object["file"] = task.file.string();
        object["fileHash"] = task.fileHash.hex();
    }
    if (task.index != 0) object["index"] = task.index;
    return object;
}

json write(const WriteRequest& request) {
    return {{"value", write(request.value)}, {"file", request.file.string()}};
}

json tasksOf(const std::vector<Task>& tasks) {
    return listOf(tasks, [](const Task& task) { return write(task); });
}

json write(const Chain& chain) {
    json streams = json::object();
    for (const auto& [task, file] : chain.streams)
        streams[task.hex()] = file.string();
    json values = json::array();
    for (const auto& [value, file] : chain.values)
        values.push_back(json::array({value.task.hex(), value.port, file.string()}));
    return {{"type", "run"},
            {"id", chain.id},
            {"tasks", tasksOf(chain.tasks)},
            {"wanted", hashes(chain.wanted)},
            {"streams", std::move(streams)},
            {"values", std::move(values)},
            {"publish", hashes(chain.publish)},
            {"keep", listOf(chain.keep, [](const TaskOutput& output) { return write(output); })},
            {"writes", listOf(chain.writes, [](const WriteRequest& request) { return write(request); })},
            {"maps", hashes(chain.maps)},
            {"staging", chain.staging.string()},
            {"cache", chain.cache.string()},
            {"checkpoints", chain.checkpoints.string()},
            {"scratch", chain.scratch.string()},
            {"threads", chain.threads},
            {"device", chain.device},
            {"memoryLimit", chain.memoryLimit},
            {"cacheMemory", chain.cacheMemory},
            {"repeats", chain.repeats}};
}

json write(const Cancel& cancel) {
    return {{"type", "cancel"}, {"id", cancel.chain}};
}

json write(const ResourceQuery& query) {
    return {{"type", "resources"}, {"tasks", tasksOf(query.tasks)}};
}

json write(const Quit&) {
    return {{"type", "quit"}};
}

json write(const TaskFailure& failure) {
    return {{"kind", toText(failure.kind)}, {"what", failure.what}, {"remedy", failure.remedy}};
}

json write(const StreamPart& part) {
    return json::array({part.name, part.bits, part.searched});
}

json write(const StreamResult& stream) {
    const auto parts = [](const StreamPart& part) { return write(part); };
    return {{"file", stream.file.string()},
            {"hash", stream.hash.hex()},
            {"bytes", stream.bytes},
            {"parts", listOf(stream.parts, parts)},
            {"shared", listOf(stream.shared, parts)}};
}

json write(const TaskReport& report) {
    json object{{"type", "task"},
                {"id", report.chain},
                {"key", report.key.hex()},
                {"seconds", hexadecimal(report.seconds)},
                {"peakMemory", report.peakMemory}};
    if (report.failure) object["failure"] = write(*report.failure);
    if (report.stream) object["stream"] = write(*report.stream);
    if (!report.values.empty())
        object["values"] = listOf(report.values, [](const ValueResult& value) {
            return json::array({value.port, value.file.string(), value.hash.hex(), value.bytes});
        });
    if (!report.kept.empty())
        object["kept"] = listOf(report.kept, [](const KeptValue& kept) {
            return json::array({kept.port, kept.file.string(), kept.bytes});
        });
    if (!report.counts.empty()) object["counts"] = report.counts;
    if (!report.scores.empty())
        object["scores"] = listOf(report.scores, [](const MetricScore& score) {
            return json::array({score.metric, hexadecimal(score.s0), hexadecimal(score.s1)});
        });
    if (report.mapRange)
        object["mapRange"] = {hexadecimal(report.mapRange->low), hexadecimal(report.mapRange->high)};
    if (!report.tables.empty()) object["tables"] = report.tables;
    if (!report.log.empty()) object["log"] = report.log;
    return object;
}

json write(const Alive& alive) {
    return {{"type", "alive"},
            {"id", alive.chain},
            {"task", alive.task.hex()},
            {"fraction", hexadecimal(alive.fraction)}};
}

json write(const Ready& ready) {
    return {{"type", "ready"}, {"pid", ready.pid}, {"buildId", ready.buildId}};
}

json write(const Done& done) {
    return {{"type", "done"}, {"id", done.chain}};
}

json write(const ResourceAnswer& answer) {
    json resources = listOf(answer.resources, [](const TaskResources& one) {
        return json::array({one.threads, one.processes, one.memory, one.exclusive, one.batch, one.libraries});
    });
    json failures = listOf(answer.failures, [](const std::optional<TaskFailure>& failure) {
        return failure ? write(*failure) : json();
    });
    return {{"type", "resources"}, {"resources", std::move(resources)}, {"failures", std::move(failures)}};
}

template <typename Message>
std::string line(const Message& message) {
    json object = std::visit([](const auto& alternative) { return write(alternative); }, message);
    object["v"] = protocolVersion;
    // Logs and messages of plugins may hold any bytes; a message must not fail by them.
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

// --- reading -----------------------------------------------------------------------------------------------

double real(const JsonPlace& place) {
    const std::string text = place.text();
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex);
    if (error != std::errc() || end != text.data() + text.size())
        place.fail("is no hexadecimal floating-point number");
    return value;
}

Hash hash(const JsonPlace& place) {
    return Hash::fromHex(place.text());
}

std::string textOr(const JsonPlace& place, const char* name) {
    const auto found = place.find(name);
    return found ? found->text() : std::string();
}

int smallInteger(const JsonPlace& place) {
    return static_cast<int>(place.integer(0, 1'000'000'000));
}

/// The items of an array that must have so many.
std::vector<JsonPlace> tuple(const JsonPlace& place, std::size_t size) {
    auto items = place.items();
    if (items.size() != size) place.fail("does not have " + std::to_string(size) + " entries");
    return items;
}

template <typename Read>
auto readList(const JsonPlace& place, Read read) {
    std::vector<decltype(read(place))> list;
    for (const JsonPlace& item : place.items())
        list.push_back(read(item));
    return list;
}

TaskOutput readOutput(const JsonPlace& place) {
    const auto pair = tuple(place, 2);
    return {hash(pair[0]), pair[1].text()};
}

Task readTask(const JsonPlace& place) {
    Task task;
    task.key = hash(place.field("key"));
    task.kind = taskKindFromText(place.field("kind").text());
    task.node = place.field("node").text();
    task.type = place.field("type").text();
    task.version = smallInteger(place.field("version"));
    task.library = place.field("library").text();
    for (const auto& [id, value] : place.field("parameters").fields())
        task.parameters[id] = graph::valueFromJson(value);
    for (const auto& [port, outputs] : place.field("inputs").fields())
        task.inputs[port] = readList(outputs, readOutput);
    if (const auto seed = place.find("seed")) task.seed = seed->unsignedInteger();
    if (const auto file = place.find("file")) {
        task.file = file->text();
        task.fileHash = hash(place.field("fileHash"));
    }
    if (const auto index = place.find("index")) task.index = index->integer();
    return task;
}

WriteRequest readWrite(const JsonPlace& place) {
    return {readOutput(place.field("value")), place.field("file").text()};
}

Chain readChain(const JsonPlace& place) {
    Chain chain;
    chain.id = place.field("id").unsignedInteger();
    chain.tasks = readList(place.field("tasks"), readTask);
    chain.wanted = readList(place.field("wanted"), hash);
    for (const auto& [task, file] : place.field("streams").fields())
        chain.streams[Hash::fromHex(task)] = file.text();
    for (const JsonPlace& value : place.field("values").items()) {
        const auto parts = tuple(value, 3);
        chain.values[{hash(parts[0]), parts[1].text()}] = parts[2].text();
    }
    chain.publish = readList(place.field("publish"), hash);
    chain.keep = readList(place.field("keep"), readOutput);
    chain.writes = readList(place.field("writes"), readWrite);
    chain.maps = readList(place.field("maps"), hash);
    chain.staging = place.field("staging").text();
    chain.cache = place.field("cache").text();
    chain.checkpoints = place.field("checkpoints").text();
    chain.scratch = place.field("scratch").text();
    chain.threads = smallInteger(place.field("threads"));
    chain.device = place.field("device").text();
    chain.memoryLimit = place.field("memoryLimit").unsignedInteger();
    chain.cacheMemory = place.field("cacheMemory").unsignedInteger();
    chain.repeats = smallInteger(place.field("repeats"));
    return chain;
}

TaskFailure readFailure(const JsonPlace& place) {
    return {errorKindFromText(place.field("kind").text()), place.field("what").text(),
            place.field("remedy").text()};
}

StreamPart readPart(const JsonPlace& place) {
    const auto parts = tuple(place, 3);
    return {parts[0].text(), parts[1].unsignedInteger(), parts[2].flag()};
}

StreamResult readStream(const JsonPlace& place) {
    return {place.field("file").text(), hash(place.field("hash")), place.field("bytes").unsignedInteger(),
            readList(place.field("parts"), readPart), readList(place.field("shared"), readPart)};
}

ValueResult readValue(const JsonPlace& place) {
    const auto parts = tuple(place, 4);
    return {parts[0].text(), parts[1].text(), hash(parts[2]), parts[3].unsignedInteger()};
}

KeptValue readKept(const JsonPlace& place) {
    const auto parts = tuple(place, 3);
    return {parts[0].text(), parts[1].text(), parts[2].unsignedInteger()};
}

MetricScore readScore(const JsonPlace& place) {
    const auto parts = tuple(place, 3);
    return {parts[0].text(), real(parts[1]), real(parts[2])};
}

MapRange readMapRange(const JsonPlace& place) {
    const auto ends = tuple(place, 2);
    return {real(ends[0]), real(ends[1])};
}

TaskReport readReport(const JsonPlace& place) {
    TaskReport report;
    report.chain = place.field("id").unsignedInteger();
    report.key = hash(place.field("key"));
    report.seconds = real(place.field("seconds"));
    report.peakMemory = place.field("peakMemory").unsignedInteger();
    if (const auto failure = place.find("failure")) report.failure = readFailure(*failure);
    if (const auto stream = place.find("stream")) report.stream = readStream(*stream);
    if (const auto values = place.find("values")) report.values = readList(*values, readValue);
    if (const auto kept = place.find("kept")) report.kept = readList(*kept, readKept);
    if (const auto counts = place.find("counts"))
        for (const auto& [name, count] : counts->fields())
            report.counts[name] = count.unsignedInteger();
    if (const auto scores = place.find("scores")) report.scores = readList(*scores, readScore);
    if (const auto range = place.find("mapRange")) report.mapRange = readMapRange(*range);
    if (const auto tables = place.find("tables"))
        for (const auto& [name, table] : tables->fields())
            report.tables[name] = table.text();
    report.log = textOr(place, "log");
    return report;
}

ResourceAnswer readAnswer(const JsonPlace& place) {
    ResourceAnswer answer;
    answer.resources = readList(place.field("resources"), [](const JsonPlace& item) {
        const auto parts = tuple(item, 6);
        TaskResources needs{smallInteger(parts[0]), smallInteger(parts[1]), parts[2].unsignedInteger(),
                            parts[3].flag(),        smallInteger(parts[4]), {}};
        for (const auto& [name, version] : parts[5].fields())
            needs.libraries[name] = version.text();
        return needs;
    });
    answer.failures = readList(place.field("failures"), [](const JsonPlace& item) {
        return item.value().is_null() ? std::nullopt : std::optional(readFailure(item));
    });
    if (answer.failures.size() != answer.resources.size())
        place.fail("has unlike numbers of resources and failures");
    return answer;
}

ToWorker readToWorker(const JsonPlace& place, const std::string& type) {
    if (type == "run") return readChain(place);
    if (type == "cancel") return Cancel{place.field("id").unsignedInteger()};
    if (type == "resources") return ResourceQuery{readList(place.field("tasks"), readTask)};
    if (type == "quit") return Quit{};
    place.fail("has an unknown type");
}

FromWorker readFromWorker(const JsonPlace& place, const std::string& type) {
    if (type == "task") return readReport(place);
    if (type == "alive")
        return Alive{place.field("id").unsignedInteger(), hash(place.field("task")),
                     real(place.field("fraction"))};
    if (type == "done") return Done{place.field("id").unsignedInteger()};
    if (type == "ready") return Ready{place.field("pid").integer(), place.field("buildId").text()};
    if (type == "resources") return readAnswer(place);
    place.fail("has an unknown type");
}

template <typename Read>
auto decode(const std::string& line, Read read) {
    try {
        const json object = graph::parseJson(line, "a message between supervisor and worker");
        const JsonPlace place(object, ErrorKind::Internal);
        if (place.field("v").integer() != protocolVersion) place.fail("is of another protocol version");
        return read(place, place.field("type").text());
    } catch (const Error& error) {
        throw Error(ErrorKind::Internal, error.what(), error.remedy());
    }
}

}  // namespace

std::string encode(const ToWorker& message) {
    return line(message);
}

std::string encode(const FromWorker& message) {
    return line(message);
}

ToWorker decodeToWorker(const std::string& line) {
    return decode(line, readToWorker);
}

FromWorker decodeFromWorker(const std::string& line) {
    return decode(line, readFromWorker);
}

}  // namespace ratescope::run
