#pragma once

// Files that are dropped on the canvas become source nodes: all that one kind of source reads, one node.

#include "views/graph/graph_edits.h"
#include "views/session/open_document.h"

#include <QPointF>
#include <QString>
#include <QStringList>
#include <memory>
#include <set>
#include <string>

namespace ratescope::views {

/// The source that reads such files (or what lies in the folder); nullptr where no installed plugin does.
const graph::Manifest* sourceOf(const graph::Catalogue& catalogue, const QString& file);

struct DroppedFiles {
    std::unique_ptr<graph::Edit> edit;  ///< nullptr where no file can be read
    std::set<std::string> slugs;        ///< of the nodes made
    QStringList documents;              ///< *.ratescope: to be opened
    QStringList unread;                 ///< files that no source reads
};

DroppedFiles dropFiles(const OpenDocument& document, const QStringList& files, QPointF place);

}  // namespace ratescope::views
