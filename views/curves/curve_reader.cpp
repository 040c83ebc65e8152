#include "views/curves/curve_reader.h"

#include "core/curves/bootstrap.h"
#include "core/curves/text.h"
#include "core/store/attributes.h"
#include "core/store/study_curves.h"
#include "core/store/table_view.h"
#include "views/curves/curve_plots.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace ratescope::views {
namespace {

using curves::Curve;
using Kind = curves::Quantity::Kind;

Error nothingYet() {
    return Error(ErrorKind::Input, "The study has no finished item yet.", "Run it to see its curves.");
}

void offerParameters(const std::vector<Curve>& curves, std::vector<AxisOption>& axes) {
    for (const Curve& curve : curves)
        for (const curves::Point& point : curve.points)
            for (const auto& swept : point.values) {
                const auto& [column, value] = swept;
                const bool known = std::any_of(
                    axes.begin(), axes.end(), [&](const AxisOption& axis) { return axis.id == swept.first; });
                if (!known && curves::readNumber(value)) axes.push_back({column, column, Kind::Parameter});
            }
}

const curves::Sample* worstOf(const Curve& curve, const curves::Point& point) {
    const auto value = [&](const curves::Sample& sample) {
        const double finished = curves::finish(curve.y.finish, sample.y.s0, sample.y.s1);
        return curve.y.better == graph::Better::Lower ? -finished : finished;
    };
    const auto worst = std::min_element(point.samples.begin(), point.samples.end(),
                                        [&](const auto& a, const auto& b) { return value(a) < value(b); });
    return worst == point.samples.end() ? nullptr : &*worst;
}

/// Whether a finished item that the measure has looked at lacks this metric: a manifest may name others than fit.
class Unmeasured {
  public:
    Unmeasured(const store::Library& library, store::StudyId study) {
        store::ItemFilter filter;
        filter.state = store::State::Done;
        const auto page = store::itemsPage(library, study, filter, store::ItemOrder::Planned, false, {}, 1);
        for (const store::ItemRow& row : page.rows)
            for (const store::MeasurementRow& measurement : store::measurementsOf(library, row.id))
                for (const store::ScoreRow& score : measurement.scores)
                    measured_[measurement.node].insert(score.metric.id);
    }
    bool operator()(const store::StudyMetric& metric) const {
        const auto node = measured_.find(metric.node);
        return node != measured_.end() && !node->second.contains(metric.metric.id);
    }

  private:
    std::map<std::string, std::set<std::string>> measured_;
};

}  // namespace

void CurveReader::readOffer(const OpenLibrary& open) {
    offer_ = {};
    const Unmeasured isUnmeasured(open.library, study_);
    for (const store::StudyMetric& metric : metricsOf(open.library, study_)) {
        if (isUnmeasured(metric)) continue;
        const bool qualified = metric.id != metric.metric.id;
        offer_.axes.push_back(
            {metric.id, metric.metric.title + (qualified ? " (" + metric.node + ")" : ""), Kind::Metric});
    }
    for (const std::string& rate : ratesOf(open.library, study_))
        offer_.axes.push_back({rate, rate, Kind::Rate});
    for (const char* time : {"time-encode", "time-decode"})
        offer_.axes.push_back({time, time, Kind::Time});
    for (const std::string& column : store::attributeColumns(open.library, study_))
        offer_.columns.push_back(column);
    for (const store::TableRecord& record : open.library.tables(study_))
        if (const auto shown = store::shownTable(record)) offer_.tables.push_back(shown->table.title);
}

void CurveReader::refresh(const OpenLibrary& open, const CurveQuestion& question) {
    if (!open.study) throw nothingYet();
    const std::int64_t version = open.library.changeCount();
    const CurveChoice& choice = question.choice;
    if (version == version_ && study_ == open.study->id && y_ == choice.y && x_ == choice.x) return;
    version_ = -1;
    full_.clear();
    light_.clear();
    study_ = open.study->id;
    readOffer(open);
    y_ = choice.y;
    x_ = choice.x;
    const std::string y = !y_.empty() ? y_ : offer_.axes.front().id;
    full_ = studyCurves(open.library, *open.study, y, x_);
    for (const Curve& curve : full_)
        light_.push_back(withoutSamples(curve));
    offerParameters(light_, offer_.axes);
    banded_.assign(full_.size(), false);
    bdKey_ = {};
    comparisons_.assign(full_.size(), std::nullopt);
    version_ = version;
}

std::size_t CurveReader::anchorOf(const std::string& series) const {
    for (std::size_t i = 0; i < light_.size(); ++i)
        if (light_[i].series == series) return i;
    return 0;
}

std::shared_ptr<const CurveAnswer> CurveReader::read(const OpenLibrary& open, const CurveQuestion& question) {
    return advance(open, question, std::chrono::milliseconds(0));
}

