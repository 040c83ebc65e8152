#include "app/desktop/document_files.h"

#include "core/error.h"
#include "core/graph/document_json.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>
#include <QUuid>

namespace ratescope::desktop {
namespace {

/// After the last edit: dragging does not write a file for each step.
constexpr int asideAfterMs = 1000;

QDir dataFolder(const QString& name) {
    const QDir folder(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + '/' + name);
    folder.mkpath(".");
    return folder;
}

/// Side files name their process, so that those of one that is still there are left alone.
QString processOf(const QString& sideFile) {
    return QFileInfo(sideFile).fileName().section('-', 0, 0);
}

}  // namespace

DocumentFiles::DocumentFiles(views::Session& session, QObject* parent) : QObject(parent), session_(session) {
    asideTimer_.setSingleShot(true);
    asideTimer_.setInterval(asideAfterMs);
    connect(&asideTimer_, &QTimer::timeout, this, &DocumentFiles::keepAside);
    connect(&session_.document, &views::OpenDocument::replaced, this, &DocumentFiles::forgetAside);
    connect(&session_.document, &views::OpenDocument::changed, &asideTimer_, qOverload<>(&QTimer::start));
    connect(&session_.document, &views::OpenDocument::savedChanged, &asideTimer_,
            qOverload<>(&QTimer::start));
}

DocumentFiles::~DocumentFiles() {
    forgetAside();
}

void DocumentFiles::startNew() {
    session_.document.replace(graph::newDocument("untitled"), {}, true);
}

bool DocumentFiles::open(const QString& file) {
    try {
        const QString absolute = QFileInfo(file).absoluteFilePath();
        bool older = false;
        graph::Document document = graph::readDocument(absolute.toStdString(), &older);
        session_.document.replace(std::move(document), absolute, true);
        session_.settings.addRecentFile(absolute);
        if (older) emit migrated(absolute);
        return true;
    } catch (const Error& error) {
        emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
        return false;
    }
}

bool DocumentFiles::openExample(const QString& file) {
    // The example's folder may not be the user's to write, and its tables lie beside it.
    const QDir target = dataFolder("examples");
    for (const QFileInfo& beside : QFileInfo(file).dir().entryInfoList(QDir::Files)) {
        const QString copy = target.filePath(beside.fileName());
        if (QFile::exists(copy)) continue;
        if (!QFile::copy(beside.filePath(), copy)) {
            emit failed(tr("%1 can't be written.").arg(copy), tr("Make room in your home folder."));
            return false;
        }
        QFile::setPermissions(copy, QFile::permissions(copy) | QFile::WriteOwner);
    }
    return open(target.filePath(QFileInfo(file).fileName()));
}

bool DocumentFiles::save(const QString& file) {
    try {
        views::OpenDocument& open = session_.document;
        const QString absolute = QFileInfo(file).absoluteFilePath();
        graph::Document document = open.document();
        const bool another = !open.file().isEmpty() && absolute != open.file();
        const bool first = open.file().isEmpty();
        if (another) document.id = graph::newDocument(document.name).id;
        if (another || first)
            document.name = graph::newDocument(QFileInfo(absolute).completeBaseName().toStdString()).name;
        graph::writeDocument(absolute.toStdString(), document);
        if (another || first) open.identify(document.id, document.name);
        open.markSaved(absolute);
        session_.settings.addRecentFile(absolute);
        forgetAside();
        return true;
    } catch (const Error& error) {
        emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
        return false;
    }
}

QString DocumentFiles::library() const {
    const QString file = session_.document.file();
    if (file.isEmpty()) return {};
    const QFileInfo info(file);
    return info.dir().filePath(info.completeBaseName() + ".rslib");
}

void DocumentFiles::keepAside() {
    if (session_.document.saved()) {
        forgetAside();
        return;
    }
    if (sideFile_.isEmpty())
        sideFile_ =
            dataFolder("unsaved").filePath(QString("%1-%2.json")
                                               .arg(QCoreApplication::applicationPid())
                                               .arg(QUuid::createUuid().toString(QUuid::Id128).left(8)));
    try {
        const nlohmann::json aside = {{"file", session_.document.file().toStdString()},
                                      {"document", graph::toJson(session_.document.document())}};
        QSaveFile out(sideFile_);
        const QByteArray text = QByteArray::fromStdString(aside.dump());
        if (!out.open(QIODevice::WriteOnly) || out.write(text) != text.size() || !out.commit())
            emit failed(tr("Your edits can't be kept aside in %1.").arg(sideFile_), tr("Save the document."));
    } catch (const Error& error) {
        emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
    }
}

void DocumentFiles::forgetAside() {
    asideTimer_.stop();
    if (!sideFile_.isEmpty()) QFile::remove(std::exchange(sideFile_, {}));
}

std::vector<DocumentFiles::Recovery> DocumentFiles::recoveries() const {
    std::vector<Recovery> found;
    for (const QFileInfo& side : dataFolder("unsaved").entryInfoList({"*-*.json"}, QDir::Files, QDir::Time)) {
        if (QFile::exists("/proc/" + processOf(side.filePath()))) continue;
        QFile file(side.filePath());
        if (!file.open(QIODevice::ReadOnly)) continue;
        const auto aside = nlohmann::json::parse(file.readAll().toStdString(), nullptr, false);
        if (!aside.is_object() || !aside.contains("document")) continue;
        found.push_back({side.filePath(), QString::fromStdString(aside.value("file", ""))});
    }
    return found;
}

bool DocumentFiles::recover(const Recovery& recovery) {
    QFile file(recovery.sideFile);
    const auto aside = file.open(QIODevice::ReadOnly)
                           ? nlohmann::json::parse(file.readAll().toStdString(), nullptr, false)
                           : nlohmann::json();
    try {
        if (!aside.is_object())
            throw Error(ErrorKind::Input, recovery.sideFile.toStdString() + " is damaged.", "");
        session_.document.replace(graph::documentFromJson(aside.value("document", nlohmann::json())),
                                  recovery.file, false);
    } catch (const Error& error) {
        emit failed(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
        return false;
    }
    // What was recovered is kept aside anew before the old side file goes.
    keepAside();
    QFile::remove(recovery.sideFile);
    return true;
}

void DocumentFiles::discard(const Recovery& recovery) {
    QFile::remove(recovery.sideFile);
}

}  // namespace ratescope::desktop
