#include "views/runs/runs_comparison.h"

#include "views/runs/run_texts.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTreeView>
#include <algorithm>

namespace ratescope::views {
namespace {

store::RunFacts factsOf(const store::Library& library, store::ItemId item, store::StudyId id,
                        const graph::Catalogue& catalogue) {
    if (item) return store::factsOfItem(library, item, catalogue);
    for (const store::StudyRecord& study : library.studies())
        if (study.id == id) return store::factsOfStudy(library, study, catalogue);
    throw Error(ErrorKind::Usage, "The study is gone from the library.", "Choose another one.");
}

QComboBox* sideBox(const QString& name, QWidget* parent) {
    auto* box = new QComboBox(parent);
    box->setAccessibleName(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(16);
    return box;
}

}  // namespace

RunsComparison::RunsComparison(Session& session, std::vector<store::ItemId> items, QWidget* parent)
    : QDialog(parent),
      session_(session),
      first_(sideBox(tr("First"), this)),
      second_(sideBox(tr("Second"), this)),
      summary_(new QLabel(this)),
      warning_(new QLabel(this)),
      model_(new ComparisonModel(this)),
      tree_(new QTreeView(this)) {
    setWindowTitle(tr("Compare runs"));
    setObjectName("runs.comparison");
    first_->setObjectName("runs.comparison.first");
    second_->setObjectName("runs.comparison.second");
    summary_->setProperty("title", true);
    summary_->setObjectName("runs.comparison.summary");
    warning_->setObjectName("runs.comparison.warning");
    warning_->setProperty("warn", true);
    warning_->setWordWrap(true);
    warning_->hide();
    tree_->setModel(model_);
    tree_->setObjectName("runs.comparison.tree");
    tree_->setAccessibleName(tr("What differs"));
    tree_->setFont(tableFont());
    tree_->setUniformRowHeights(true);
    tree_->setFrameShape(QFrame::NoFrame);
    tree_->header()->setStretchLastSection(true);
    tree_->header()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    connect(first_, &QComboBox::activated, this, &RunsComparison::compare);
    connect(second_, &QComboBox::activated, this, &RunsComparison::compare);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(measure::groupGap, measure::groupGap, measure::groupGap, measure::groupGap);
    grid->setSpacing(measure::padding);
    grid->addWidget(new QLabel(tr("First"), this), 0, 0);
    grid->addWidget(first_, 0, 1);
    grid->addWidget(new QLabel(tr("Second"), this), 1, 0);
    grid->addWidget(second_, 1, 1);
    grid->addWidget(summary_, 2, 0, 1, 2);
    grid->addWidget(warning_, 3, 0, 1, 2);
    grid->addWidget(tree_, 4, 0, 1, 2);
    grid->setColumnStretch(1, 1);
    resize(640, 480);
    session.results.ask(
        this, "runs.sides",
        [items = std::move(items)](const OpenLibrary& open) {
            std::vector<Side> sides;
            for (const store::ItemId item : items)
                sides.push_back({itemTitle(store::item(open.library, item)), item, 0});
            for (const store::StudyRecord& study : open.library.studies())
                sides.push_back({tr("Study %1").arg(QString::fromStdString(study.name)), 0, study.id});
            return sides;
        },
        [this](const std::vector<Side>& sides) { offer(sides); });
}

void RunsComparison::offer(const std::vector<Side>& sides) {
    sides_ = sides;
    for (const Side& side : sides) {
        first_->addItem(side.title);
        second_->addItem(side.title);
    }
    second_->setCurrentIndex(sides.size() > 1 ? 1 : 0);
    compare();
}

void RunsComparison::compare() {
    if (first_->currentIndex() < 0 || second_->currentIndex() < 0) return;
    const Side first = sides_[static_cast<std::size_t>(first_->currentIndex())],
               second = sides_[static_cast<std::size_t>(second_->currentIndex())];
    session_.results.ask(
        this, "runs.comparison",
        [first, second, &catalogue = session_.document.catalogue()](const OpenLibrary& open) {
            return store::differenceOf(factsOf(open.library, first.item, first.study, catalogue),
                                       factsOf(open.library, second.item, second.study, catalogue));
        },
        [this](const store::RunDifference& difference) { take(difference); });
}

void RunsComparison::take(const store::RunDifference& difference) {
    model_->show(difference);
    for (int row = 0; row < model_->rowCount(); ++row) {
        tree_->setFirstColumnSpanned(row, {}, true);
        tree_->setExpanded(model_->index(row, 0), row != model_->equalRow());
    }
    tree_->setColumnWidth(0, 220);
    tree_->setColumnWidth(1, 190);
    const auto parameters =
        std::count_if(difference.differing.begin(), difference.differing.end(),
                      [](const auto& row) { return row.kind == store::RunFact::Kind::Parameter; });
    summary_->setText(
        tr("Different parameters: %1. Equal: %2.").arg(parameters).arg(difference.equal.size()));
    const bool both = difference.firstIsDirty && difference.secondIsDirty;
    warning_->setText(both ? tr("Both were made by a program of changed sources (dirty).")
                      : difference.firstIsDirty
                          ? tr("The first was made by a program of changed sources (dirty).")
                          : tr("The second was made by a program of changed sources (dirty)."));
    warning_->setVisible(difference.firstIsDirty || difference.secondIsDirty);
}

}  // namespace ratescope::views
