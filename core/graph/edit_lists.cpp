#include "core/error.h"
#include "core/graph/edit.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace ratescope::graph {
namespace {

/// One list or text of the document as a whole.
template <typename List>
class SetList : public Edit {
  public:
    SetList(List Document::*list, List value, std::string title)
        : list_(list), value_(std::move(value)), title_(std::move(title)) {}

    void swap(Document& document) override { std::swap(document.*list_, value_); }
    std::string title() const override { return title_; }

    bool merge(const Edit& later) override {
        const auto* other = dynamic_cast<const SetList*>(&later);
        return other && other->list_ == list_;
    }

  private:
    List Document::*list_;
    List value_;
    std::string title_;
};

/// A list of the document that is made from what it is when the edit is first applied.
template <typename List, typename Change>
class ChangeList : public Edit {
  public:
    ChangeList(List Document::*list, Change change, std::string title)
        : list_(list), change_(std::move(change)), title_(std::move(title)) {}

    void swap(Document& document) override {
        if (!other_) other_ = change_(std::as_const(document));
        std::swap(document.*list_, *other_);
    }

    std::string title() const override { return title_; }

  private:
    List Document::*list_;
    Change change_;
    std::optional<List> other_;
    std::string title_;
};

template <typename List, typename Change>
std::unique_ptr<Edit> changeList(List Document::*list, Change change, std::string title) {
    return std::make_unique<ChangeList<List, Change>>(list, std::move(change), std::move(title));
}

void requireNode(const Document& document, const std::string& slug) {
    if (document.find(slug)) return;
    throw Error(ErrorKind::Document, "There is no node " + inQuotes(slug) + " to edit.",
                "Check the name of the node.");
}

std::string textOf(const Wire& wire) {
    return "from " + inQuotes(wire.from.text()) + " to " + inQuotes(wire.to.text());
}

class SetStudy : public Edit {
  public:
    SetStudy(std::vector<std::uint64_t> seeds, int threads, double stallSeconds, bool keepReconstructions)
        : seeds_(std::move(seeds)),
          threads_(threads),
          stallSeconds_(stallSeconds),
          keepReconstructions_(keepReconstructions) {}

    void swap(Document& document) override {
        std::swap(document.seeds, seeds_);
        std::swap(document.threads, threads_);
        std::swap(document.stallSeconds, stallSeconds_);
        std::swap(document.keepReconstructions, keepReconstructions_);
    }

    std::string title() const override { return "Set study"; }
    bool merge(const Edit& later) override { return dynamic_cast<const SetStudy*>(&later) != nullptr; }

  private:
    std::vector<std::uint64_t> seeds_;
    int threads_;
    double stallSeconds_;
    bool keepReconstructions_;
};

}  // namespace

std::unique_ptr<Edit> connect(Wire wire, FanOut fanOut) {
    const std::string shown = "Connect " + wire.from.text() + " to " + wire.to.text();
    const auto change = [wire = std::move(wire), fanOut](const Document& document) {
        requireNode(document, wire.from.node);
        requireNode(document, wire.to.node);
        std::vector<Wire> wires = document.wires;
        if (std::find(wires.begin(), wires.end(), wire) != wires.end())
            throw Error(ErrorKind::Document, "There is a wire " + textOf(wire) + " already.",
                        "Choose other ports.");
        const auto before =
            std::find_if(wires.begin(), wires.end(), [&](const Wire& one) { return one.to == wire.to; });
        if (fanOut == FanOut::Each && before != wires.end())
            *before = wire;
        else
            wires.push_back(wire);
        return wires;
    };
    return changeList(&Document::wires, change, shown);
}

std::unique_ptr<Edit> disconnect(Wire wire) {
    const std::string shown = "Disconnect " + wire.from.text() + " from " + wire.to.text();
    const auto change = [wire = std::move(wire)](const Document& document) {
        std::vector<Wire> wires = document.wires;
        if (std::erase(wires, wire) == 0)
            throw Error(ErrorKind::Document, "There is no wire " + textOf(wire) + ".", "Check its ports.");
        return wires;
    };
    return changeList(&Document::wires, change, shown);
}

std::unique_ptr<Edit> setCandidate(PortRef output, bool marked) {
    const std::string shown = (marked ? "Mark " : "Unmark ") + output.text() + " as candidate";
    const auto change = [output = std::move(output), marked](const Document& document) {
        requireNode(document, output.node);
        std::vector<PortRef> candidates = document.candidates;
        const bool there = std::find(candidates.begin(), candidates.end(), output) != candidates.end();
        if (marked && !there) candidates.push_back(output);
        if (!marked) std::erase(candidates, output);
        return candidates;
    };
    return changeList(&Document::candidates, change, shown);
}

std::unique_ptr<Edit> setSweeps(std::vector<Sweep> sweeps) {
    return std::make_unique<SetList<std::vector<Sweep>>>(&Document::sweeps, std::move(sweeps), "Set sweeps");
}

std::unique_ptr<Edit> setReaches(std::vector<Reach> reaches) {
    return std::make_unique<SetList<std::vector<Reach>>>(&Document::reaches, std::move(reaches),
                                                         "Set reaches");
}

std::unique_ptr<Edit> setVariables(std::vector<Variable> variables) {
    return std::make_unique<SetList<std::vector<Variable>>>(&Document::variables, std::move(variables),
                                                            "Set variables");
}

std::unique_ptr<Edit> setFrames(std::vector<Frame> frames) {
    return std::make_unique<SetList<std::vector<Frame>>>(&Document::frames, std::move(frames), "Set frames");
}

std::unique_ptr<Edit> setCrops(std::vector<Crop> crops) {
    return std::make_unique<SetList<std::vector<Crop>>>(&Document::crops, std::move(crops), "Set crops");
}

std::unique_ptr<Edit> setFigures(std::vector<FigureSpec> figures, std::string title) {
    return std::make_unique<SetList<std::vector<FigureSpec>>>(&Document::figures, std::move(figures),
                                                              std::move(title));
}

std::unique_ptr<Edit> setStudy(std::vector<std::uint64_t> seeds, int threads, double stallSeconds,
                               bool keepReconstructions) {
    return std::make_unique<SetStudy>(std::move(seeds), threads, stallSeconds, keepReconstructions);
}

std::unique_ptr<Edit> setStudyTitle(std::string title) {
    return std::make_unique<SetList<std::string>>(&Document::title, std::move(title),
                                                  "Set title of the study");
}

std::unique_ptr<Edit> setNotes(std::string notes) {
    return std::make_unique<SetList<std::string>>(&Document::notes, std::move(notes), "Set notes");
}

}  // namespace ratescope::graph
