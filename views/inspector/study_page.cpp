#include "views/inspector/study_page.h"

#include "core/graph/edit.h"
#include "views/inspector/column_area.h"
#include "views/inspector/elided_header.h"
#include "views/inspector/parameter_row.h"
#include "views/inspector/plain_editors.h"
#include "views/inspector/sweep_values.h"
#include "views/inspector/sweeps_model.h"
#include "views/inspector/variables_model.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QRegularExpression>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr std::uint64_t mostSeeds = 10'000;
constexpr int mostTableRows = 8;
constexpr std::size_t mostOfStudy = 5;

QLabel* heading(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("title", true);
    label->setFont(titleFont());
    label->setContentsMargins(0, measure::groupGap, 0, measure::grid);
    return label;
}

QLabel* aside(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("muted", true);
    label->setWordWrap(true);
    return label;
}

}  // namespace

QString seedsText(const std::vector<std::uint64_t>& seeds) {
    bool run = seeds.size() > 2;
    for (std::size_t i = 1; i < seeds.size() && run; ++i)
        run = seeds[i] == seeds[i - 1] + 1;
    if (run) return QString("%1..%2").arg(seeds.front()).arg(seeds.back());
    QStringList words;
    for (const std::uint64_t seed : seeds)
        words += QString::number(seed);
    return words.join(", ");
}

std::optional<std::vector<std::uint64_t>> seedsIn(const QString& text) {
    static const QRegularExpression between("[,;\\s]+");
    std::vector<std::uint64_t> seeds;
    for (const QString& word : text.trimmed().split(between, Qt::SkipEmptyParts)) {
        bool firstIs = false, lastIs = false;
        const quint64 first = word.section("..", 0, 0).toULongLong(&firstIs);
        const quint64 last = word.contains("..") ? word.section("..", 1).toULongLong(&lastIs) : first;
        if (!firstIs || (word.contains("..") && !lastIs) || last < first || last - first >= mostSeeds)
            return std::nullopt;
        for (quint64 seed = first; seed <= last; ++seed) {
            if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end() || seeds.size() >= mostSeeds)
                return std::nullopt;
            seeds.push_back(seed);
        }
    }
    if (seeds.empty()) return std::nullopt;
    return seeds;
}

StudyPage::StudyPage(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      variables_(new VariablesModel(session, this)),
      sweeps_(new SweepsModel(session, this)) {
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding);
    column->setSpacing(measure::grid);
    buildForm(*column);
    buildVariables(*column);
    buildSweeps(*column);
    column->addStretch();
    auto* scroll = new ColumnArea(this);
    scroll->setColumn(body);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(scroll);
    refresh();
    refreshDerived();
}

CheckedLine* StudyPage::addField(const QString& name, const QString& label, const QString& help,
                                 int figures) {
    auto* field = new CheckedLine(this);
    field->setObjectName(name);
    field->setAccessibleName(label);
    field->setToolTip(help);
    field->numberWidth = figures;
    if (figures) field->setAlignment(Qt::AlignRight);
    return field;
}

