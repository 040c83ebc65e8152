#pragma once

// Options of a figure: which quantities are drawn, against which anchor, within which limits.

#include "views/figures/option_group.h"

class QLabel;
class QLineEdit;

namespace ratescope::views {

class Segments;

/// What the study's results have for axes, by id.
struct AxisChoices {
    struct Choice {
        std::string id, title;
    };
    std::vector<Choice> metrics, rates;
};

class DataOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit DataOptions(QWidget* parent = nullptr);
    void setChoices(const AxisChoices& choices);

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;

  private:
    ChoiceField *kind_, *quality_, *rate_, *anchor_;
};

/// Two ends of an axis; an empty one is as the data say.
class LimitFields : public QWidget {
    Q_OBJECT

  public:
    LimitFields(const QString& axis, QWidget* parent);
    void put(const std::optional<graph::FigureLimits>& limits, const curves::Axis* axis, bool isLog,
             const QString& unit);

  signals:
    void changed(const std::optional<ratescope::graph::FigureLimits>& limits);

  private:
    void read();

    QLineEdit *low_, *high_;
    QLabel* unit_;
    graph::FigureLimits drawn_;  ///< those of the last figure
    bool log_ = false;
};

class AxesOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit AxesOptions(QWidget* parent = nullptr);

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;

  private:
    LimitFields *x_, *y_;
    Segments *xScale_, *yScale_;
};

}  // namespace ratescope::views
