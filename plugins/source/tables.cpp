// Table files, one table each.

#include "core/media/assets/table_file.h"
#include "plugins/source/nodes.h"

#include <memory>

namespace ratescope::media::source {
namespace {

class Tables : public SourceNode {
  public:
    Outputs load(Context& context, const Parameters&, const std::filesystem::path& file,
                 std::int64_t) const override {
        context.check();
        return {{"table", std::make_shared<const Table>(readTable(file))}};
    }
};

constexpr const char* manual =
    R"(Reads tables, such as questions with their answers, one asset a file, named after it: CSV and TSV with
the columns' names in the first row, and JSON lines (`.jsonl`), one object a row. A column is integers, numbers or texts,
as its cells are; an empty cell among numbers is NaN. A unit may stand behind a name: `psnr [dB]`.

`files` takes several patterns, separated by `;` or line feeds; a folder stands for the table files in it. Paths are
relative to the document, or begin with a named root: `${RATESCOPE_DATA}/questions.csv`.

`table` joins a table to the files by their names: its columns stand beside the items, and `bd --by COLUMN` compares
by group.
)";

graph::Manifest manifestOfTables() {
    graph::Manifest manifest;
    manifest.id = "source.tables";
    manifest.title = "Tables";
    manifest.family = "source";
    manifest.summary = "Tables from CSV, TSV and JSON lines files";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Source;
    manifest.synonyms = {"CSV", "TSV", "JSONL", "questions", "labels", "rows", "open", "load"};
    manifest.outputs = {
        {.id = "table", .label = "Table", .type = graph::PortType::Table, .help = "The table of one file."}};
    manifest.parameters = {{.id = "files",
                            .label = "Files",
                            .help = "Patterns or folders, separated by semicolons.",
                            .type = graph::ParameterType::File,
                            .defaultValue = std::string("*.csv"),
                            .entersKey = false}};
    manifest.assets = {
        .by = graph::AssetRule::By::Files, .parameter = "files", .extensions = {"csv", "tsv", "jsonl"}};
    graph::joinTables(manifest);
    return manifest;
}

}  // namespace

NodeEntry tablesNode() {
    return {manifestOfTables(), [] { return std::make_unique<Tables>(); }};
}

}  // namespace ratescope::media::source
