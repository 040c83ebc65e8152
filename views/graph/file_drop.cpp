#include "views/graph/file_drop.h"

#include <QCoreApplication>
#include <QDirIterator>
#include <QFileInfo>
#include <algorithm>
#include <utility>
#include <vector>

namespace ratescope::views {
namespace {

/// Of a folder only so many names are looked at.
constexpr int mostNames = 2000;

bool reads(const graph::Manifest& source, const QString& file) {
    const std::string suffix = QFileInfo(file).suffix().toLower().toStdString();
    const std::vector<std::string>& extensions = source.assets.extensions;
    return std::find(extensions.begin(), extensions.end(), suffix) != extensions.end();
}

}  // namespace

const graph::Manifest* sourceOf(const graph::Catalogue& catalogue, const QString& file) {
    QStringList names{file};
    if (QFileInfo(file).isDir()) {
        names.clear();
        for (QDirIterator within(file, QDir::Files); within.hasNext() && names.size() < mostNames;)
            names += within.next();
    }
    for (const graph::Manifest* source : catalogue.all()) {
        if (source->kind != graph::NodeKind::Source || source->assets.by != graph::AssetRule::By::Files)
            continue;
        if (std::any_of(names.begin(), names.end(),
                        [&](const QString& name) { return reads(*source, name); }))
            return source;
    }
    return nullptr;
}

DroppedFiles dropFiles(const OpenDocument& document, const QStringList& files, QPointF place) {
    DroppedFiles dropped;
    std::vector<std::pair<const graph::Manifest*, std::string>> sources;
    for (const QString& file : files) {
        if (QFileInfo(file).suffix() == "ratescope") {
            dropped.documents += file;
            continue;
        }
        const graph::Manifest* source = sourceOf(document.catalogue(), file);
        if (!source) {
            dropped.unread += file;
            continue;
        }
        const auto found = std::find_if(sources.begin(), sources.end(),
                                        [&](const auto& one) { return one.first == source; });
        const std::string path = document.pathInDocument(file);
        if (found == sources.end())
            sources.emplace_back(source, path);
        else
            found->second += ";" + path;
    }
    std::vector<std::unique_ptr<graph::Edit>> edits;
    graph::Document named = document.document();
    for (const auto& [source, paths] : sources) {
        graph::Node node = newNode(named, *source, place);
        node.parameters[source->assets.parameter] = graph::ParameterValue(paths);
        named.nodes.push_back(node);
        dropped.slugs.insert(node.slug);
        edits.push_back(graph::addNode(std::move(node)));
        place += QPointF(0, 120);
    }
    if (edits.size() == 1)
        dropped.edit = std::move(edits.front());
    else if (!edits.empty())
        dropped.edit = graph::together(QCoreApplication::translate("FileDrop", "Add files").toStdString(),
                                       std::move(edits));
    return dropped;
}

}  // namespace ratescope::views
