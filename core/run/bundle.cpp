#include "core/run/bundle.h"

#include "core/buffer/aside_file.h"
#include "core/build_info.h"
#include "core/curves/csv.h"
#include "core/error.h"
#include "core/graph/command.h"
#include "core/graph/document_json.h"
#include "core/graph/expand.h"
#include "core/graph/wording.h"
#include "core/run/assets.h"
#include "core/run/bundle_rows.h"
#include "core/run/plan.h"
#include "core/store/export.h"
#include "core/store/query.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace ratescope::run {
namespace {

namespace fs = std::filesystem;

constexpr const char* readme = R"(# {title}

A study made with Ratescope {version}. Everything that its numbers rest on is in this folder.

To check the files, run the study again and compare every number and every bitstream:

    ratescope-cli reproduce .

| file | holds |
|---|---|
| `study.ratescope` | the document: nodes, wires, parameters, sweeps |
| `assets.csv`, `assets/` | the source files, with their SHA-256 |
| `items.csv`, `points.csv` | a row for each item; a row for each item, metric and rate |
| `tables/` | tables of analyses |
| `streams.csv`, `bitstreams/` | every stored bitstream, named by its SHA-256 |
| `environment.json` | programs, machines and libraries that made the rows |
| `figure.pdf`, `figure.svg` | the curves, where there is a metric to draw |
| `SHA256SUMS` | `sha256sum --check SHA256SUMS` checks all files |
)";

std::string filled(std::string text, const std::string& name, const std::string& value) {
    const std::string place = "{" + name + "}";
    return text.replace(text.find(place), place.size(), value);
}

void write(const fs::path& file, std::string_view text) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    AsideFile aside(file);
    aside.write(text);
    aside.commit();
}

Hash copied(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    fs::copy_file(from, to, error);
    if (error)
        throw Error(ErrorKind::Resource,
                    from.string() + " can't be copied to " + to.string() + ": " + error.message() + ".",
                    "Choose a folder that you may write to, with room.");
    return sha256OfFile(to);
}

/// Puts the document's files into the bundle, and points the document to them.
class SourceFiles {
  public:
    SourceFiles(graph::Document& document, const graph::Catalogue& catalogue, fs::path folder, bool copies)
        : document_(document), catalogue_(catalogue), folder_(std::move(folder)), copies_(copies) {}

    void take(const Assets& assets) {
        for (const auto& [slug, list] : assets.ofSource)
            takeSource(*document_.find(slug), list);
        std::int64_t number = 0;
        for (const auto& [text, named] : assets.files)
            takeParameter(text, named, ++number);
        for (const auto& [slug, named] : assets.tables)
            takeTable(*document_.find(slug), named);
        for (const auto& [text, resolved] : assets.commands)
            takeCommand(text, resolved, number);
    }

    std::int64_t count() const { return count_; }
    const std::string& csv() const { return csv_; }