void StudyPage::buildForm(QVBoxLayout& column) {
    head_ = new QLabel(this);
    head_->setProperty("title", true);
    head_->setFont(titleFont());
    column.addWidget(head_);
    column.addWidget(findings_ = aside({}, this));
    findings_->setProperty("muted", false);
    findings_->setProperty("bad", true);

    title_ = addField("studyTitle", tr("Title"), tr("Shown above figures and in lists"), 0);
    connect(title_, &QLineEdit::textEdited, this, [this](const QString& text) {
        session_.document.apply(graph::setStudyTitle(text.toStdString()), title_->gesture.merges());
    });
    notes_ = new TextPane(4, this);
    notes_->setObjectName("notes");
    notes_->setAccessibleName(tr("Notes"));
    notes_->setPlaceholderText(tr("What this study is to find out"));
    connect(notes_, &QPlainTextEdit::textChanged, this, [this] {
        if (showing_) return;
        session_.document.apply(graph::setNotes(notes_->toPlainText().toStdString()),
                                notes_->gesture.merges());
    });
    seeds_ = addField("seeds", tr("Seeds"), tr("Each item is run once for each: 0..4, or 0, 3, 7"), 0);
    threads_ =
        addField("threads", tr("Threads"), tr("Of one task; numbers may depend on it, not on the jobs"), 4);
    stall_ =
        addField("stall", tr("Stall"), tr("A task that says nothing for so long is ended, in seconds"), 6);
    keep_ = new QCheckBox(this);
    keep_->setObjectName("keep");
    for (CheckedLine* field : {seeds_, threads_, stall_}) {
        connect(field, &QLineEdit::textEdited, this, [this, field] { readStudy(field); });
        connect(field, &CheckedLine::givenUp, this, [this, field] {
            field->setWrong(false);
            field->clear();
            say(fault_, {});
            refresh();
        });
    }
    connect(keep_, &QCheckBox::clicked, this, [this](bool on) {
        const graph::Document& now = session_.document.document();
        session_.document.apply(graph::setStudy(now.seeds, now.threads, now.stallSeconds, on));
    });

    auto* form = new QGridLayout;
    form->setHorizontalSpacing(measure::padding);
    form->setVerticalSpacing(measure::grid);
    form->setColumnStretch(1, 1);
    int line = 0;
    const auto add = [&](const QString& text, QWidget* field, Qt::Alignment alignment = {}) {
        auto* label = new QLabel(text, this);
        label->setMinimumHeight(measure::field);
        label->setFixedWidth(labelWidth);
        label->setWordWrap(true);
        label->setBuddy(field);
        label->setToolTip(field->toolTip());
        if (field->accessibleName().isEmpty()) field->setAccessibleName(text);
        form->addWidget(label, line, 0, Qt::AlignTop);
        form->addWidget(field, line++, 1, alignment);
    };
    add(tr("Title"), title_);
    add(tr("Notes"), notes_);
    add(tr("Seeds"), seeds_);
    add(tr("Threads a task"), threads_, Qt::AlignLeft);
    add(tr("Stall, s"), stall_, Qt::AlignLeft);
    keep_->setToolTip(tr("Every candidate is kept as a file beside the library."));
    add(tr("Keep reconstructions"), keep_);
    column.addLayout(form);
    column.addWidget(fault_ = addFault("studyFault"));
}

QLabel* StudyPage::addFault(const QString& name) {
    auto* fault = new QLabel(this);
    fault->setObjectName(name);
    fault->setWordWrap(true);
    fault->setProperty("bad", true);
    fault->setFont(tableFont());
    fault->hide();
    return fault;
}

QTableView* StudyPage::makeTable(const QString& name, const QString& label, QAbstractItemModel* model) {
    auto* table = new QTableView(this);
    table->setObjectName(name);
    table->setAccessibleName(label);
    table->setModel(model);
    table->setFont(tableFont());
    table->setShowGrid(false);
    table->setTabKeyNavigation(false);
    table->setWordWrap(false);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(measure::row);
    table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table->setStyleSheet("QTableView { border: 1px solid palette(mid); }");
    auto* header = new ElidedHeader(table);
    table->setHorizontalHeader(header);
    header->setSectionResizeMode(QHeaderView::Stretch);
    connect(model, &QAbstractItemModel::modelReset, this, &StudyPage::fitTables);
    return table;
}

void StudyPage::buildVariables(QVBoxLayout& column) {
    column.addWidget(heading(tr("Variables"), this));
    noVariables_ =
        aside(tr("A variable is a value that several parameters read. Make one here, or in the menu of a "
                 "parameter."),
              this);
    column.addWidget(noVariables_);
    variablesTable_ = makeTable("variables", tr("Variables"), variables_);
    column.addWidget(variablesTable_);
    column.addWidget(variableFault_ = addFault("variableFault"));
    auto* buttons = new QHBoxLayout;
    const auto button = [&](const QString& name, const QString& iconName, const QString& text) {
        auto* made = new QToolButton(this);
        made->setObjectName(name);
        made->setIcon(icon(iconName));
        made->setToolTip(text);
        made->setAccessibleName(text);
        made->setFixedSize(measure::field, measure::field);
        made->setFocusPolicy(Qt::StrongFocus);
        buttons->addWidget(made);
        return made;
    };
    connect(button("addVariable", "add", tr("Add a variable")), &QToolButton::clicked, variables_,
            &VariablesModel::addVariable);
    connect(
        button("removeVariable", "remove", tr("Remove the selected variable; what reads it keeps its value")),
        &QToolButton::clicked, this, [this] { variables_->removeAt(variablesTable_->currentIndex().row()); });
    buttons->addStretch();
    column.addLayout(buttons);
    connect(variables_, &VariablesModel::refused, this,
            [this](const QString& why) { say(variableFault_, why); });
}

