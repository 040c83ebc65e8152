#pragma once

// Options of a plate: which picture, which part of it, at which rate, how many in a row.

#include "core/graph/document.h"
#include "views/figures/option_group.h"

namespace ratescope::views {

/// Seen only while the figure is a plate.
class PlateOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit PlateOptions(QWidget* parent = nullptr);
    /// Those that the document keeps by name.
    void setCrops(std::vector<graph::Crop> crops) { crops_ = std::move(crops); }

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;

  private:
    void setUnit(const char* unit);
    void fillCrops(const graph::FigureSpec& spec, const std::string& asset);

    std::vector<graph::Crop> crops_;
    ChoiceField *asset_, *crop_;
    NumberField *rate_, *columns_;
};

}  // namespace ratescope::views