  private:
    void takeSource(graph::Node& node, const std::vector<Asset>& list) {
        const graph::AssetRule& rule = catalogue_.find(node.type)->assets;
        if (rule.by != graph::AssetRule::By::Files) return;
        const fs::path place = fs::path("assets") / node.slug;
        bool plain = true, hasCompanions = false;
        std::string named;
        for (const Asset& asset : list) {
            add(node.slug, asset.name, asset.file, asset.fileHash, place / asset.name);
            takeCompanions(node.slug, asset, place);
            named += (named.empty() ? "" : ";") + (place / asset.name).string();
            hasCompanions = hasCompanions || !asset.companions.empty();
            std::string extension = fs::path(asset.name).extension().string();
            std::transform(extension.begin(), extension.end(), extension.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            plain = plain && asset.name.find('/') == std::string::npos && !extension.empty() &&
                    std::count(rule.extensions.begin(), rule.extensions.end(), extension.substr(1)) > 0;
        }
        if (copies_)
            node.parameters[rule.parameter] =
                graph::ParameterValue(hasCompanions ? named : (place / (plain ? "" : "**/*.*")).string());
    }

    /// Beside their asset; several assets may share one.
    void takeCompanions(const std::string& node, const Asset& asset, const fs::path& place) {
        const fs::path folder = fs::path(asset.name).parent_path();
        for (const NamedFile& companion : asset.companions) {
            const fs::path name = folder / companion.file.filename();
            if (taken_.insert(place / name).second)
                add(node, name.string(), companion.file, companion.hash, place / name);
        }
    }

    void takeParameter(const std::string& text, const NamedFile& named, std::int64_t number) {
        const fs::path place =
            fs::path("assets") / ("file-" + std::to_string(number)) / named.file.filename();
        add("", text, named.file, named.hash, place);
        replace(text, place.string());
    }

    /// The files that a command names by path come along; programs of the system are stated only.
    void takeCommand(const std::string& text, const std::string& resolved, std::int64_t& number) {
        graph::CommandWords words = graph::parseCommand(text);
        const graph::CommandWords files = graph::parseResolved(resolved);
        for (std::size_t i = 0; i < words.size(); ++i) {
            const auto file = graph::fileOf(files[i]);
            if (!file) continue;
            const std::string name = graph::literal(words[i]).value().substr(file->prefix.size());
            if (i == 0 && name.find('/') == std::string::npos) {
                add("", name, file->path, Hash::fromHex(file->hash), "");
                continue;
            }
            const fs::path place =
                fs::path("assets") / ("file-" + std::to_string(++number)) / fs::path(file->path).filename();
            add("", name, file->path, Hash::fromHex(file->hash), place);
            words[i] = {{graph::CommandPiece::Kind::Text, file->prefix + place.string(), ""}};
        }
        replace(text, graph::toText(words));
    }

    void replace(const std::string& text, const std::string& by) {
        if (!copies_) return;
        const graph::ParameterValue before = text, after = by;
        for (graph::Node& node : document_.nodes)
            for (auto& [id, binding] : node.parameters)
                if (binding == graph::Binding(before)) binding = after;
        for (graph::Variable& variable : document_.variables)
            if (variable.value == before) variable.value = after;
        for (graph::Sweep& sweep : document_.sweeps)
            for (auto& row : sweep.rows)
                std::replace(row.begin(), row.end(), before, after);
    }

    void takeTable(graph::Node& node, const NamedFile& named) {
        const fs::path place = fs::path("assets") / (node.slug + "-table") / named.file.filename();
        add(node.slug, named.file.filename().string(), named.file, named.hash, place);
        if (copies_)
            node.parameters[catalogue_.find(node.type)->assets.table] = graph::ParameterValue(place.string());
    }

    /// An empty `place`: the file is stated, and not copied.
    void add(const std::string& node, const std::string& name, const fs::path& from, const Hash& hash,
             const fs::path& place) {
        ++count_;
        const bool copies = copies_ && !place.empty();
        if (copies && copied(from, folder_ / place) != hash)
            throw Error(ErrorKind::Input, from.string() + " changed while it was copied.",
                        "Write the bundle again.");
        csv_ += curves::csvField(node) + "," + curves::csvField(name) + "," + hash.hex() + "," +
                curves::csvField(copies ? place.string() : "") + "\r\n";
    }

    graph::Document& document_;
    const graph::Catalogue& catalogue_;
    fs::path folder_;
    bool copies_;
    std::int64_t count_ = 0;
    std::set<fs::path> taken_;  ///< where companions lie
    std::string csv_ = "node,name,sha256,file\r\n";
};

void requireUsedFiles(const Assets& assets, const store::Library& library, const graph::Document& document,
                      const graph::Catalogue& catalogue, const store::StudyRecord& study) {
    const StudyPlan plan = makePlan(document, catalogue, assets);
    const store::Reconciliation changes = library.preview(study.documentId, plan.items);
    if (changes.itemsNew == 0) return;
    throw Error(ErrorKind::Input,
                std::to_string(changes.itemsNew) + " of " + std::to_string(plan.items.size()) + " items of " +
                    graph::inQuotes(study.name) +
                    " are not in the library: source files or nodes changed since the study ran.",
                "Run the study again, then write the bundle.");
}

nlohmann::json environments(const store::Library& library, store::StudyId study) {
    nlohmann::json all = nlohmann::json::array();
    for (const store::Environment& one : store::environmentsOf(library, study))
        all.push_back({{"version", one.version},
                       {"commit", one.commit},
                       {"dirty", one.dirty},
                       {"patch", one.patch},
                       {"compiler", one.compiler},
                       {"host", one.host},
                       {"cpu", one.cpu},
                       {"gpu", one.gpu},
                       {"device", one.device},
                       {"threads", one.threads},
                       {"libraries", one.libraries},
                       {"commandLine", one.commandLine},
                       {"documentHash", one.documentHash}});
    return all;
}

std::int64_t copyStreams(const store::Library& library, const std::vector<StreamRow>& rows,
                         const fs::path& folder) {
    std::set<std::string> files;
    for (const StreamRow& row : rows)
        if (files.insert(row.file).second &&
            copied(library.materialise(row.hash), folder / row.file) != row.hash)
            throw Error(ErrorKind::Library, "The bitstream " + row.hash.hex() + " is damaged in the library.",
                        "ratescope-cli doctor --library says more; run its item again.");
    return static_cast<std::int64_t>(files.size());
}

std::uint64_t writeSums(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder).string());
    std::sort(names.begin(), names.end());
    std::string text;
    std::uint64_t bytes = 0;
    for (const std::string& name : names) {
        text += sha256OfFile(folder / name).hex() + "  " + name + "\n";
        bytes += fs::file_size(folder / name);
    }
    write(folder / "SHA256SUMS", text);
    return bytes;
}

