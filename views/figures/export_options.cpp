#include "views/figures/export_options.h"

#include "views/controls/elided_label.h"
#include "views/controls/tabular.h"
#include "views/figure/figure_files.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QCheckBox>
#include <QDir>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QTime>
#include <QToolButton>

namespace ratescope::views {

ExportOptions::ExportOptions(QWidget* parent)
    : OptionGroup(tr("Export"), parent), report_(new QLabel(this)), failure_(new QLabel(this)) {
    addFormat("pdf", tr("PDF"), {"pdf"});
    addFormat("svg", tr("SVG"), {"svg"});
    addFormat("png", tr("PNG"), {"png"});
    addFormat("tex", tr("pgfplots"), {"tex"});
    addFormat("csv", tr("CSV"), {"csv"});
    addFormat("tables", tr("Tables"), {"table.tex", "table.md"});
    formats_.back().box->setToolTip(tr("The BD table for LaTeX and as Markdown"));
    auto* boxes = new QGridLayout;
    boxes->setHorizontalSpacing(measure::padding);
    boxes->setVerticalSpacing(measure::padding);
    for (std::size_t i = 0; i < formats_.size(); ++i)
        boxes->addWidget(formats_[i].box, static_cast<int>(i / 3), static_cast<int>(i % 3));
    auto* holder = new QWidget(this);
    boxes->setContentsMargins(0, 0, 0, 0);
    holder->setLayout(boxes);
    addWide(holder);
    report_->setObjectName("figures.report");
    failure_->setObjectName("figures.failure");
    for (QLabel* label : {failure_, report_}) {
        label->setWordWrap(true);
        label->setFont(tableFont());
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->hide();
        addWide(label);
    }
    report_->setProperty("muted", true);
    failure_->setProperty("bad", true);
}

void ExportOptions::addFormat(const QString& name, const QString& title, const QStringList& suffixes) {
    auto* box = new QCheckBox(title, this);
    box->setObjectName("figures.export." + name);
    box->setChecked(true);
    connect(box, &QCheckBox::clicked, this, &ExportOptions::changed);
    formats_.push_back({box, suffixes});
}

QStringList ExportOptions::suffixes() const {
    QStringList chosen;
    for (const Format& format : formats_)
        if (format.box->isChecked() && format.box->isEnabled()) chosen += format.suffixes;
    if (!chosen.isEmpty()) chosen += QStringLiteral("caption.txt");
    return chosen;
}

void ExportOptions::restore(const QString& state) {
    if (state.size() != static_cast<qsizetype>(formats_.size())) return;
    for (std::size_t i = 0; i < formats_.size(); ++i)
        formats_[i].box->setChecked(state[static_cast<qsizetype>(i)] == QLatin1Char('1'));
}

QString ExportOptions::state() const {
    QString state;
    for (const Format& format : formats_)
        state += QLatin1Char(format.box->isChecked() ? '1' : '0');
    return state;
}

void ExportOptions::fill(const graph::FigureSpec& spec, const StudyFigure*) {
    const bool table = spec.kind == graph::FigureKind::Table, plate = spec.kind == graph::FigureKind::Plate;
    const bool numbers = table || (spec.kind == graph::FigureKind::Curves && spec.bdTable);
    for (const Format& format : formats_) {
        if (format.suffixes.front() == QLatin1String("tex")) format.box->setEnabled(!table && !plate);
        if (format.suffixes.front() == QLatin1String("csv")) format.box->setEnabled(!plate);
        if (format.suffixes.size() > 1) {
            format.box->setEnabled(numbers);
            format.box->setToolTip(numbers ? tr("The BD table for LaTeX and as Markdown")
                                           : tr("Needs the BD table among the parts"));
        }
        if (format.suffixes.front() == QLatin1String("png"))
            format.box->setText(tr("PNG, %1 dpi").arg(spec.dpi));
    }
}

void ExportOptions::setReport(const ExportReport& report) {
    QStringList lines;
    for (const ExportedFile& file : report.files)
        lines += tr("%1, %2", "name of a file, its size")
                     .arg(file.name, bytesText(static_cast<quint64>(file.bytes)));
    if (!lines.isEmpty())
        lines.prepend(tr("Written to %1 at %2:")
                          .arg(QDir::toNativeSeparators(report.folder),
                               QLocale().toString(QTime::currentTime(), QLocale::ShortFormat)));
    report_->setText(lines.join(QLatin1Char('\n')));
    report_->setVisible(!lines.isEmpty());
    failure_->setText((report.failure + QLatin1Char(' ') + report.remedy).trimmed());
    failure_->setVisible(!report.failure.isEmpty());
}

ExportBar::ExportBar(QAction* choose, QAction* doExport, QWidget* parent)
    : QWidget(parent), target_(new ElidedLabel({}, this)), button_(new QPushButton(this)), action_(doExport) {
    setObjectName("figures.exportBar");
    target_->setProperty("muted", true);
    target_->setFont(tableFont());
    auto* folder = new QToolButton(this);
    folder->setDefaultAction(choose);
    folder->setToolButtonStyle(Qt::ToolButtonIconOnly);
    folder->setAccessibleName(choose->text());
    folder->setFocusPolicy(Qt::StrongFocus);
    button_->setObjectName("figures.exportButton");
    button_->setProperty("primary", true);
    button_->setIcon(icon("export", Token::Surface));
    button_->setToolTip(doExport->toolTip());
    connect(button_, &QPushButton::clicked, doExport, &QAction::trigger);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding);
    row->setSpacing(measure::grid);
    row->addWidget(target_, 1);
    row->addWidget(folder);
    row->addWidget(button_);
}

void ExportBar::setTarget(const QString& shown, const QString& path) {
    target_->setText(shown);
    target_->setToolTip(path);
}

void ExportBar::setCount(int files, bool running) {
    button_->setText(running ? tr("Exporting") : tr("Export %n files", nullptr, files));
    // It keeps the keyboard while it works; a second click then does nothing.
    button_->setEnabled(files > 0);
    action_->setEnabled(files > 0);
}

}  // namespace ratescope::views
