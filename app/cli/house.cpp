#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/run/client.h"
#include "core/store/library.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

void requireLibrary(const std::string& file) {
    if (!std::filesystem::exists(file))
        throw Error(ErrorKind::Library, file + " does not exist.", "Give the .rslib file of a run.");
}

int collect(const std::string& file, bool orphaned) {
    requireLibrary(file);
    std::uint64_t freed = 0;
    if (auto client = run::Client::attach(file))
        freed = client->request("gc", {{"orphaned", orphaned}}).at("freed").get<std::uint64_t>();
    else
        freed = store::Library(file, store::Access::Write).collectGarbage(orphaned);
    std::cout << bytesText(static_cast<double>(freed)) << " freed\n";
    return exitDone;
}

int showUsage(const std::string& file, bool json) {
    const store::Library library(file, store::Access::Read);
    const store::Library::Usage usage = library.usage();
    if (json) {
        std::cout << nlohmann::json{{"database", usage.database},
                                    {"artefacts", usage.artefacts},
                                    {"artefactCount", usage.artefactCount},
                                    {"reconstructions", usage.reconstructions},
                                    {"cache", usage.cache},
                                    {"checkpoints", usage.checkpoints},
                                    {"orphaned", usage.orphaned}}
                         .dump(2)
                  << '\n';
        return exitDone;
    }
    TextTable table({"what", "size"});
    const auto add = [&](const char* what, std::uint64_t bytes) {
        table.add({what, bytesText(static_cast<double>(bytes))});
    };
    add("database", usage.database);
    add("artefacts", usage.artefacts);
    add("of these, only for orphaned items", usage.orphaned);
    add("reconstructions", usage.reconstructions);
    add("cache", usage.cache);
    add("checkpoints", usage.checkpoints);
    std::cout << table.text() << usage.artefactCount << " artefacts\n";
    return exitDone;
}

int deleteStudy(const std::string& file, const std::string& name) {
    requireLibrary(file);
    if (auto client = run::Client::attach(file)) {
        client->request("delete", name.empty() ? nlohmann::json::object() : nlohmann::json{{"study", name}});
    } else {
        store::Library library(file, store::Access::Write);
        library.deleteStudy(library.study(name).id);
    }
    std::cout << "Deleted. `ratescope-cli gc` frees the space of its streams.\n";
    return exitDone;
}

struct Annotation {
    std::string library, study, notes;
    std::vector<std::string> add, remove;
    bool hasNotes = false;
};

int annotate(const Annotation& annotation) {
    requireLibrary(annotation.library);
    if (auto client = run::Client::attach(annotation.library)) {
        nlohmann::json arguments{{"addTags", annotation.add}, {"removeTags", annotation.remove}};
        if (!annotation.study.empty()) arguments["study"] = annotation.study;
        if (annotation.hasNotes) arguments["notes"] = annotation.notes;
        client->request("annotate", arguments);
        return exitDone;
    }
    store::Library library(annotation.library, store::Access::Write);
    library.annotate(library.study(annotation.study).id,
                     annotation.hasNotes ? std::optional(annotation.notes) : std::nullopt, annotation.add,
                     annotation.remove);
    return exitDone;
}

}  // namespace

Command gcCommand() {
    return {"gc",
            "Free what no item names: cache, staging, streams without a row",
            {"ratescope-cli gc --library photographs.rslib --orphaned"},
            [](CLI::App& app) {
                auto file = std::make_shared<std::string>();
                auto orphaned = std::make_shared<bool>(false);
                app.add_option("--library", *file, "Library")->required();
                app.add_flag("--orphaned", *orphaned, "Also the rows that their document no longer asks for");
                return [file, orphaned] { return collect(*file, *orphaned); };
            }};
}

Command duCommand() {
    return {"du",
            "Say what a library takes on disk",
            {"ratescope-cli du --library photographs.rslib"},
            [](CLI::App& app) {
                auto file = std::make_shared<std::string>();
                auto json = std::make_shared<bool>(false);
                app.add_option("--library", *file, "Library")->required();
                app.add_flag("--json", *json, "JSON, in bytes (docs/schemas/du.json)");
                return [file, json] { return showUsage(*file, *json); };
            }};
}

Command deleteCommand() {
    return {"delete",
            "Delete a study and its rows from a library",
            {"ratescope-cli delete --library photographs.rslib --study photographs"},
            [](CLI::App& app) {
                auto file = std::make_shared<std::string>();
                auto name = std::make_shared<std::string>();
                app.add_option("--library", *file, "Library")->required();
                app.add_option("--study", *name, "Study, when the library holds several");
                return [file, name] { return deleteStudy(*file, *name); };
            }};
}

Command annotateCommand() {
    return {"annotate",
            "Set the notes of a study, add and remove tags",
            {"ratescope-cli annotate --library photographs.rslib --notes \"first look\" --tag draft"},
            [](CLI::App& app) {
                auto annotation = std::make_shared<Annotation>();
                app.add_option("--library", annotation->library, "Library")->required();
                app.add_option("--study", annotation->study, "Study, when the library holds several");
                auto* notes = app.add_option("--notes", annotation->notes, "Text that replaces the notes");
                app.add_option("--tag", annotation->add, "Tag to add")->take_all()->allow_extra_args(false);
                app.add_option("--untag", annotation->remove, "Tag to remove")
                    ->take_all()
                    ->allow_extra_args(false);
                return [annotation, notes] {
                    annotation->hasNotes = notes->count() > 0;
                    return annotate(*annotation);
                };
            }};
}

}  // namespace ratescope::cli
