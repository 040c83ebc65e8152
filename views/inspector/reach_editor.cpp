#include "views/inspector/reach_editor.h"

#include "core/curves/rate.h"
#include "core/error.h"
#include "core/graph/expand.h"
#include "views/inspector/flow_layout.h"
#include "views/theme/style.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr int fewestRuns = 3, mostRuns = 1000;
constexpr double usualTarget = 35;  ///< dB

std::vector<graph::Metric> metricsAt(const graph::Document& document, const graph::Manifest& manifest,
                                     const graph::Node& node) {
    try {
        return graph::metricsOf(manifest, graph::parametersOf(document, manifest, node));
    } catch (const Error&) {
        return {};  // said at the node
    }
}

/// A number above `least`, or why the field has none.
std::optional<double> numberIn(CheckedLine& field, QString& fault, const QString& what) {
    bool is = false;
    const double value = field.text().trimmed().toDouble(&is);
    is = is && std::isfinite(value);
    field.setWrong(!is);
    if (!is && fault.isEmpty()) fault = what;
    return is ? std::optional(value) : std::nullopt;
}

}  // namespace

std::vector<ReachQuantity> reachQuantities(const graph::Document& document,
                                           const graph::Catalogue& catalogue) {
    std::vector<ReachQuantity> quantities;
    for (const curves::Rate& rate : curves::allRates())
        quantities.push_back({rate.id, QString::fromUtf8(rate.axisTitle)});
    struct Found {
        std::string node;
        graph::Metric metric;
    };
    std::vector<Found> found;
    for (const graph::Node& node : document.nodes) {
        const graph::Manifest* const manifest = catalogue.find(node.type);
        if (!manifest || manifest->kind != graph::NodeKind::Measure) continue;
        for (graph::Metric& metric : metricsAt(document, *manifest, node))
            found.push_back({node.slug, std::move(metric)});
    }
    for (const Found& one : found) {
        const auto same = std::count_if(found.begin(), found.end(),
                                        [&](const Found& other) { return other.metric.id == one.metric.id; });
        QString title = QString::fromStdString(one.metric.title);
        if (!one.metric.unit.empty()) title += " (" + QString::fromStdString(one.metric.unit) + ")";
        if (same > 1) title += " " + QString(QChar(0x00B7)) + " " + QString::fromStdString(one.node);
        quantities.push_back({same > 1 ? one.node + ":" + one.metric.id : one.metric.id, title});
    }
    return quantities;
}

graph::Reach firstReach(const graph::Document& document, const graph::Catalogue& catalogue,
                        const std::string& node, const std::string& parameter) {
    graph::Reach reach;
    reach.node = node;
    reach.parameter = parameter;
    reach.quantity = "bpp";
    reach.targets = {0.5};
    for (const ReachQuantity& quantity : reachQuantities(document, catalogue))
        if (quantity.title.contains("(dB)")) {
            reach.quantity = quantity.id;
            reach.targets = {usualTarget};
            break;
        }
    return reach;
}

ReachEditor::ReachEditor(Session& session, const graph::Parameter& parameter, QWidget* parent)
    : Card(parent), session_(session), parameter_(parameter), quantity_(new QComboBox(this)) {
    setObjectName("reachEditor");
    build();
    connect(quantity_, &QComboBox::activated, this, [this](int index) {
        graph::Reach reach = shown_;
        reach.quantity = quantity_->itemData(index).toString().toStdString();
        apply(reach, false);
    });
    connect(&session.document, &OpenDocument::derivedChanged, this, &ReachEditor::showCount);
}

CheckedLine* ReachEditor::addField(const QString& name, const QString& label, int figures) {
    auto* field = new CheckedLine(this);
    field->setObjectName(name);
    field->setAccessibleName(label);
    field->setToolTip(label);
    field->numberWidth = figures;
    if (figures) field->setAlignment(Qt::AlignRight);
    connect(field, &QLineEdit::textEdited, this, &ReachEditor::read);
    connect(field, &CheckedLine::givenUp, this, &ReachEditor::fill);
    return field;
}

