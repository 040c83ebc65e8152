#pragma once

// What the start page lists, read in a thread: the example studies, and which of the recent files are still there.

#include <QString>
#include <QStringList>
#include <vector>

namespace ratescope::views {

struct ExampleStudy {
    QString file, title;
    QString notes;  ///< their first line
};

/// Those in the folder, in the order of their titles; a file that can't be read is left out.
std::vector<ExampleStudy> exampleStudies(const QString& folder);

struct RecentFile {
    QString file;
    bool there = true;
};

std::vector<RecentFile> recentFiles(const QStringList& files);

}  // namespace ratescope::views
