#include "views/figures/figure_options.h"

#include "views/figures/panel_header.h"

#include <QScrollArea>
#include <QVBoxLayout>

namespace ratescope::views {

FigureOptions::FigureOptions(QAction* reset, QAction* chooseFolder, QAction* doExport, QWidget* parent)
    : QWidget(parent),
      scroll_(new QScrollArea(this)),
      data_(new DataOptions),
      plate_(new PlateOptions),
      series_(new SeriesOptions),
      parts_(new PartOptions),
      sight_(new SightOptions),
      exports_(new ExportOptions),
      bar_(new ExportBar(chooseFolder, doExport, this)) {
    groups_ = {new SizeOptions, new TextOptions, data_,         plate_, new AxesOptions,
               series_,         parts_,          new BdOptions, sight_, exports_};
    auto* contents = new QWidget;
    auto* list = new QVBoxLayout(contents);
    list->setContentsMargins(0, 0, 0, 0);
    list->setSpacing(0);
    for (OptionGroup* group : groups_) {
        if (group != groups_.front()) list->addWidget(separator(contents));
        list->addWidget(group);
        connect(group, &OptionGroup::edited, this, &FigureOptions::edited);
    }
    list->addStretch();
    onSurface(*contents);
    scroll_->setObjectName("figures.options");
    scroll_->setWidget(contents);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setFocusPolicy(Qt::NoFocus);
    auto* header = new PanelHeader(tr("Options"), this);
    header->add(reset);
    onSurface(*bar_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(scroll_, 1);
    column->addWidget(separator(this));
    column->addWidget(bar_);
    setMinimumWidth(contents->minimumSizeHint().width() + 12);
}

void FigureOptions::report(const ExportReport& report) {
    exports_->setReport(report);
    // The labels take their room first.
    QMetaObject::invokeMethod(
        this, [this] { scroll_->ensureWidgetVisible(exports_, 0, 0); }, Qt::QueuedConnection);
}

void FigureOptions::put(const graph::FigureSpec& spec, const StudyFigure* figure) {
    for (OptionGroup* group : groups_)
        group->put(spec, figure);
}

}  // namespace ratescope::views
