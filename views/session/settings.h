#pragma once

// What the program remembers of its user, beside documents: typed, with a step for each version of the file. Window
// state is never written into a document.

#include "views/theme/style.h"

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>

namespace ratescope::views {

class Settings {
  public:
    /// Of organisation and application; brings an older file up to date.
    Settings();

    LookChoice look() const;
    void setLook(LookChoice choice);
    bool reopensLastDocument() const;
    void setReopensLastDocument(bool reopens);
    /// Tasks at a time; 0 for one per processor.
    int jobs() const;
    void setJobs(int jobs);
    /// Newest first, at most 12; a file that is gone stays until it is taken out.
    QStringList recentFiles() const;
    void addRecentFile(const QString& file);
    void removeRecentFile(const QString& file);
    /// Keys that the user gave to an action; "" for the action's own.
    QString keyOf(const QString& action) const;
    void setKeyOf(const QString& action, const QString& key);

    /// State of a widget under a name of its own: columns, splitters, the window.
    QByteArray viewState(const QString& view) const;
    void setViewState(const QString& view, const QByteArray& state);

  private:
    QSettings file_;
};

}  // namespace ratescope::views
