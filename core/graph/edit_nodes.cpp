#include "core/error.h"
#include "core/graph/edit.h"
#include "core/graph/sweep_columns.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace ratescope::graph {
namespace {

Node& nodeOf(Document& document, const std::string& slug) {
    if (Node* node = document.find(slug)) return *node;
    throw Error(ErrorKind::Document, "There is no node " + inQuotes(slug) + " to edit.",
                "Check the name of the node.");
}

void requireFreeSlug(const Document& document, const std::string& slug) {
    if (!isSlug(slug))
        throw Error(ErrorKind::Document, inQuotes(slug) + " can't be the name of a node.",
                    "Use the letters a to z, digits and hyphens.");
    if (document.find(slug))
        throw Error(ErrorKind::Document, "There is a node " + inQuotes(slug) + " already.",
                    "Choose another name.");
}

class AddNode : public Edit {
  public:
    explicit AddNode(Node node) : node_(std::move(node)), slug_(node_.slug) {}

    void swap(Document& document) override {
        if (added_) {
            node_ = std::move(document.nodes.back());
            document.nodes.pop_back();
        } else {
            requireFreeSlug(document, slug_);
            document.nodes.push_back(std::move(node_));
        }
        added_ = !added_;
    }

    std::string title() const override { return "Add " + slug_; }

  private:
    Node node_;
    std::string slug_;
    bool added_ = false;
};

/// The lists of a document in which nodes stand or are named. They are swapped whole, so that undo restores
/// order and names exactly.
struct Lists {
    std::vector<Node> nodes;
    std::vector<Wire> wires;
    std::vector<Sweep> sweeps;
    std::vector<Reach> reaches;
    std::vector<PortRef> candidates;
    std::vector<FigureSpec> figures;
};

class ChangeLists : public Edit {
  public:
    void swap(Document& document) override {
        if (!other_) other_ = changed(document);
        std::swap(document.nodes, other_->nodes);
        std::swap(document.wires, other_->wires);
        std::swap(document.sweeps, other_->sweeps);
        std::swap(document.reaches, other_->reaches);
        std::swap(document.candidates, other_->candidates);
        std::swap(document.figures, other_->figures);
    }

  protected:
    /// The lists as they are to be. Throws Error(Document) when the edit can't be done.
    virtual Lists changed(Document& document) const = 0;

  private:
    std::optional<Lists> other_;
};

class RemoveNodes : public ChangeLists {
  public:
    explicit RemoveNodes(std::vector<std::string> slugs) : slugs_(std::move(slugs)) {}

    std::string title() const override { return "Remove " + listed(slugs_, 3); }

  protected:
    Lists changed(Document& document) const override {
        for (const std::string& slug : slugs_)
            nodeOf(document, slug);
        const std::set<std::string> gone(slugs_.begin(), slugs_.end());
        Lists lists{document.nodes,   document.wires,      {},
                    document.reaches, document.candidates, document.figures};
        std::erase_if(lists.nodes, [&](const Node& node) { return gone.count(node.slug) != 0; });
        std::erase_if(lists.wires, [&](const Wire& wire) {
            return gone.count(wire.from.node) || gone.count(wire.to.node);
        });
        std::erase_if(lists.reaches, [&](const Reach& reach) { return gone.count(reach.node) != 0; });
        std::erase_if(lists.candidates, [&](const PortRef& port) { return gone.count(port.node) != 0; });
        const auto goes = [&](const SweepColumn& column) { return gone.count(column.node) != 0; };
        for (const Sweep& sweep : document.sweeps)
            if (Sweep kept = withoutColumns(sweep, goes); !kept.columns.empty() || sweep.columns.empty())
                lists.sweeps.push_back(std::move(kept));
        return lists;
    }

  private:
    std::vector<std::string> slugs_;
};

class RenameNode : public ChangeLists {
  public:
    RenameNode(std::string slug, std::string newSlug)
        : slug_(std::move(slug)), newSlug_(std::move(newSlug)) {}

    std::string title() const override { return "Rename " + slug_ + " to " + newSlug_; }

  protected:
    Lists changed(Document& document) const override {
        nodeOf(document, slug_);
        requireFreeSlug(document, newSlug_);
        Lists lists{document.nodes,   document.wires,      document.sweeps,
                    document.reaches, document.candidates, document.figures};
        for (Node& node : lists.nodes)
            rename(node.slug);
        for (Wire& wire : lists.wires) {
            rename(wire.from.node);
            rename(wire.to.node);
        }
        for (Sweep& sweep : lists.sweeps)
            for (SweepColumn& column : sweep.columns)
                rename(column.node);
        for (Reach& reach : lists.reaches) {
            rename(reach.node);
            renameMeasure(reach.quantity);
        }
        for (PortRef& candidate : lists.candidates)
            rename(candidate.node);
        for (FigureSpec& figure : lists.figures) {
            renameMeasure(figure.x);
            renameMeasure(figure.y);
            renameSeries(figure.anchor);
            for (std::string& series : figure.series)
                renameSeries(series);
        }
        return lists;
    }

  private:
    void rename(std::string& slug) const {
        if (slug == slug_) slug = newSlug_;
    }

