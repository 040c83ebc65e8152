#include "views/start/start_files.h"

#include "core/error.h"
#include "core/graph/document_json.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>

namespace ratescope::views {

std::vector<ExampleStudy> exampleStudies(const QString& folder) {
    std::vector<ExampleStudy> studies;
    if (folder.isEmpty()) return studies;
    for (const QFileInfo& file : QDir(folder).entryInfoList({"*.ratescope"}, QDir::Files)) {
        try {
            const graph::Document document = graph::readDocument(file.absoluteFilePath().toStdString());
            const QString title = QString::fromStdString(document.title);
            studies.push_back({file.absoluteFilePath(), title.isEmpty() ? file.completeBaseName() : title,
                               QString::fromStdString(document.notes).section('\n', 0, 0)});
        } catch (const Error&) {
            // A file that someone has put there; the page shows what can be run.
        }
    }
    std::sort(studies.begin(), studies.end(),
              [](const auto& a, const auto& b) { return a.title.localeAwareCompare(b.title) < 0; });
    return studies;
}

std::vector<RecentFile> recentFiles(const QStringList& files) {
    std::vector<RecentFile> recent;
    for (const QString& file : files)
        recent.push_back({file, QFileInfo(file).isFile()});
    return recent;
}

}  // namespace ratescope::views
