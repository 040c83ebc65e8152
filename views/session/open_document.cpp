#include "views/session/open_document.h"

#include "core/error.h"
#include "core/run/installation.h"

#include <QDir>
#include <QFileInfo>
#include <QPointer>
#include <QThreadPool>
#include <utility>

namespace ratescope::views {

OpenDocument::OpenDocument(const graph::Catalogue& catalogue, QObject* parent)
    : QObject(parent), catalogue_(catalogue) {
    replace(graph::newDocument("untitled"), {}, true);
}

OpenDocument::~OpenDocument() {
    QThreadPool::globalInstance()->waitForDone();
}

const graph::Document& OpenDocument::document() const {
    return history_->document();
}

const graph::Manifest* OpenDocument::manifestOf(const std::string& slug) const {
    const graph::Node* node = document().find(slug);
    return node ? catalogue_.find(node->type) : nullptr;
}

void OpenDocument::replace(graph::Document document, const QString& file, bool saved) {
    history_ = std::make_unique<graph::History>(std::move(document), saved);
    wasSaved_ = saved;
    file_ = file.isEmpty() ? QString() : QFileInfo(file).absoluteFilePath();
    emit replaced();
    afterChange();
    emit savedChanged();
}

void OpenDocument::identify(const std::string& id, const std::string& name) {
    history_->identify(id, name);
    afterChange();
}

void OpenDocument::markSaved(const QString& file) {
    history_->markSaved();
    const QString absolute = QFileInfo(file).absoluteFilePath();
    const bool moved = absolute != file_;
    file_ = absolute;
    wasSaved_ = true;
    emit savedChanged();
    // Relative paths start from another folder now.
    if (moved) afterChange();
}

bool OpenDocument::saved() const {
    return history_->saved();
}

QString OpenDocument::displayName() const {
    return file_.isEmpty() ? tr("Untitled") : QFileInfo(file_).fileName();
}

std::filesystem::path OpenDocument::directory() const {
    const QString folder = file_.isEmpty() ? QDir::currentPath() : QFileInfo(file_).absolutePath();
    return folder.toStdString();
}

std::string OpenDocument::pathInDocument(const QString& file) const {
    const std::filesystem::path path = QFileInfo(file).absoluteFilePath().toStdString();
    const auto below = [&](const std::filesystem::path& folder) -> std::optional<std::string> {
        std::string relative = path.lexically_relative(folder).string();
        if (relative.empty() || relative.starts_with("..")) return std::nullopt;
        return relative;
    };
    for (const auto& [name, folder] : run::installedRoots())
        if (const auto relative = below(std::filesystem::weakly_canonical(folder)))
            return "${" + name + "}/" + *relative;
    if (!file_.isEmpty())
        if (const auto relative = below(directory())) return *relative;
    return path.string();
}

bool OpenDocument::apply(std::unique_ptr<graph::Edit> edit, bool merging) {
    try {
        history_->apply(std::move(edit), merging);
    } catch (const Error& error) {
        emit refused(QString::fromStdString(error.what()), QString::fromStdString(error.remedy()));
        return false;
    }
    afterChange();
    return true;
}

void OpenDocument::undo() {
    if (!history_->canUndo()) return;
    history_->undo();
    afterChange();
}

void OpenDocument::redo() {
    if (!history_->canRedo()) return;
    history_->redo();
    afterChange();
}

void OpenDocument::goTo(std::size_t position) {
    const std::size_t before = history_->position();
    while (history_->position() > position)
        history_->undo();
    while (history_->position() < position && history_->canRedo())
        history_->redo();
    if (history_->position() != before) afterChange();
}

bool OpenDocument::derivedIsCurrent() const {
    return derived_.generation == generation_;
}

void OpenDocument::afterChange() {
    ++generation_;
    emit changed();
    if (std::exchange(wasSaved_, saved()) != saved()) emit savedChanged();
    derive();
}

void OpenDocument::derive() {
    // One at a time; what has changed meanwhile is derived when it comes back.
    if (deriving_) return;
    deriving_ = true;
    QThreadPool::globalInstance()->start([self = QPointer(this), document = document(),
                                          &catalogue = catalogue_, folder = directory(),
                                          generation = generation_] {
        Derived derived = views::derive(document, catalogue, folder);
        derived.generation = generation;
        // The pool is waited for before this object goes.
        QMetaObject::invokeMethod(
            self, [self, derived = std::move(derived)]() mutable { self->take(std::move(derived)); },
            Qt::QueuedConnection);
    });
}

void OpenDocument::take(Derived derived) {
    deriving_ = false;
    if (derived.generation != generation_) {
        derive();
        return;
    }
    derived_ = std::move(derived);
    emit derivedChanged();
}

}  // namespace ratescope::views
