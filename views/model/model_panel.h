#pragma once

// Model: the tensors of a compressed model, or of two beside each other, with what each costs and loses.

#include "views/model/model_bar.h"
#include "views/model/tensor_rows.h"
#include "views/session/asked_values.h"

#include <QList>
#include <QWidget>
#include <optional>
#include <string>
#include <vector>

class QAction;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace ratescope::views {

class EmptyState;
class LayerChart;
class NumbersModel;
class SectionHeader;
class TensorDelegate;
class TensorModel;
class TensorTableView;
class TensorView;

class ModelPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ModelPanel(Session& session, QWidget* parent = nullptr);
    ~ModelPanel() override;

    /// "model.worst", "model.swap", …, in the order of a menu.
    QList<QAction*> actions() const { return actions_; }
    /// The item is a compressed model of the study.
    bool has(store::ItemId item) const { return indexOf(item) >= 0; }
    /// As model A, if it is one.
    void showItem(store::ItemId item);

    const TensorModel& tensors() const { return *tensors_; }
    TensorTableView& table() const { return *table_; }
    LayerChart& chart() const { return *chart_; }
    const NumbersModel& numbers() const { return *numbers_; }
    std::optional<store::ItemId> itemA() const { return a_; }
    std::optional<store::ItemId> itemB() const { return b_; }
    /// All that is wanted of the models has come.
    bool settled() const;

  signals:
    void runAsked();
    void graphAsked();
    void statusText(const QString& text);
    void failed(const QString& what, const QString& remedy);

  protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    // model_panel.cpp
    void makeActions();
    QAction* makeAction(const char* name, const QString& text, const QString& tip, const QKeySequence& key,
                        const QString& iconName = {});
    void build();
    QWidget* leftColumn();
    QWidget* rightColumn();
    QWidget* noteRow();
    void listen();
    void showWorst();
    void swap();
    void copyRows();
    static void copySelected(const QTableView& table);
    void sortBy(int column);
    void selectTensor(int tensor);
    void tensorSelected();
    void showTensor();
    void setErrorKind(ErrorKindShown kind);
    void refresh();
    void refreshEmpty();
    void refreshNote();
    QString whyNoValues() const;
    void refreshColours();
    void stylesChanged();
    void showStatus();
    void act();

    // model_reading.cpp
    void startAnew();
    void askItems();
    void takeItems(std::vector<ModelItem> items);
    void fillBar();
    void choose(std::optional<store::ItemId> a, std::optional<store::ItemId> b);
    void showPoint();
    void askDetails();
    void takeDetails(const std::vector<ModelDetail>& details);
    void wantProfiles();
    void askTable();
    void takeTable(const TensorTable& table);
    int indexOf(std::optional<store::ItemId> item) const;
    ModelDetail detailOf(std::optional<store::ItemId> item) const;
    std::shared_ptr<const TensorProfile> profileOf(std::optional<store::ItemId> item) const;
    std::optional<ValueKey> keyOf(std::optional<store::ItemId> item) const;
    std::optional<Error> failure() const;
    QColor colourOf(std::optional<store::ItemId> item) const;

    Session& session_;
    AskedValues profiles_;
    std::vector<ModelItem> items_;
    std::optional<store::ItemId> a_, b_;
    std::vector<ModelDetail> details_;  ///< of A, then of B
    /// What the table was last asked of: it is asked again when something of it is new.
    struct Shown {
        std::optional<store::ItemId> a, b;
        std::size_t figuresA = 0, figuresB = 0;
        std::shared_ptr<const TensorProfile> profileA, profileB;
        bool operator==(const Shown&) const = default;
    };
    Shown shown_;
    bool itemsAsked_ = false, itemsAgain_ = false, hasItems_ = false;
    int current_ = -1;         ///< the tensor that is shown large, whether the filter hides it or not
    bool kindChosen_ = false;  ///< the user has said which error
    bool tableWaits_ = false, detailsWait_ = false;
    QString lastStatus_;

    QList<QAction*> actions_;
    ModelBar* bar_ = nullptr;
    QWidget* note_ = nullptr;
    QLabel* noteText_ = nullptr;
    TensorModel* tensors_ = nullptr;
    TensorDelegate* delegate_ = nullptr;
    TensorTableView* table_ = nullptr;
    LayerChart* chart_ = nullptr;
    SectionHeader *chartHeader_ = nullptr, *tensorHeader_ = nullptr;
    NumbersModel* numbers_ = nullptr;
    QTableView* numbersTable_ = nullptr;
    TensorView* tensor_ = nullptr;
    EmptyState* empty_ = nullptr;
    QStackedWidget* stack_ = nullptr;
};

}  // namespace ratescope::views
