#pragma once

// What is looked at: the model A, the model B that it is held against, which tensors, and which error.

#include "views/model/model_study.h"
#include "views/model/tensor_rows.h"

#include <QIcon>
#include <QWidget>
#include <functional>
#include <optional>

class QAction;
class QCheckBox;
class QComboBox;
class QLineEdit;

namespace ratescope::views {

class Segments;

class ModelBar : public QWidget {
    Q_OBJECT

  public:
    explicit ModelBar(const QList<QAction*>& buttons, QWidget* parent = nullptr);

    using IconOf = std::function<QIcon(const ModelItem&)>;
    void setItems(const std::vector<ModelItem>& items, const IconOf& iconOf);
    /// Without a signal.
    void setChosen(std::optional<store::ItemId> a, std::optional<store::ItemId> b);
    void setErrorKind(ErrorKindShown kind);
    /// Whether anything says what layers put out, and what they do to the predictions.
    void setKnown(bool outputs, bool predictions);
    QLineEdit& filter() const { return *filter_; }

  signals:
    void chosen(std::optional<ratescope::store::ItemId> a, std::optional<ratescope::store::ItemId> b);
    void filtered(const QString& words);
    void searchedOnlyToggled(bool only);
    void errorKindChosen(ratescope::views::ErrorKindShown kind);

  private:
    void build(const QList<QAction*>& buttons);
    void tell();

    QComboBox *a_, *b_;
    QLineEdit* filter_;
    QCheckBox* searched_;
    Segments* error_;
};

}  // namespace ratescope::views
