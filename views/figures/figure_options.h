#pragma once

// The options at the side: every group, the target of the export below.

#include "views/figures/axes_options.h"
#include "views/figures/export_options.h"
#include "views/figures/part_options.h"
#include "views/figures/plate_options.h"
#include "views/figures/series_options.h"
#include "views/figures/sight_options.h"
#include "views/figures/size_options.h"

class QScrollArea;

namespace ratescope::views {

class FigureOptions : public QWidget {
    Q_OBJECT

  public:
    FigureOptions(QAction* reset, QAction* chooseFolder, QAction* doExport, QWidget* parent = nullptr);

    void put(const graph::FigureSpec& spec, const StudyFigure* figure);
    DataOptions& data() { return *data_; }
    SeriesOptions& series() { return *series_; }
    PlateOptions& plate() { return *plate_; }
    PartOptions& parts() { return *parts_; }
    /// Shows what an export came to, where it is seen.
    void report(const ExportReport& report);
    SightOptions& sight() { return *sight_; }
    ExportOptions& exports() { return *exports_; }
    ExportBar& bar() { return *bar_; }

  signals:
    /// As OptionGroup's.
    void edited(const QString& what, const ratescope::views::FigureChange& change, bool typing);

  private:
    QScrollArea* scroll_;
    std::vector<OptionGroup*> groups_;
    DataOptions* data_;
    PlateOptions* plate_;
    SeriesOptions* series_;
    PartOptions* parts_;
    SightOptions* sight_;
    ExportOptions* exports_;
    ExportBar* bar_;
};

}  // namespace ratescope::views
