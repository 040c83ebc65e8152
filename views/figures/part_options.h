#pragma once

// Options of a figure: legend, bands, grid, table and title, and how BD numbers are made.

#include "views/figures/option_group.h"

class QCheckBox;
class QLineEdit;

namespace ratescope::views {

class PartOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit PartOptions(QWidget* parent = nullptr);
    /// What a title is at first, once it is wanted.
    void setProposedTitle(const QString& title) { proposedTitle_ = title; }

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;

  private:
    ChoiceField* legend_;
    QCheckBox *bands_, *grid_, *table_, *titled_;
    QLineEdit *dataset_, *title_;
    QString proposedTitle_;
};

class BdOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit BdOptions(QWidget* parent = nullptr);

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;

  private:
    ChoiceField *method_, *averaging_;
    QCheckBox* hull_;
    QLineEdit* groups_;
};

}  // namespace ratescope::views
