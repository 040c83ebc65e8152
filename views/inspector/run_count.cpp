#include "views/inspector/run_count.h"

#include "core/graph/document_json.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

namespace ratescope::views {
namespace {

constexpr int restMs = 600;
/// A plan of more is not asked for while its document is edited: writing it out would hold the window up.
constexpr std::size_t mostPlannedRows = 2'000;

QString trRunCount(const char* text) {
    return QCoreApplication::translate("RunCount", text);
}

QString counted(std::size_t count, const char* one, const char* many) {
    return count == 1 ? trRunCount(one)
                      : trRunCount(many).arg(QLocale().toString(static_cast<qulonglong>(count)));
}

std::vector<const graph::Branch*> branchesOf(const Derived& derived, const std::string& column) {
    std::vector<const graph::Branch*> branches;
    for (const graph::Branch& branch : derived.branches) {
        if (branch.rows.empty()) continue;
        for (const auto& value : branch.rows.front().values)
            if (value.first == column) {
                branches.push_back(&branch);
                break;
            }
    }
    return branches;
}

std::optional<std::size_t> itemsOf(const Session& session,
                                   const std::vector<const graph::Branch*>& branches) {
    std::size_t sum = 0;
    for (const graph::Branch* branch : branches) {
        const auto items =
            session.document.derived().itemsOf(*branch, session.document.document().seeds.size());
        if (!items) return std::nullopt;
        sum += *items;
    }
    return sum;
}

bool givesPictures(const Session& session, const graph::Branch& branch) {
    for (const std::string& source : branch.sources) {
        const graph::Manifest* const manifest = session.document.manifestOf(source);
        if (manifest && !manifest->outputs.empty() &&
            manifest->outputs.front().type == graph::PortType::Image)
            return true;
    }
    return false;
}

/// "× 2 other settings × 4 pictures × 3 seeds", as many as multiply `rows` to the branch's items.
QString factorsText(const Session& session, const graph::Branch& branch, std::size_t rows,
                    std::size_t items) {
    QString text;
    const std::size_t all = branch.rows.size(), seeds = session.document.document().seeds.size();
    if (rows == 0 || all % rows != 0 || all * seeds == 0) return text;
    const QString times = QString(" ") + QChar(0x00D7) + ' ';
    if (all / rows > 1) text += times + counted(all / rows, "1 other setting", "%1 other settings");
    const std::size_t assets = items / (all * seeds);
    text += times + (givesPictures(session, branch) ? counted(assets, "1 picture", "%1 pictures")
                                                    : counted(assets, "1 asset", "%1 assets"));
    if (seeds > 1) text += times + counted(seeds, "1 seed", "%1 seeds");
    return text;
}

QString productText(const Session& session, const std::vector<const graph::Branch*>& branches,
                    const QString& first, std::size_t rows, const char* one, const char* many) {
    const auto items = itemsOf(session, branches);
    if (branches.empty()) return first + trRunCount(", and no candidate depends on them");
    if (!items) return first + trRunCount("; what the source yields can't be counted");
    // A number and what it counts stay together.
    const QString sum = "<b>" + counted(*items, one, many).replace(' ', QChar(QChar::Nbsp)) + "</b>";
    const QString factors = branches.size() == 1
                                ? factorsText(session, *branches.front(), rows, *items)
                                : QString(" ") + counted(branches.size(), "in 1 branch", "in %1 branches");
    return first + factors + " = " + sum;
}

QString freshText(const NewItems& fresh, bool wholeStudy) {
    if (fresh.fresh == 0) return trRunCount(", none new");
    const QString count = QLocale().toString(fresh.fresh);
    return wholeStudy ? trRunCount(", %1 new").arg(count) : trRunCount(", %1 new in the study").arg(count);
}

}  // namespace

QString runCountText(const Session& session, const graph::SweepColumn& column,
                     const std::optional<NewItems>& fresh) {
    const auto& sweeps = session.document.document().sweeps;
    const auto place = placeOf(sweeps, column);
    if (!place) return {};
    const graph::Sweep& sweep = sweeps[place->sweep];
    const std::size_t rows = sweep.rows.size();
    const QString first =
        sweep.columns.size() == 1 ? counted(rows, "1 value", "%1 values") : counted(rows, "1 row", "%1 rows");
    const Derived& derived = session.document.derived();
    if (!derived.valid()) return trRunCount("%1; runs are counted once the document has no error").arg(first);
    const auto branches = branchesOf(derived, column.text());
    QString text = productText(session, branches, first, rows, "1 run", "%1 runs");
    if (fresh && !branches.empty()) text += freshText(*fresh, branches.size() == derived.branches.size());
    return text;
}

QString reachCountText(const Session& session, const graph::Reach& reach) {
    const QString first = counted(reach.targets.size(), "1 target", "%1 targets");
    const Derived& derived = session.document.derived();
    if (!derived.valid())
        return trRunCount("%1; items are counted once the document has no error").arg(first);
    return productText(session, branchesOf(derived, reach.targetColumn()), first, reach.targets.size(),
                       "1 item", "%1 items") +
           trRunCount(", at most %1 runs each").arg(reach.mostRuns);
}

ColumnReach reachedBy(const Session& session, const std::string& column) {
    const auto branches = branchesOf(session.document.derived(), column);
    ColumnReach reached;
    QStringList titles;
    for (const graph::Branch* branch : branches)
        titles += QString::fromStdString(branch->title);
    reached.branches = titles.join(", ");
    if (!branches.empty()) reached.items = itemsOf(session, branches);
    return reached;
}

PlanCount::PlanCount(Session& session, QObject* parent) : QObject(parent), session_(session) {
    rest_.setSingleShot(true);
    rest_.setInterval(restMs);
    connect(&rest_, &QTimer::timeout, this, &PlanCount::ask);
    connect(&session.document, &OpenDocument::changed, this, &PlanCount::forget);
    connect(&session.document, &OpenDocument::derivedChanged, &rest_, qOverload<>(&QTimer::start));
    connect(&session.supervisor, &SupervisorLink::stateChanged, this, &PlanCount::forget);
    connect(&session.supervisor, &SupervisorLink::idle, &rest_, qOverload<>(&QTimer::start));
}

void PlanCount::setWanted(bool wanted) {
    if (wanted == wanted_) return;
    wanted_ = wanted;
    if (wanted) rest_.start();
}

void PlanCount::forget() {
    rest_.start();
    if (!items_) return;
    items_.reset();
    emit changed();
}

void PlanCount::ask() {
    const OpenDocument& document = session_.document;
    if (!wanted_ || session_.supervisor.state() != SupervisorLink::State::Attached) return;
    if (!document.derivedIsCurrent() || !document.derived().valid()) return;
    std::size_t rows = 0;
    for (const graph::Sweep& sweep : document.document().sweeps)
        rows += sweep.rows.size();
    if (rows > mostPlannedRows) return;
    const quint64 generation = document.derived().generation;
    session_.supervisor.request(
        "plan",
        {{"document", graph::toJson(document.document())},
         {"directory", document.directory().string()},
         {"options", nlohmann::json::object()}},
        this,
        [this, generation](const nlohmann::json& plan) {
            if (session_.document.derived().generation != generation) return;
            const nlohmann::json& items = plan.at("items");
            items_ = NewItems{items.at("new").get<qint64>(), items.at("total").get<qint64>()};
            emit changed();
        },
        // The run itself will say it; here the number is left out.
        [](const Error&) {});
}

}  // namespace ratescope::views
