#include "core/graph/edit.h"

#include <utility>

namespace ratescope::graph {
namespace {

class Together : public Edit {
  public:
    Together(std::string title, std::vector<std::unique_ptr<Edit>> edits)
        : title_(std::move(title)), edits_(std::move(edits)) {}

    void swap(Document& document) override {
        if (applied_) {
            for (auto edit = edits_.rbegin(); edit != edits_.rend(); ++edit)
                (*edit)->swap(document);
            applied_ = false;
            return;
        }
        std::size_t done = 0;
        try {
            for (; done < edits_.size(); ++done)
                edits_[done]->swap(document);
        } catch (...) {
            while (done-- > 0)
                edits_[done]->swap(document);
            throw;
        }
        applied_ = true;
    }

    std::string title() const override { return title_; }

    bool merge(const Edit& later) override {
        const auto* other = dynamic_cast<const Together*>(&later);
        if (!other || other->edits_.size() != edits_.size()) return false;
        for (std::size_t i = 0; i < edits_.size(); ++i)
            if (!edits_[i]->merge(*other->edits_[i])) return false;
        return true;
    }

  private:
    std::string title_;
    std::vector<std::unique_ptr<Edit>> edits_;
    bool applied_ = false;
};

}  // namespace

bool Edit::merge(const Edit&) {
    return false;
}

std::unique_ptr<Edit> together(std::string title, std::vector<std::unique_ptr<Edit>> edits) {
    return std::make_unique<Together>(std::move(title), std::move(edits));
}

History::History(Document document, bool saved)
    : document_(std::move(document)), savedPosition_(saved ? 0 : -1) {}

void History::apply(std::unique_ptr<Edit> edit, bool merging) {
    edit->swap(document_);
    const bool atSaved = savedPosition_ == static_cast<std::ptrdiff_t>(position_);
    const bool atEnd = position_ == edits_.size();
    if (savedPosition_ > static_cast<std::ptrdiff_t>(position_)) savedPosition_ = -1;
    edits_.resize(position_);
    // The state last saved stays one that undo can reach.
    const bool merged = merging && atEnd && !atSaved && position_ > 0 && edits_.back()->merge(*edit);
    if (!merged) {
        edits_.push_back(std::move(edit));
        ++position_;
    }
    if (changed) changed();
}

bool History::canUndo() const {
    return position_ > 0;
}

bool History::canRedo() const {
    return position_ < edits_.size();
}

void History::undo() {
    if (!canUndo()) return;
    edits_[--position_]->swap(document_);
    if (changed) changed();
}

void History::redo() {
    if (!canRedo()) return;
    edits_[position_++]->swap(document_);
    if (changed) changed();
}

std::vector<std::string> History::titles() const {
    std::vector<std::string> titles;
    for (const auto& edit : edits_)
        titles.push_back(edit->title());
    return titles;
}

std::size_t History::position() const {
    return position_;
}

void History::identify(std::string id, std::string name) {
    document_.id = std::move(id);
    document_.name = std::move(name);
    if (changed) changed();
}

void History::markSaved() {
    savedPosition_ = static_cast<std::ptrdiff_t>(position_);
}

bool History::saved() const {
    return savedPosition_ == static_cast<std::ptrdiff_t>(position_);
}

}  // namespace ratescope::graph
