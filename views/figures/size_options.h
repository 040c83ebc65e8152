#pragma once

// Options of a figure: size on paper, texts and lines.

#include "views/figures/option_group.h"

namespace ratescope::views {

class SizeOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit SizeOptions(QWidget* parent = nullptr);

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;

  private:
    ChoiceField* preset_;
    NumberField *width_, *height_, *resolution_;
};

class TextOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit TextOptions(QWidget* parent = nullptr);

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;

  private:
    NumberField *labels_, *ticks_, *lines_;
};

}  // namespace ratescope::views