void StudyPage::buildSweeps(QVBoxLayout& column) {
    column.addWidget(heading(tr("Sweeps and reaches"), this));
    noSweeps_ =
        aside(tr("Nothing is varied yet. Select a node, and choose Sweep in the menu of a parameter."), this);
    column.addWidget(noSweeps_);
    sweepsTable_ = makeTable("sweeps", tr("Sweeps and reaches"), sweeps_);
    sweepsTable_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    sweepsTable_->setToolTip(tr("Return or a double click selects the node"));
    for (const int narrow : {SweepsModel::Values, SweepsModel::Items})
        sweepsTable_->horizontalHeader()->setSectionResizeMode(narrow, QHeaderView::ResizeToContents);
    column.addWidget(sweepsTable_);
    connect(sweepsTable_, &QTableView::activated, this, [this](const QModelIndex& index) {
        if (const std::string node = sweeps_->nodeAt(index.row()); !node.empty())
            session_.selection.setNodes({node});
    });
}

void StudyPage::fitTables() {
    const auto fit = [](QTableView* table, QLabel* none) {
        const int rows = table->model()->rowCount();
        table->setVisible(rows > 0);
        none->setVisible(rows == 0);
        table->setFixedHeight(std::min(rows, mostTableRows) * measure::row +
                              table->horizontalHeader()->sizeHint().height() + 2);
    };
    fit(variablesTable_, noVariables_);
    fit(sweepsTable_, noSweeps_);
}

void StudyPage::refresh() {
    const graph::Document& document = session_.document.document();
    showing_ = true;
    const auto put = [](CheckedLine* field, const QString& text, bool equal) {
        if (equal) return;
        field->setText(text);
        field->setWrong(false);
    };
    const QString title = QString::fromStdString(document.title),
                  notes = QString::fromStdString(document.notes);
    put(title_, title, title_->text() == title);
    if (notes_->toPlainText() != notes) notes_->setPlainText(notes);
    const bool wrong = seeds_->isWrong() || threads_->isWrong() || stall_->isWrong();
    put(seeds_, seedsText(document.seeds), wrong || seedsIn(seeds_->text()) == document.seeds);
    put(threads_, QString::number(document.threads), wrong || threads_->text().toInt() == document.threads);
    put(stall_, textOf(document.stallSeconds), wrong || stall_->text().toDouble() == document.stallSeconds);
    keep_->setChecked(document.keepReconstructions);
    showing_ = false;
    fitTables();
}

void StudyPage::refreshDerived() {
    const Derived& derived = session_.document.derived();
    const QLocale locale;
    QString text = tr("Study");
    if (const auto items = derived.items(session_.document.document().seeds.size()); derived.valid() && items)
        text = derived.branches.size() == 1
                   ? tr("Study, 1 branch, %1 items").arg(locale.toString(static_cast<qulonglong>(*items)))
                   : tr("Study, %1 branches, %2 items")
                         .arg(derived.branches.size())
                         .arg(locale.toString(static_cast<qulonglong>(*items)));
    head_->setText(text);
    QStringList found;
    for (const graph::Finding& finding : derived.findings)
        if (finding.node.empty() && found.size() < static_cast<qsizetype>(mostOfStudy))
            found += QString::fromStdString(finding.message) + " " + QString::fromStdString(finding.remedy);
    say(findings_, found.join('\n'));
}

QString StudyPage::faultOf(CheckedLine* field, graph::Document& study) const {
    const QString text = field->text().trimmed();
    bool is = false;
    if (field == seeds_) {
        const auto seeds = seedsIn(text);
        if (!seeds) return tr("Seeds are whole numbers, each once: 0..4, or 0, 3, 7.");
        study.seeds = *seeds;
    } else if (field == threads_) {
        study.threads = text.toInt(&is);
        if (!is || study.threads < 1 || study.threads > 1024) return tr("A task has 1 to 1024 threads.");
    } else {
        study.stallSeconds = text.toDouble(&is);
        if (!is || !(study.stallSeconds > 0) || !std::isfinite(study.stallSeconds))
            return tr("The stall time is a number of seconds above 0.");
    }
    return {};
}

void StudyPage::readStudy(CheckedLine* field) {
    const graph::Document& now = session_.document.document();
    graph::Document study = now;
    const QString why = faultOf(field, study);
    field->setWrong(!why.isEmpty());
    say(fault_, why);
    if (!why.isEmpty() || study == now) return;
    session_.document.apply(
        graph::setStudy(study.seeds, study.threads, study.stallSeconds, study.keepReconstructions),
        field->gesture.merges());
}

void StudyPage::say(QLabel* fault, const QString& text) {
    fault->setText(text);
    fault->setVisible(!text.isEmpty());
}

}  // namespace ratescope::views
