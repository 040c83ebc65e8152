#include "views/session/settings.h"

#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int version = 1;
constexpr int mostRecent = 12;

const QString lookKey = "look", reopenKey = "reopen-last", jobsKey = "jobs", recentKey = "recent";

/// Steps from the version before; a newer file is read as far as it is understood.
void upgrade(QSettings& file) {
    const int from = file.value("version", version).toInt();
    if (from > version) return;
    file.setValue("version", version);
}

}  // namespace

Settings::Settings() {
    upgrade(file_);
}

LookChoice Settings::look() const {
    const QString text = file_.value(lookKey).toString();
    return text == "light" ? LookChoice::Light : text == "dark" ? LookChoice::Dark : LookChoice::System;
}

void Settings::setLook(LookChoice choice) {
    file_.setValue(lookKey, choice == LookChoice::Light  ? "light"
                            : choice == LookChoice::Dark ? "dark"
                                                         : "system");
}

bool Settings::reopensLastDocument() const {
    return file_.value(reopenKey, false).toBool();
}

void Settings::setReopensLastDocument(bool reopens) {
    file_.setValue(reopenKey, reopens);
}

int Settings::jobs() const {
    return std::clamp(file_.value(jobsKey, 0).toInt(), 0, 1024);
}

void Settings::setJobs(int jobs) {
    file_.setValue(jobsKey, jobs);
}

QStringList Settings::recentFiles() const {
    return file_.value(recentKey).toStringList().mid(0, mostRecent);
}

void Settings::addRecentFile(const QString& file) {
    QStringList files = recentFiles();
    files.removeAll(file);
    files.prepend(file);
    file_.setValue(recentKey, QStringList(files.mid(0, mostRecent)));
}

void Settings::removeRecentFile(const QString& file) {
    QStringList files = recentFiles();
    files.removeAll(file);
    file_.setValue(recentKey, files);
}

QString Settings::keyOf(const QString& action) const {
    return file_.value("keys/" + action).toString();
}

void Settings::setKeyOf(const QString& action, const QString& key) {
    if (key.isEmpty())
        file_.remove("keys/" + action);
    else
        file_.setValue("keys/" + action, key);
}

QByteArray Settings::viewState(const QString& view) const {
    return file_.value("views/" + view).toByteArray();
}

void Settings::setViewState(const QString& view, const QByteArray& state) {
    file_.setValue("views/" + view, state);
}

}  // namespace ratescope::views
