#include "views/figures/part_options.h"

#include "views/theme/tokens.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLineEdit>

namespace ratescope::views {
namespace {

QLineEdit* textField(const QString& name, QWidget* parent) {
    auto* field = new QLineEdit(parent);
    field->setAccessibleName(name);
    field->setFixedHeight(measure::field);
    return field;
}

void putText(QLineEdit* field, const std::string& text) {
    const QString shown = QString::fromStdString(text);
    if (field->text() != shown) field->setText(shown);
}

}  // namespace

PartOptions::PartOptions(QWidget* parent)
    : OptionGroup(tr("Parts"), parent),
      legend_(new ChoiceField(tr("Place of the legend"), this)),
      bands_(new QCheckBox(tr("Bands"), this)),
      grid_(new QCheckBox(tr("Grid"), this)),
      table_(new QCheckBox(tr("BD table"), this)),
      titled_(new QCheckBox(tr("Title"), this)),
      dataset_(textField(tr("Name of the data set"), this)),
      title_(textField(tr("Title above the plot"), this)) {
    legend_->setObjectName("figures.legend");
    bands_->setObjectName("figures.bands");
    grid_->setObjectName("figures.grid");
    table_->setObjectName("figures.bdTable");
    titled_->setObjectName("figures.titled");
    dataset_->setObjectName("figures.dataset");
    title_->setObjectName("figures.title");
    legend_->add("auto", tr("Inside, where it covers least"));
    legend_->add("top-left", tr("Inside, top left"));
    legend_->add("top-right", tr("Inside, top right"));
    legend_->add("bottom-left", tr("Inside, bottom left"));
    legend_->add("bottom-right", tr("Inside, bottom right"));
    legend_->add("none", tr("None"));
    bands_->setToolTip(tr("95 % bootstrap over items"));
    dataset_->setPlaceholderText(tr("Name in legend and caption"));
    addRow(tr("Legend"), {legend_});
    addRow(tr("Data set"), {dataset_});
    auto* boxes = new QGridLayout;
    boxes->setHorizontalSpacing(measure::padding);
    boxes->setVerticalSpacing(measure::grid);
    boxes->addWidget(bands_, 0, 0);
    boxes->addWidget(grid_, 0, 1);
    boxes->addWidget(table_, 0, 2);
    boxes->addWidget(titled_, 0, 3);
    auto* holder = new QWidget(this);
    holder->setLayout(boxes);
    boxes->setContentsMargins(0, 0, 0, 0);
    addWide(holder);
    addWide(title_);

    connect(legend_, &QComboBox::activated, this, [this](int place) {
        edit(tr("legend"),
             [place](graph::FigureSpec& spec) { spec.legend = static_cast<graph::LegendPlace>(place); });
    });
    const auto connectBox = [this](QCheckBox* box, const QString& what, bool graph::FigureSpec::*field) {
        connect(box, &QCheckBox::clicked, this, [this, what, field](bool on) {
            edit(what, [field, on](graph::FigureSpec& spec) { spec.*field = on; });
        });
    };
    connectBox(bands_, tr("bands"), &graph::FigureSpec::bands);
    connectBox(grid_, tr("grid"), &graph::FigureSpec::grid);
    connectBox(table_, tr("BD table"), &graph::FigureSpec::bdTable);
    connect(titled_, &QCheckBox::clicked, this, [this](bool on) {
        const std::string title = on ? proposedTitle_.toStdString() : std::string();
        edit(tr("title"), [title](graph::FigureSpec& spec) { spec.title = title; });
    });
    connect(title_, &QLineEdit::textEdited, this, [this](const QString& text) {
        edit(
            tr("title"), [title = text.toStdString()](graph::FigureSpec& spec) { spec.title = title; }, true);
    });
    connect(dataset_, &QLineEdit::textEdited, this, [this](const QString& text) {
        edit(
            tr("data set"), [name = text.toStdString()](graph::FigureSpec& spec) { spec.dataset = name; },
            true);
    });
}

void PartOptions::fill(const graph::FigureSpec& spec, const StudyFigure*) {
    const bool curves = spec.kind == graph::FigureKind::Curves;
    const bool plotted = curves || spec.kind == graph::FigureKind::Relative;
    legend_->put(QString::fromLatin1(graph::toText(spec.legend)));
    bands_->setChecked(spec.bands);
    grid_->setChecked(spec.grid);
    table_->setChecked(spec.bdTable || spec.kind == graph::FigureKind::Table);
    titled_->setChecked(!spec.title.empty());
    putText(dataset_, spec.dataset);
    putText(title_, spec.title);
    title_->setVisible(!spec.title.empty() || title_->hasFocus());
    legend_->setEnabled(plotted);
    grid_->setEnabled(plotted);
    titled_->setEnabled(plotted);
    bands_->setEnabled(curves);
    table_->setEnabled(curves);
    dataset_->setEnabled(spec.kind != graph::FigureKind::Plate);
}

BdOptions::BdOptions(QWidget* parent)
    : OptionGroup(tr("BD numbers"), parent),
      method_(new ChoiceField(tr("Interpolation of BD numbers and lines"), this)),
      averaging_(new ChoiceField(tr("Averaging of BD numbers"), this)),
      hull_(new QCheckBox(tr("Of convex hulls"), this)),
      groups_(textField(tr("Column of a joined table that makes groups"), this)) {
    method_->setObjectName("figures.method");
    averaging_->setObjectName("figures.averaging");
    hull_->setObjectName("figures.hull");
    groups_->setObjectName("figures.groups");
    method_->add("pchip", tr("PCHIP"));
    method_->add("akima", tr("Akima"));
    method_->add("cubic", tr("Cubic polynomial"));
    averaging_->add("per-item", tr("Each item, then the mean"));
    averaging_->add("mean-curve", tr("Of the mean curves"));
    groups_->setPlaceholderText(tr("Column, for a row each group"));
    addRow(tr("Method"), {method_});
    addRow(tr("Averaging"), {averaging_});
    addRow(tr("Groups"), {groups_});
    addWide(hull_);
    connect(method_, &QComboBox::activated, this, [this] {
        edit(tr("BD method"),
             [id = method_->chosen().toStdString()](graph::FigureSpec& spec) { spec.method = id; });
    });
    connect(averaging_, &QComboBox::activated, this, [this] {
        edit(tr("averaging"),
             [id = averaging_->chosen().toStdString()](graph::FigureSpec& spec) { spec.averaging = id; });
    });
    connect(hull_, &QCheckBox::clicked, this,
            [this](bool on) { edit(tr("hulls"), [on](graph::FigureSpec& spec) { spec.hull = on; }); });
    connect(groups_, &QLineEdit::editingFinished, this, [this] {
        edit(tr("groups"), [column = groups_->text().trimmed().toStdString()](graph::FigureSpec& spec) {
            spec.by = column;
        });
    });
}

void BdOptions::fill(const graph::FigureSpec& spec, const StudyFigure*) {
    method_->put(QString::fromStdString(spec.method));
    averaging_->put(QString::fromStdString(spec.averaging));
    hull_->setChecked(spec.hull);
    putText(groups_, spec.by);
    const bool numbers =
        spec.kind == graph::FigureKind::Table || (spec.kind == graph::FigureKind::Curves && spec.bdTable);
    method_->setEnabled(spec.kind != graph::FigureKind::Plate);
    averaging_->setEnabled(numbers);
    hull_->setEnabled(numbers);
    groups_->setEnabled(numbers);
}

}  // namespace ratescope::views
