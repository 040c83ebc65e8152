#pragma once

// The list of all pictures, worst first; a click opens one.

#include "views/compare/worst_model.h"

#include <QWidget>

class QTableView;
class QToolButton;

namespace ratescope::views {

class SectionHeader;

class WorstItems : public QWidget {
    Q_OBJECT

  public:
    explicit WorstItems(WorstModel::StyleOf styleOf, QWidget* parent = nullptr);

    /// The selection stays on its picture.
    void setTable(const WorstTable& table);
    void select(const std::string& asset);
    const WorstModel& model() const { return *model_; }
    /// The first of its rows; "" while there is none.
    std::string worst() const { return model_->assetOf(0); }
    void stylesChanged() { model_->stylesChanged(); }

  signals:
    void opened(const std::string& asset);
    void metricChosen(const std::string& metric);

  private:
    void sortBy(int column);
    void fillMetrics();

    WorstModel* model_;
    QTableView* view_;
    QToolButton* metric_;
    std::string asset_;
};

}  // namespace ratescope::views