std::shared_ptr<const CurveAnswer> CurveReader::advance(const OpenLibrary& open,
                                                        const CurveQuestion& question,
                                                        std::chrono::milliseconds budget) {
    auto failed = std::make_shared<CurveAnswer>();
    failed->question = question;
    failed->complete = true;
    try {
        refresh(open, question);
        if (!question.choice.table.empty()) {
            failed->offer = offer_;
            failed->curves = light_;
            answerTable(open, *failed);
            return failed;
        }
        const CurveChoice& choice = question.choice;
        const BdKey key{light_[anchorOf(question.anchor)].series, choice.method, choice.averaging,
                        choice.hull, choice.groupedBy};
        if (key != bdKey_) comparisons_.assign(full_.size(), std::nullopt);
        bdKey_ = key;
        const auto end = std::chrono::steady_clock::now() + budget;
        while (std::chrono::steady_clock::now() < end && step(open, question)) {
        }
        return answer(question);
    } catch (const Error& error) {
        failed->offer = offer_;
        failed->failure = error;
        return failed;
    }
}

/// False where nothing is left to do.
bool CurveReader::step(const OpenLibrary& open, const CurveQuestion& question) {
    const std::size_t anchor = anchorOf(question.anchor);
    for (std::size_t i = 0; i < full_.size(); ++i)
        if (i != anchor && !comparisons_[i]) {
            compare(open, question, i);
            return true;
        }
    if (!question.choice.bands) return false;
    for (std::size_t i = 0; i < full_.size(); ++i)
        if (!banded_[i] && !question.choice.hidden.contains(full_[i].series)) {
            full_[i] = withBands(std::move(full_[i]), {});
            light_[i] = withoutSamples(full_[i]);
            banded_[i] = true;
            return true;
        }
    return false;
}

void CurveReader::compare(const OpenLibrary& open, const CurveQuestion& question, std::size_t index) {
    const CurveChoice& choice = question.choice;
    curves::CompareOptions options;
    options.method = choice.method;
    options.averaging = choice.averaging;
    options.hull = choice.hull;
    if (!choice.groupedBy.empty()) {
        options.groups = store::attributeOfAssets(open.library, study_, choice.groupedBy);
        options.groupedBy = choice.groupedBy;
    }
    const std::size_t anchor = anchorOf(question.anchor);
    const std::vector<Curve> pair{full_[anchor], full_[index]};
    comparisons_[index] = compareWithAnchor(pair, full_[anchor].series, options).front();
}

std::shared_ptr<const CurveAnswer> CurveReader::answer(const CurveQuestion& question) {
    auto answer = std::make_shared<CurveAnswer>();
    answer->question = question;
    answer->offer = offer_;
    answer->curves = light_;
    answer->anchor = anchorOf(question.anchor);
    answer->comparisons = comparisons_;
    answer->banded = banded_;
    makePlot(*answer);
    std::vector<curves::BdComparison> all;
    bool bands = true;
    for (std::size_t i = 0; i < full_.size(); ++i) {
        if (comparisons_[i]) all.push_back(*comparisons_[i]);
        bands = bands && (banded_[i] || question.choice.hidden.contains(full_[i].series));
    }
    const bool compared = all.size() + 1 == full_.size();
    if (compared && !all.empty()) answer->table = makeBdTable(all);
    answer->complete = compared && (bands || !question.choice.bands);
    return answer;
}

void CurveReader::answerTable(const OpenLibrary& open, CurveAnswer& answer) const {
    for (const store::TableRecord& record : open.library.tables(study_)) {
        const auto shown = store::shownTable(record);
        if (!shown || shown->table.title != answer.question.choice.table) continue;
        try {
            answer.spec = makeTablePlot(shown->table, shown->view);
            answer.spec->title.clear();
        } catch (const Error& error) {
            answer.plotFailure = std::string(error.what()) + " " + error.remedy();
        }
        return;
    }
    answer.plotFailure = "The study has no table " + answer.question.choice.table + " now.";
}

PointItem CurveReader::itemOf(const OpenLibrary& open, const CurveQuestion& question, const PointRef& ref) {
    refresh(open, question);
    PointItem found;
    for (const Curve& curve : full_) {
        if (curve.series != ref.series || curve.imported()) continue;
        for (const curves::Point& point : curve.points) {
            if (point.values != ref.values) continue;
            const curves::Sample* worst = worstOf(curve, point);
            if (!worst) return found;
            const curves::Item& item = curve.items[worst->item];
            for (const store::ItemRow& row :
                 itemsOfPoint(open.library, study_, ref.series, ref.values, 10'000))
                if (row.asset == item.asset && row.seed == item.seed) found = {row.id, row.asset, {}};
            if (found.item)
                if (const auto environment = environmentOf(open.library, found.item))
                    found.command = environment->commandLine;
            return found;
        }
    }
    return found;
}

}  // namespace ratescope::views
