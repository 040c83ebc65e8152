#include "core/run/requests.h"

#include "core/build_info.h"
#include "core/error.h"
#include "core/graph/document_json.h"
#include "core/graph/wording.h"
#include "core/run/protocol.h"
#include "core/store/imported_json.h"
#include "core/store/status_json.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

namespace ratescope::run {
namespace {

using nlohmann::json;

Error badArgument(const std::string& name, const std::string& form) {
    return Error(ErrorKind::Usage, "The request's \"" + name + "\" must be " + form + ".",
                 "See docs/protocol.md.");
}

const json& argument(const json& arguments, const std::string& name, const char* form) {
    const auto found = arguments.find(name);
    if (found == arguments.end()) throw badArgument(name, form);
    return *found;
}

std::vector<store::ItemId> itemsArgument(const json& arguments) {
    std::vector<store::ItemId> items;
    const auto found = arguments.find("items");
    if (found == arguments.end()) return items;
    if (!found->is_array()) throw badArgument("items", "a list of item ids");
    for (const json& item : *found) {
        if (!item.is_number_integer()) throw badArgument("items", "a list of item ids");
        items.push_back(item.get<store::ItemId>());
    }
    return items;
}

std::optional<store::StudyId> studyArgument(const RequestContext& context, const json& arguments) {
    if (!arguments.contains("study")) return std::nullopt;
    return context.library.study(textArgument(arguments, "study")).id;
}

store::StudyId requireStudy(const RequestContext& context, const json& arguments) {
    return context.library.study(arguments.contains("study") ? textArgument(arguments, "study") : "").id;
}

std::vector<std::string> textsArgument(const json& arguments, const std::string& name) {
    std::vector<std::string> texts;
    const auto found = arguments.find(name);
    if (found == arguments.end()) return texts;
    if (!found->is_array()) throw badArgument(name, "a list of texts");
    for (const json& text : *found) {
        if (!text.is_string()) throw badArgument(name, "a list of texts");
        texts.push_back(text.get<std::string>());
    }
    return texts;
}

struct Submission {
    graph::Document document;
    std::filesystem::path directory;
    StudyOptions options;
    std::optional<int> jobs;
};

Submission submissionOf(const json& arguments) {
    Submission submission;
    const json& document = argument(arguments, "document", "a document");
    submission.document = graph::documentFromJson(document);
    submission.directory = textArgument(arguments, "directory");
    const json options = arguments.value("options", json::object());
    if (!options.is_object()) throw badArgument("options", "an object");
    if (const auto seeds = options.find("seeds"); seeds != options.end()) {
        if (!seeds->is_array()) throw badArgument("seeds", "a list of whole numbers");
        for (const json& seed : *seeds) {
            if (!seed.is_number_unsigned()) throw badArgument("seeds", "a list of whole numbers");
            submission.options.seeds.push_back(seed.get<std::uint64_t>());
        }
    }
    if (options.contains("time"))
        submission.options.repeats = static_cast<int>(integerArgument(options, "time"));
    if (options.contains("commands"))
        submission.options.approval.hash = Hash::fromHex(textArgument(options, "commands"));
    if (options.contains("jobs")) submission.jobs = static_cast<int>(integerArgument(options, "jobs"));
    return submission;
}

json changesJson(std::int64_t total, std::int64_t fresh, std::int64_t reused, std::int64_t orphaned) {
    return {{"total", total}, {"new", fresh}, {"reused", reused}, {"orphaned", orphaned}};
}

template <typename Number>
json orNull(const std::optional<Number>& value) {
    return value ? json(*value) : json();
}

json toJson(const CommandList& commands) {
    json uses = json::array();
    for (const CommandUse& use : commands.uses) {
        json files = json::array();
        for (const NamedFile& file : use.files)
            files.push_back({{"file", file.file.string()}, {"sha256", file.hash.hex()}});
        uses.push_back(
            {{"node", use.node}, {"parameter", use.parameter}, {"command", use.command}, {"files", files}});
    }
    return {{"hash", commands.hash.hex()},
            {"approved", commands.approved},
            {"commands", uses},
            {"texts", commands.texts}};
}

json hello(const RequestContext& context, const json&) {
    const BuildInfo& build = buildInfo();
    return {{"version", build.version},
            {"commit", build.commit},
            {"protocol", protocolVersion},
            {"library", std::filesystem::absolute(context.library.file()).string()},
            {"pid", ::getpid()},
            {"paused", context.supervisor.paused()}};
}

json submit(const RequestContext& context, const json& arguments) {
    const Submission submission = submissionOf(arguments);
    if (submission.jobs) context.supervisor.setJobs(*submission.jobs);
    const Submitted submitted =
        context.supervisor.submit(submission.document, submission.directory, submission.options);
    // A pause was meant for what ran then; who asks for a run wants it to run.
    if (context.supervisor.paused()) context.supervisor.resume(submitted.study);
    return {{"study", submitted.plan.study}, {"plan", toJson(submitted.plan)}};
}

json plan(const RequestContext& context, const json& arguments) {
    const Submission submission = submissionOf(arguments);
    return toJson(context.supervisor.plan(submission.document, submission.directory, submission.options));
}

json pause(const RequestContext& context, const json&) {
    context.supervisor.pause();
    return json::object();
}

json resume(const RequestContext& context, const json& arguments) {
    return {{"items", context.supervisor.resume(studyArgument(context, arguments))}};
}

json cancel(const RequestContext& context, const json& arguments) {
    if (const auto items = itemsArgument(arguments); !items.empty())
        return {{"items", context.supervisor.cancel(items)}};
    const std::string name = arguments.contains("study") ? textArgument(arguments, "study") : "";
    const std::vector<store::StudyRecord> studies = context.library.studies();
    const bool isThere = std::any_of(studies.begin(), studies.end(), [&](const store::StudyRecord& study) {
        return name.empty() || study.name == name;
    });
    // One that is not in the library yet can only be in preparation.
    if (!isThere && context.supervisor.stopPreparing(name)) return {{"items", 0}};
    const store::StudyRecord study = context.library.study(name);
    context.supervisor.stopPreparing(study.name);
    return {{"items", context.supervisor.cancel(study.id)}};
}

json retry(const RequestContext& context, const json& arguments) {
    return {{"items", context.supervisor.retry(requireStudy(context, arguments), itemsArgument(arguments))}};
}

json status(const RequestContext& context, const json& arguments) {
    std::optional<store::StudyRecord> study;
    if (arguments.contains("study")) study = context.library.study(textArgument(arguments, "study"));
    return store::statusJson(context.library, study);
}

json annotate(const RequestContext& context, const json& arguments) {
    std::optional<std::string> notes;
    if (arguments.contains("notes")) notes = textArgument(arguments, "notes");
    if (arguments.contains("item")) {
        context.library.annotateItem(integerArgument(arguments, "item"), notes.value_or(""));
        return json::object();
    }
    context.library.annotate(requireStudy(context, arguments), notes, textsArgument(arguments, "addTags"),
                             textsArgument(arguments, "removeTags"));
    return json::object();
}

json deleteStudy(const RequestContext& context, const json& arguments) {
    const store::StudyId study = requireStudy(context, arguments);
    context.supervisor.forget(study);
    context.library.deleteStudy(study);
    context.supervisor.forgetStreams();
    return json::object();
}

json collectGarbage(const RequestContext& context, const json& arguments) {
    if (!context.supervisor.idle() && !context.supervisor.paused())
        throw Error(ErrorKind::Usage, "A study is running.", "Wait for it, or pause or cancel it first.");
    const std::uint64_t freed = context.library.collectGarbage(arguments.value("orphaned", false));
    context.supervisor.forgetStreams();
    return {{"freed", freed}};
}

json importCurve(const RequestContext& context, const json& arguments) {
    return {{"curve", store::insertImported(context.library, store::importedFromJson(
                                                                 argument(arguments, "curve", "a curve")))}};
}

using Answer = json (*)(const RequestContext&, const json&);

const std::map<std::string, Answer>& answers() {
    static const std::map<std::string, Answer> table = {
        {"hello", hello},       {"submit", submit},      {"plan", plan},         {"pause", pause},
        {"resume", resume},     {"cancel", cancel},      {"retry", retry},       {"status", status},
        {"annotate", annotate}, {"delete", deleteStudy}, {"gc", collectGarbage}, {"import", importCurve}};
    return table;
}

}  // namespace

bool isPlainRequest(const std::string& name) {
    return answers().count(name) != 0;
}

std::optional<Brought> documentOf(const std::string& name, const json& arguments) {
    if (name != "submit" && name != "plan") return std::nullopt;
    Submission submission = submissionOf(arguments);
    return Brought{std::move(submission.document), std::move(submission.directory)};
}

json answerRequest(const RequestContext& context, const std::string& name, const json& arguments) {
    const auto found = answers().find(name);
    if (found == answers().end())
        throw Error(ErrorKind::Usage, "There is no request " + graph::inQuotes(name) + ".",
                    "See docs/protocol.md.");
    return found->second(context, arguments);
}

json toJson(const Error& error) {
    return {{"kind", toText(error.kind())}, {"what", error.what()}, {"remedy", error.remedy()}};
}

json toJson(const PlanSummary& plan) {
    const store::Reconciliation& changes = plan.changes;
    json series = json::array(), nodes = json::array();
    for (const PlannedSeries& one : plan.series)
        series.push_back({{"slug", one.slug},
                          {"title", one.title},
                          {"branch", one.branch},
                          {"rows", one.rows},
                          {"mostRuns", std::max(1, one.mostRuns)}});
    for (const PlanSummary::NodeName& node : plan.nodes)
        nodes.push_back({{"slug", node.slug}, {"type", node.type}, {"title", node.title}});
    return {{"study", plan.study},
            {"commands", plan.commands ? toJson(*plan.commands) : json()},
            {"items", changesJson(plan.items, changes.itemsNew, changes.itemsReused, changes.itemsOrphaned)},
            {"measurements", changesJson(plan.measurements, changes.measurementsNew,
                                         changes.measurementsReused, changes.measurementsOrphaned)},
            {"toRun", changes.itemsToRun},
            {"estimate",
             {{"seconds", orNull(plan.estimate.seconds)},
              {"memory", orNull(plan.estimate.memory)},
              {"bytes", orNull(plan.estimate.bytes)}}},
            {"series", series},
            {"nodes", nodes},
            {"notes", plan.notes}};
}

std::int64_t integerArgument(const json& arguments, const std::string& name) {
    const json& value = argument(arguments, name, "a whole number");
    if (!value.is_number_integer()) throw badArgument(name, "a whole number");
    return value.get<std::int64_t>();
}

std::string textArgument(const json& arguments, const std::string& name) {
    const json& value = argument(arguments, name, "a text");
    if (!value.is_string()) throw badArgument(name, "a text");
    return value.get<std::string>();
}

}  // namespace ratescope::run
