#pragma once

// A parameter whose value is looked for, so that a rate or a metric meets each of a list of targets.

#include "views/inspector/card.h"
#include "views/inspector/run_count.h"
#include "views/inspector/text_entry.h"

class QComboBox;
class QLabel;

namespace ratescope::views {

/// What a reach may ask for, with a title to choose by: rates first, then the metrics of the document's measures, by
/// NODE:METRIC where several measures have one.
struct ReachQuantity {
    std::string id;
    QString title;
};
std::vector<ReachQuantity> reachQuantities(const graph::Document& document,
                                           const graph::Catalogue& catalogue);

/// One to begin with: a metric of the document at a usual target, else bits per pixel.
graph::Reach firstReach(const graph::Document& document, const graph::Catalogue& catalogue,
                        const std::string& node, const std::string& parameter);

class ReachEditor : public Card {
    Q_OBJECT

  public:
    ReachEditor(Session& session, const graph::Parameter& parameter, QWidget* parent = nullptr);

    /// The document's reach of this index.
    void show(std::size_t reach);

  private:
    CheckedLine* addField(const QString& name, const QString& label, int figures);
    void build();
    void fill();
    void read();
    void readText(graph::Reach& reach, QString& fault);
    void apply(const graph::Reach& reach, bool merging);
    void showCount();

    Session& session_;
    const graph::Parameter& parameter_;
    std::size_t index_ = 0;
    graph::Reach shown_;
    QComboBox* quantity_;
    CheckedLine *targets_, *tolerance_, *runs_, *from_, *to_;
    QLabel *fault_, *count_;
};

}  // namespace ratescope::views