void ReachEditor::build() {
    quantity_->setObjectName("quantity");
    quantity_->setAccessibleName(tr("What is reached"));
    quantity_->setToolTip(tr("The rate or metric that is to meet the target"));
    quantity_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    quantity_->setMinimumContentsLength(6);
    targets_ = addField("targets", tr("Targets, between commas"), 0);
    tolerance_ = addField("tolerance", tr("How far from the target, in percent of it"), 3);
    runs_ = addField("mostRuns", tr("How often one item is run at most"), 3);
    from_ = addField("reachFrom", tr("Least value that is tried"), 5);
    to_ = addField("reachTo", tr("Greatest value that is tried"), 5);
    from_->setPlaceholderText(parameter_.minimum ? textOf(*parameter_.minimum) : QString());
    to_->setPlaceholderText(parameter_.maximum ? textOf(*parameter_.maximum) : QString());
    fault_ = new QLabel(this);
    fault_->setObjectName("reachFault");
    fault_->setWordWrap(true);
    fault_->setProperty("bad", true);
    fault_->setFont(tableFont());
    fault_->hide();
    count_ = new QLabel(this);
    count_->setObjectName("count");
    count_->setWordWrap(true);
    count_->setTextFormat(Qt::RichText);
    count_->setFont(tableFont());

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding);
    grid->setHorizontalSpacing(measure::padding);
    grid->setVerticalSpacing(measure::grid);
    grid->setColumnStretch(1, 1);
    int line = 0;
    const auto add = [&](const QString& text, QWidget* field) {
        auto* label = new QLabel(text, this);
        label->setBuddy(field);
        grid->addWidget(label, line, 0);
        grid->addWidget(field, line++, 1);
    };
    const auto sentence = [&](const QString& text, std::initializer_list<QWidget*> parts) {
        auto* flow = new FlowLayout(nullptr, measure::grid);
        for (QWidget* part : parts)
            flow->addWidget(part);
        auto* label = new QLabel(text, this);
        label->setMinimumHeight(measure::field);
        grid->addWidget(label, line, 0, Qt::AlignTop | Qt::AlignLeft);
        grid->addLayout(flow, line++, 1);
    };
    add(tr("Reach"), quantity_);
    add(tr("Targets"), targets_);
    sentence(tr("Within"), {tolerance_, new QLabel(QString("%, ") + tr("at most"), this), runs_,
                            new QLabel(tr("runs"), this)});
    sentence(tr("Between"), {from_, new QLabel(tr("and"), this), to_});
    grid->addWidget(fault_, line++, 0, 1, 2);
    grid->addWidget(new Rule(this), line++, 0, 1, 2);
    grid->addWidget(count_, line, 0, 1, 2);
}

void ReachEditor::show(std::size_t reach) {
    const graph::Document& document = session_.document.document();
    const auto quantities = reachQuantities(document, session_.document.catalogue());
    const graph::Reach& now = document.reaches.at(reach);
    const bool same = index_ == reach && now == shown_ && quantity_->count() > 0;
    index_ = reach;
    shown_ = now;
    quantity_->clear();
    for (const ReachQuantity& quantity : quantities)
        quantity_->addItem(quantity.title, QString::fromStdString(quantity.id));
    const QString id = QString::fromStdString(now.quantity);
    if (quantity_->findData(id) < 0) quantity_->addItem(id, id);
    quantity_->setCurrentIndex(quantity_->findData(id));
    if (!same) fill();
    showCount();
}

