#pragma once

// What the options of a figure are made of: groups with a title and rows of a label and fields. A group shows a figure
// and says what its user changes of it; whoever has the group makes that an edit of the document.

#include "views/figure/figure_of_study.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QWidget>
#include <functional>

class QBoxLayout;
class QGridLayout;
class QLabel;

namespace ratescope::views {

using FigureChange = std::function<void(graph::FigureSpec&)>;

class OptionGroup : public QWidget {
    Q_OBJECT

  public:
    explicit OptionGroup(const QString& title, QWidget* parent = nullptr);

    /// `figure` is what was made of the spec last; nullptr while there is none.
    void put(const graph::FigureSpec& spec, const StudyFigure* figure);

  signals:
    /// `what` names the field for the undo list; `typing`: more of the same may follow.
    void edited(const QString& what, const ratescope::views::FigureChange& change, bool typing);

  protected:
    virtual void fill(const graph::FigureSpec& spec, const StudyFigure* figure) = 0;
    /// edited(), unless the group is being filled.
    void edit(const QString& what, const FigureChange& change, bool typing = false);
    void addRow(const QString& label, const QList<QWidget*>& fields);
    /// Over the whole width.
    void addWide(QWidget* widget);
    void addWide(QBoxLayout* row);
    void setNote(const QString& note);  ///< beside the title

  private:
    QGridLayout* grid_;
    QLabel* note_;
    bool filling_ = false;
};

/// A number with its unit, right-aligned, without buttons.
class NumberField : public QDoubleSpinBox {
    Q_OBJECT

  public:
    NumberField(const QString& name, const QString& unit, double least, double most, int decimals,
                QWidget* parent);
    /// Leaves what is being typed alone if it says the same.
    void put(double value);
};

/// A list to choose one of, by id.
class ChoiceField : public QComboBox {
    Q_OBJECT

  public:
    ChoiceField(const QString& name, QWidget* parent);
    void add(const QString& id, const QString& title);
    /// Chooses it; one that is not in the list is added as it is.
    void put(const QString& id);
    QString chosen() const { return currentData().toString(); }
};

/// A thin line between groups.
QWidget* separator(QWidget* parent);

}  // namespace ratescope::views