    /// "bpp@psnr", "psnr:psnr-rgb".
    void renameMeasure(std::string& quantity) const {
        if (quantity.ends_with("@" + slug_))
            quantity.replace(quantity.size() - slug_.size(), slug_.size(), newSlug_);
        else if (quantity.starts_with(slug_ + ":"))
            quantity.replace(0, slug_.size(), newSlug_);
    }

    /// "jpeg/optimise=false", "jpeg/crop.size=8": each part may begin with a node.
    void renameSeries(std::string& series) const {
        std::string renamed;
        for (std::size_t at = 0; at <= series.size();) {
            const std::size_t end = std::min(series.find('/', at), series.size());
            std::string part = series.substr(at, end - at);
            rename(part);
            if (part.starts_with(slug_ + ".")) part.replace(0, slug_.size(), newSlug_);
            renamed += (at > 0 ? "/" : "") + part;
            at = end + 1;
        }
        series = renamed;
    }

    std::string slug_, newSlug_;
};

class MoveNode : public Edit {
  public:
    MoveNode(std::string slug, double x, double y) : slug_(std::move(slug)), x_(x), y_(y) {}

    void swap(Document& document) override {
        Node& node = nodeOf(document, slug_);
        std::swap(node.x, x_);
        std::swap(node.y, y_);
    }

    std::string title() const override { return "Move " + slug_; }

    bool merge(const Edit& later) override {
        const auto* other = dynamic_cast<const MoveNode*>(&later);
        return other && other->slug_ == slug_;
    }

  private:
    std::string slug_;
    double x_, y_;
};

/// One field of one node.
template <typename Value>
class SetField : public Edit {
  public:
    SetField(std::string slug, Value Node::*field, Value value, std::string title)
        : slug_(std::move(slug)), field_(field), value_(std::move(value)), title_(std::move(title)) {}

    void swap(Document& document) override { std::swap(nodeOf(document, slug_).*field_, value_); }
    std::string title() const override { return title_; }

    bool merge(const Edit& later) override {
        const auto* other = dynamic_cast<const SetField*>(&later);
        return other && other->slug_ == slug_ && other->field_ == field_;
    }

  private:
    std::string slug_;
    Value Node::*field_;
    Value value_;
    std::string title_;
};

class SetParameter : public Edit {
  public:
    /// Without a value the parameter goes back to its default.
    SetParameter(std::string slug, std::string parameter, std::optional<Binding> value, std::string title)
        : slug_(std::move(slug)),
          parameter_(std::move(parameter)),
          value_(std::move(value)),
          title_(std::move(title)) {}

    void swap(Document& document) override {
        auto& parameters = nodeOf(document, slug_).parameters;
        std::optional<Binding> before;
        if (const auto found = parameters.find(parameter_); found != parameters.end()) before = found->second;
        if (value_)
            parameters[parameter_] = *value_;
        else
            parameters.erase(parameter_);
        value_ = std::move(before);
    }

    std::string title() const override { return title_; }

    bool merge(const Edit& later) override {
        const auto* other = dynamic_cast<const SetParameter*>(&later);
        return other && other->slug_ == slug_ && other->parameter_ == parameter_;
    }

  private:
    std::string slug_, parameter_;
    std::optional<Binding> value_;
    std::string title_;
};

}  // namespace

std::unique_ptr<Edit> addNode(Node node) {
    return std::make_unique<AddNode>(std::move(node));
}

std::unique_ptr<Edit> removeNodes(std::vector<std::string> slugs) {
    return std::make_unique<RemoveNodes>(std::move(slugs));
}

std::unique_ptr<Edit> renameNode(std::string slug, std::string newSlug) {
    return std::make_unique<RenameNode>(std::move(slug), std::move(newSlug));
}

std::unique_ptr<Edit> moveNode(std::string slug, double x, double y) {
    return std::make_unique<MoveNode>(std::move(slug), x, y);
}

std::unique_ptr<Edit> setTitle(std::string slug, std::string title) {
    const std::string shown = "Set title of " + slug;
    return std::make_unique<SetField<std::string>>(std::move(slug), &Node::title, std::move(title), shown);
}

std::unique_ptr<Edit> setParameter(std::string slug, std::string parameter, Binding value) {
    const std::string shown = "Set " + parameter + " of " + slug;
    return std::make_unique<SetParameter>(std::move(slug), std::move(parameter), std::move(value), shown);
}

std::unique_ptr<Edit> resetParameter(std::string slug, std::string parameter) {
    const std::string shown = "Reset " + parameter + " of " + slug;
    return std::make_unique<SetParameter>(std::move(slug), std::move(parameter), std::nullopt, shown);
}

std::unique_ptr<Edit> setPairing(std::string slug, Pairing pairing) {
    const std::string shown = "Set pairing of " + slug;
    return std::make_unique<SetField<Pairing>>(std::move(slug), &Node::pairing, pairing, shown);
}

std::unique_ptr<Edit> setBypassed(std::string slug, bool bypassed) {
    const std::string shown = (bypassed ? "Bypass " : "Take back bypass of ") + slug;
    return std::make_unique<SetField<bool>>(std::move(slug), &Node::bypassed, bypassed, shown);
}

}  // namespace ratescope::graph