/// A folder that is gone again unless it is kept under its name.
class FolderAside {
  public:
    explicit FolderAside(fs::path folder) : folder_(std::move(folder)), aside_(folder_.string() + ".part") {
        if (fs::exists(folder_))
            throw Error(ErrorKind::Usage, folder_.string() + " exists already.",
                        "Name a folder that does not.");
        std::error_code error;
        fs::remove_all(aside_, error);
        if (!fs::create_directories(aside_, error))
            throw Error(ErrorKind::Resource, aside_.string() + " can't be made: " + error.message() + ".",
                        "Choose a folder that you may write to.");
    }
    ~FolderAside() {
        std::error_code ignored;
        fs::remove_all(aside_, ignored);
    }
    FolderAside(const FolderAside&) = delete;
    FolderAside& operator=(const FolderAside&) = delete;
    const fs::path& path() const { return aside_; }
    void keep() { fs::rename(aside_, folder_); }

  private:
    fs::path folder_, aside_;
};

}  // namespace

BundleContents writeBundle(const store::Library& library, const store::StudyRecord& study,
                           const graph::Catalogue& catalogue, const std::map<std::string, fs::path>& roots,
                           const fs::path& folder, bool withSources,
                           const std::function<void(const fs::path&)>& draw) {
    graph::Document document = graph::documentFromJson(nlohmann::json::parse(study.document));
    const Assets assets = listAssets(document, catalogue, {study.directory, roots}, knownHash(library));
    requireUsedFiles(assets, library, document, catalogue, study);
    FolderAside aside(folder);
    const fs::path& place = aside.path();
    SourceFiles sources(document, catalogue, place, withSources);
    sources.take(assets);
    graph::writeDocument(place / "study.ratescope", document);
    write(place / "README.md", filled(filled(readme, "title", study.title.empty() ? study.name : study.title),
                                      "version", buildInfo().version));
    write(place / "assets.csv", sources.csv());
    write(place / "items.csv", store::csvOfView(library, store::View::Items, study.id));
    write(place / "points.csv", store::csvOfView(library, store::View::Points, study.id));
    for (const store::TableRecord& table : library.tables(study.id))
        write(place / "tables" / (table.node + "." + table.name + ".csv"), table.csv);
    write(place / "environment.json", environments(library, study.id).dump(2) + "\n");
    const std::vector<StreamRow> rows = streamRows(library, study.id, catalogue);
    write(place / "streams.csv", csvOf(rows));
    BundleContents contents;
    contents.items = library.itemCounts(study.id).total();
    contents.bitstreams = copyStreams(library, rows, place);
    contents.sourceFiles = sources.count();
    draw(place);
    contents.bytes = writeSums(place);
    aside.keep();
    return contents;
}

}  // namespace ratescope::run
