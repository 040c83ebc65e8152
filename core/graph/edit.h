#pragma once

// Undoable edits of a document. Each command swaps old and new, so undo is redo. One History a document; the
// selection is not part of it.

#include "core/graph/document.h"
#include "core/graph/manifest.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ratescope::graph {

class Edit {
  public:
    virtual ~Edit() = default;
    /// Applies the edit, or takes it back: calls alternate.
    virtual void swap(Document& document) = 0;
    /// For the undo menu: "Set quality of jpeg".
    virtual std::string title() const = 0;
    /// Takes in a later edit of the same thing (dragging a slider, moving a node); false if it is another.
    virtual bool merge(const Edit& later);
};

std::unique_ptr<Edit> addNode(Node node);
std::unique_ptr<Edit> removeNodes(
    std::vector<std::string> slugs);  ///< with wires, sweep columns, reaches, candidates
std::unique_ptr<Edit> renameNode(std::string slug, std::string newSlug);
std::unique_ptr<Edit> moveNode(std::string slug, double x, double y);
std::unique_ptr<Edit> setTitle(std::string slug, std::string title);
std::unique_ptr<Edit> setParameter(std::string slug, std::string parameter, Binding value);
std::unique_ptr<Edit> resetParameter(std::string slug, std::string parameter);  ///< back to the default
std::unique_ptr<Edit> setPairing(std::string slug, Pairing pairing);
std::unique_ptr<Edit> setBypassed(std::string slug, bool bypassed);
/// Replaces the wire that an `each` input has; an `all` input takes several, and so does a measure's candidate
/// (give FanOut::All for both).
std::unique_ptr<Edit> connect(Wire wire, FanOut fanOut = FanOut::Each);
std::unique_ptr<Edit> disconnect(Wire wire);
std::unique_ptr<Edit> setCandidate(PortRef output, bool marked);
std::unique_ptr<Edit> setSweeps(std::vector<Sweep> sweeps);
std::unique_ptr<Edit> setReaches(std::vector<Reach> reaches);
std::unique_ptr<Edit> setVariables(std::vector<Variable> variables);
std::unique_ptr<Edit> setFrames(std::vector<Frame> frames);
std::unique_ptr<Edit> setStudy(std::vector<std::uint64_t> seeds, int threads, double stallSeconds,
                               bool keepReconstructions);
/// Several edits as one step (paste, duplicate, insert on a wire).
std::unique_ptr<Edit> together(std::string title, std::vector<std::unique_ptr<Edit>> edits);

class History {
  public:
    /// `saved`: the document as it is here counts as saved.
    explicit History(Document document, bool saved = true);

    const Document& document() const { return document_; }
    /// Applies the edit; merges it with the last one if `merging`. Throws Error(Document), with the document
    /// unchanged, when the edit names a node or wire that is not there.
    void apply(std::unique_ptr<Edit> edit, bool merging = false);
    bool canUndo() const;
    bool canRedo() const;
    void undo();
    void redo();
    std::vector<std::string> titles() const;
    std::size_t position() const;  ///< edits applied
    /// Another permanent id and name, as saving under another name gives them: no edit, so undo does not go back
    /// behind it.
    void identify(std::string id, std::string name);
    void markSaved();
    bool saved() const;  ///< the document is as it was when last marked

    /// Called after each change.
    std::function<void()> changed;

  private:
    Document document_;
    std::vector<std::unique_ptr<Edit>> edits_;
    std::size_t position_ = 0;
    std::ptrdiff_t savedPosition_ = 0;  ///< −1: the saved state can't be reached by undo or redo any more
};

}  // namespace ratescope::graph
