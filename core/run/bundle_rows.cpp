#include "core/run/bundle_rows.h"

#include "core/curves/csv.h"
#include "core/graph/document_json.h"
#include "core/store/query.h"
#include "core/store/swept_json.h"

#include <nlohmann/json.hpp>

namespace ratescope::run {
namespace {

constexpr std::size_t bundledPerPage = 500;

/// The extension of a codec's streams, by the slug that it has in the document.
std::string extensionOf(const graph::Document& document, const graph::Catalogue& catalogue,
                        const std::string& slug) {
    const graph::Node* node = document.find(slug);
    const graph::Manifest* manifest = node ? catalogue.find(node->type) : nullptr;
    return manifest && !manifest->extension.empty() ? manifest->extension : "bin";
}

}  // namespace

std::vector<StreamRow> streamRows(const store::Library& library, store::StudyId study,
                                  const graph::Catalogue& catalogue) {
    std::vector<StreamRow> rows;
    std::optional<store::PageKey> after;
    std::int64_t position = 0;
    graph::Document document;
    for (const store::StudyRecord& record : library.studies())
        if (record.id == study) document = graph::documentFromJson(nlohmann::json::parse(record.document));
    do {
        const store::ItemsPage page =
            store::itemsPage(library, study, {}, store::ItemOrder::Planned, false, after, bundledPerPage);
        for (const store::ItemRow& item : page.rows) {
            const std::string place = std::to_string(position++);
            if (item.state != store::State::Done) continue;
            for (const store::StreamRecord& stream : store::streamsOf(library, item.id))
                rows.push_back({place, item.series, item.asset, store::toSweptJson(item.values),
                                std::to_string(item.seed), stream.node, stream.bytes, stream.artefact,
                                "bitstreams/" + stream.artefact.hex() + "." +
                                    extensionOf(document, catalogue, stream.node)});
        }
        after = page.next;
    } while (after);
    return rows;
}

std::string csvOf(const std::vector<StreamRow>& rows) {
    std::string text = "position,series,asset,swept,seed,node,bytes,sha256,file\r\n";
    for (const StreamRow& row : rows)
        text += row.position + "," + curves::csvField(row.series) + "," + curves::csvField(row.asset) + "," +
                curves::csvField(row.swept) + "," + row.seed + "," + curves::csvField(row.node) + "," +
                std::to_string(row.bytes) + "," + row.hash.hex() + "," + curves::csvField(row.file) + "\r\n";
    return text;
}

}  // namespace ratescope::run
