#pragma once

// How others see the figure: a way of looking that is no part of the document; and what the figure owes them.

#include "views/figures/option_group.h"
#include "views/figures/simulation.h"

class QCheckBox;
class QLabel;

namespace ratescope::views {

class SightOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit SightOptions(QWidget* parent = nullptr);

    std::vector<Sight> sights() const;
    /// As it was left; see state().
    void restore(const QString& state);
    QString state() const;

  signals:
    void changed();

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;
    void changeEvent(QEvent* event) override;

  private:
    void sayLegibility();

    QCheckBox *simulates_, *grey_;
    ChoiceField* sight_;
    QLabel *glyph_, *verdict_;
    Legibility legibility_;
};

}  // namespace ratescope::views