void ReachEditor::fill() {
    const auto put = [](CheckedLine* field, const QString& text, bool equal) {
        field->setWrong(false);
        if (!equal) field->setText(text);
    };
    const auto number = [&](CheckedLine* field, std::optional<double> value) {
        bool is = false;
        const double now = field->text().toDouble(&is);
        put(field, value ? QString::number(*value, 'g', 12) : QString(),
            value ? is && now == *value : field->text().isEmpty());
    };
    QStringList words;
    for (const double target : shown_.targets)
        words += textOf(target);
    // Not under the hands of who writes it.
    std::vector<double> written;
    for (const QString& word : targets_->text().split(',', Qt::SkipEmptyParts))
        written.push_back(word.trimmed().toDouble());
    put(targets_, words.join(", "), written == shown_.targets);
    number(tolerance_, QString::number(shown_.tolerance * 100, 'g', 10).toDouble());
    number(runs_, shown_.mostRuns);
    number(from_, shown_.from);
    number(to_, shown_.to);
    fault_->hide();
}

void ReachEditor::readText(graph::Reach& reach, QString& fault) {
    reach.targets.clear();
    bool good = true;
    for (const QString& word : targets_->text().split(',', Qt::SkipEmptyParts)) {
        bool is = false;
        const double target = word.trimmed().toDouble(&is);
        good = good && is && std::isfinite(target) &&
               std::find(reach.targets.begin(), reach.targets.end(), target) == reach.targets.end();
        reach.targets.push_back(target);
    }
    good = good && !reach.targets.empty();
    targets_->setWrong(!good);
    if (!good) fault = tr("Targets are numbers between commas, each once.");
    const auto tolerance = numberIn(*tolerance_, fault, tr("The tolerance is a number of percent."));
    if (tolerance) reach.tolerance = *tolerance / 100;
    if (tolerance && (*tolerance <= 0 || *tolerance >= 100)) {
        tolerance_->setWrong(true);
        fault = tr("The tolerance lies above 0 and below 100 percent of the target.");
    }
    const auto runs = numberIn(*runs_, fault, tr("The number of runs is a whole number."));
    if (runs) reach.mostRuns = static_cast<int>(std::clamp(*runs, 0.0, 1e6));
    if (runs && (*runs < fewestRuns || *runs > mostRuns || std::floor(*runs) != *runs)) {
        runs_->setWrong(true);
        fault = tr("There can be %1 to %2 runs of an item.").arg(fewestRuns).arg(mostRuns);
    }
    const auto end = [&](CheckedLine* field) -> std::optional<double> {
        field->setWrong(false);
        if (field->text().trimmed().isEmpty()) return std::nullopt;
        const auto value = numberIn(*field, fault, tr("The ends are numbers, or empty."));
        if (!value) return std::nullopt;
        if (const std::string why = graph::whyUnfit(parameter_, valueOf(parameter_, *value)); !why.empty()) {
            field->setWrong(true);
            fault = QString::fromStdString(why + ".");
        }
        return value;
    };
    reach.from = end(from_);
    reach.to = end(to_);
    if (reach.from && reach.to && !(*reach.from < *reach.to)) {
        to_->setWrong(true);
        fault = tr("The first end lies below the second.");
    }
}

void ReachEditor::read() {
    graph::Reach reach = shown_;
    QString fault;
    readText(reach, fault);
    fault_->setText(fault);
    fault_->setVisible(!fault.isEmpty());
    auto* field = qobject_cast<CheckedLine*>(focusWidget());
    if (fault.isEmpty() && reach != shown_) apply(reach, field && field->gesture.merges());
}

void ReachEditor::apply(const graph::Reach& reach, bool merging) {
    std::vector<graph::Reach> reaches = session_.document.document().reaches;
    if (index_ >= reaches.size()) return;
    reaches[index_] = reach;
    session_.document.apply(graph::setReaches(std::move(reaches)), merging);
}

void ReachEditor::showCount() {
    if (!session_.document.derivedIsCurrent() && !count_->text().isEmpty()) return;
    count_->setText(reachCountText(session_, shown_));
}

}  // namespace ratescope::views
