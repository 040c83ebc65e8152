#include "views/library/library_rows.h"

#include "core/error.h"
#include "core/graph/expand.h"
#include "core/graph/named_roots.h"
#include "core/run/installation.h"
#include "views/figure/qt_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <algorithm>

namespace ratescope::views {
namespace {

/// Of one source; further ones are counted.
constexpr std::size_t mostFiles = 2000;

QString trLibrary(const char* text) {
    return QCoreApplication::translate("Library", text);
}

QString familyName(const std::string& family) {
    QString name = qt(family);
    if (!name.isEmpty()) name[0] = name[0].toUpper();
    return name;
}

QString groupTitle(const graph::Manifest& manifest) {
    switch (manifest.kind) {
        case graph::NodeKind::Source:
            return trLibrary("Sources");
        case graph::NodeKind::Codec:
            return trLibrary("%1 codecs").arg(familyName(manifest.family));
        case graph::NodeKind::Transform:
            return trLibrary("Transforms");
        case graph::NodeKind::Learner:
            return trLibrary("Learners");
        case graph::NodeKind::Method:
            return trLibrary("Methods");
        case graph::NodeKind::Measure:
            return trLibrary("Measures");
        case graph::NodeKind::Experiment:
            return trLibrary("Experiments");
        case graph::NodeKind::Analysis:
            return trLibrary("Analyses");
    }
    return {};
}

const char* iconOf(graph::NodeKind kind) {
    switch (kind) {
        case graph::NodeKind::Source:
            return "source";
        case graph::NodeKind::Codec:
            return "codec";
        case graph::NodeKind::Measure:
            return "measure";
        case graph::NodeKind::Analysis:
        case graph::NodeKind::Experiment:
            return "analysis";
        default:
            return "transform";
    }
}

/// What tells the node from its neighbours, of its summary "JPEG by libjpeg-turbo, baseline or progressive":
/// "libjpeg-turbo".
QString shortDetail(const graph::Manifest& manifest) {
    QString detail = qt(manifest.summary);
    const QString opening = qt(manifest.title) + " by ";
    if (detail.startsWith(opening)) detail.remove(0, opening.size());
    static const QRegularExpression stop("[,:;]");
    return detail.section(stop, 0, 0);
}

LibraryRow nodeRow(const graph::Manifest& manifest) {
    LibraryRow row;
    row.text = qt(manifest.title);
    row.detail = shortDetail(manifest);
    row.node = qt(manifest.id);
    row.icon = iconOf(manifest.kind);
    row.toolTip = trLibrary("%1 · %2\n%3").arg(row.text, row.node, qt(manifest.summary));
    QStringList words{row.text, row.node, qt(manifest.summary)};
    for (const std::string& synonym : manifest.synonyms)
        words += qt(synonym);
    for (const graph::Paper& paper : manifest.papers)
        words += qt(paper.title);
    row.search = words.join('\n');
    return row;
}

SourceFiles sourceOf(const graph::Document& document, const graph::Manifest& manifest,
                     const graph::Node& node) {
    const graph::AssetRule& rule = manifest.assets;
    SourceFiles source{node.slug, node.title.empty() ? node.slug : node.title, {}, rule.extensions, {}};
    if (rule.by == graph::AssetRule::By::One) source.count = 1;
    try {
        const graph::NodeParameters values = graph::parametersOf(document, manifest, node);
        const auto value = values.find(rule.parameter);
        if (value == values.end()) return source;
        if (const auto* count = std::get_if<std::int64_t>(&value->second))
            source.count = static_cast<std::size_t>(std::max<std::int64_t>(0, *count));
        if (const auto* patterns = std::get_if<std::string>(&value->second)) source.patterns = *patterns;
    } catch (const Error&) {
        // A finding of the document (a variable that is not there); the source has no files until then.
    }
    return source;
}

LibraryGroup filesOf(const SourceFiles& source, const graph::PathBase& base) {
    LibraryGroup group;
    const auto files = graph::assetFiles(source.patterns, source.extensions, base);
    for (const graph::AssetFile& file : files) {
        if (group.rows.size() == mostFiles) break;
        LibraryRow row;
        row.text = qt(file.name);
        row.file = qt(file.file.string());
        row.icon = "file";
        row.toolTip = row.file;
        row.search = row.text;
        group.rows.push_back(std::move(row));
    }
    if (files.size() > mostFiles) {
        LibraryRow more;
        more.text = trLibrary("and %1 more").arg(QLocale().toString(quint64(files.size() - mostFiles)));
        group.rows.push_back(std::move(more));
    }
    group.row.detail = QLocale().toString(quint64(files.size()));
    return group;
}

}  // namespace

std::vector<LibraryGroup> nodeGroups(const graph::Catalogue& catalogue) {
    std::vector<const graph::Manifest*> nodes = catalogue.all();
    std::stable_sort(nodes.begin(), nodes.end(), [](const auto* a, const auto* b) {
        if (a->kind != b->kind) return a->kind < b->kind;
        return a->kind == graph::NodeKind::Codec && a->family < b->family;
    });
    std::vector<LibraryGroup> groups;
    for (const graph::Manifest* manifest : nodes) {
        const QString title = groupTitle(*manifest);
        if (groups.empty() || groups.back().row.text != title) {
            groups.emplace_back();
            groups.back().row.text = groups.back().row.search = title;
        }
        groups.back().rows.push_back(nodeRow(*manifest));
    }
    for (LibraryGroup& group : groups)
        group.row.detail = QLocale().toString(quint64(group.rows.size()));
    return groups;
}

std::vector<SourceFiles> sourcesOf(const graph::Document& document, const graph::Catalogue& catalogue) {
    std::vector<SourceFiles> sources;
    for (const graph::Node& node : document.nodes) {
        const graph::Manifest* manifest = catalogue.find(node.type);
        if (manifest && manifest->kind == graph::NodeKind::Source)
            sources.push_back(sourceOf(document, *manifest, node));
    }
    return sources;
}

std::vector<LibraryGroup> assetGroups(const std::vector<SourceFiles>& sources,
                                      const std::filesystem::path& directory) {
    const graph::PathBase base{directory, run::installedRoots()};
    std::vector<LibraryGroup> groups;
    for (const SourceFiles& source : sources) {
        LibraryGroup group;
        QString toolTip = qt(source.patterns);
        try {
            if (source.count)
                group.row.detail = QLocale().toString(quint64(*source.count));
            else
                group = filesOf(source, base);
        } catch (const Error& error) {
            group.row.detail = source.patterns.empty() ? trLibrary("no files yet") : trLibrary("not found");
            group.row.icon = "warning";
            toolTip = qt(std::string(error.what()) + "\n" + error.remedy());
        }
        group.row.text = group.row.search = qt(source.title);
        group.row.toolTip = toolTip;
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<LibraryGroup> studyGroups(const store::Library& library, const std::string& openStudy) {
    std::vector<LibraryGroup> groups;
    for (const store::StudyRecord& study : library.studies()) {
        QStringList tags;
        for (const std::string& tag : study.tags)
            tags += qt(tag);
        LibraryGroup group;
        group.row.text = qt(study.name);
        const std::int64_t items = library.itemCounts(study.id).total();
        const QString count =
            items == 1 ? trLibrary("1 item") : trLibrary("%1 items").arg(QLocale().toString(qint64{items}));
        group.row.detail = tags.isEmpty() ? count : tags.join(", ") + " · " + count;
        group.row.icon = "table";
        group.row.title = study.documentId == openStudy;
        QStringList said{qt(study.title), qt(study.notes),
                         group.row.title ? trLibrary("The open document") : QString()};
        said.removeAll({});
        group.row.toolTip = said.join('\n');
        group.row.search = group.row.text + "\n" + tags.join(' ') + "\n" + group.row.toolTip;
        groups.push_back(std::move(group));
    }
    return groups;
}

}  // namespace ratescope::views
