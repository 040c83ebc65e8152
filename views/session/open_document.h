#pragma once

// The document that the window edits, with its history and its file, and what follows from it: findings, branches,
// assets. Panels change it through apply() and look again on changed(); nothing of it is kept by a panel.

#include "core/graph/catalogue.h"
#include "core/graph/edit.h"
#include "views/session/derived.h"

#include <QObject>
#include <QString>
#include <filesystem>
#include <memory>

namespace ratescope::views {

class OpenDocument : public QObject {
    Q_OBJECT

  public:
    /// Begins with a new, empty document. The catalogue outlives this.
    explicit OpenDocument(const graph::Catalogue& catalogue, QObject* parent = nullptr);
    ~OpenDocument() override;

    const graph::Document& document() const;
    const graph::Catalogue& catalogue() const { return catalogue_; }
    /// The manifest of a node of the document; nullptr when no installed plugin has it.
    const graph::Manifest* manifestOf(const std::string& slug) const;

    /// Another document takes the place of this one, with a history of its own. `saved`: the file holds it as it is.
    void replace(graph::Document document, const QString& file, bool saved);
    /// Absolute; "" for one that was never saved.
    QString file() const { return file_; }
    /// See graph::History.
    void identify(const std::string& id, const std::string& name);
    /// The document as it is now stands in the file.
    void markSaved(const QString& file);
    bool saved() const;
    /// "photographs.ratescope", "Untitled".
    QString displayName() const;
    /// What relative paths start from: the file's folder, else the working folder.
    std::filesystem::path directory() const;
    /// `file` as the document writes it: by a named root or relative where it can be.
    std::string pathInDocument(const QString& file) const;

    /// Applies an edit, merged with the last one while something is dragged. False, with refused() emitted, where
    /// the edit names what is not there.
    bool apply(std::unique_ptr<graph::Edit> edit, bool merging = false);
    void undo();
    void redo();
    const graph::History& history() const { return *history_; }

    /// Of the last state that was worked through; made in a thread of its own after a change.
    const Derived& derived() const { return derived_; }
    /// derived() is that of document().
    bool derivedIsCurrent() const;

  signals:
    void changed();         ///< the document, by an edit, an undo or another document
    void replaced();        ///< another document, before changed()
    void savedChanged();    ///< saved() or file()
    void derivedChanged();  ///< derived() is that of a newer state
    void refused(const QString& what, const QString& remedy);

  private:
    void afterChange();
    void derive();
    void take(Derived derived);

    const graph::Catalogue& catalogue_;
    std::unique_ptr<graph::History> history_;
    QString file_;
    Derived derived_;
    quint64 generation_ = 0;  ///< of the document; derived_ names the one that it is of
    bool deriving_ = false;
    bool wasSaved_ = true;
};

}  // namespace ratescope::views
