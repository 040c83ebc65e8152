#pragma once

// One parameter of the selected node: label, field, what it reads or sweeps, what is wrong with it.

#include "views/inspector/parameter_editor.h"
#include "views/inspector/parameter_state.h"
#include "views/inspector/run_count.h"

#include <QStringList>

class QHBoxLayout;
class QLabel;
class QMenu;
class QToolButton;
class QVBoxLayout;

namespace ratescope::views {

class QuietButton;
class ReachEditor;
class SweepEditor;
class ValueSlider;

/// Of the column of labels in the panel.
inline constexpr int labelWidth = 104;

class ParameterRow : public QWidget {
    Q_OBJECT

  public:
    /// `manifest` and `parameter` are the catalogue's.
    ParameterRow(Session& session, std::string node, const graph::Manifest& manifest,
                 const graph::Parameter& parameter, const PlanCount* plan, QWidget* parent = nullptr);

    const graph::Parameter& parameter() const { return parameter_; }
    const ParameterState& state() const { return state_; }
    /// Whether its condition (Parameter::visibleIf) holds.
    bool isWanted() const { return wanted_; }
    /// Shows what the document has now; the node is there.
    void refresh();
    /// What was found wrong at the parameter.
    void showFindings(const QStringList& findings);
    ParameterEditor& editor() { return *editor_; }

    /// What the menu of the row does.
    void startSweep();
    void stopSweep();
    void startReach();
    void stopReach();
    void reset();

  signals:
    /// There is something in it that was not there before, for the tabulator to go through.
    void grown();

  protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    void build();
    void buildButtons(QHBoxLayout* line);
    void makeEnds();
    void makeVariableButton();
    void tell(const QString& text);
    void edit(const graph::ParameterValue& value, bool merging);
    void openMenu(const QPoint& place);
    void fillMenu(QMenu& menu);
    void fillVariables(QMenu& menu);
    void showCentre();
    void showEnds();
    QString summary() const;
    void showSweep();
    void showReach();
    void showMenuButton();
    void showFault();
    bool showsTable() const;
    void moveEnd(int handle, double value, bool merging);

    Session& session_;
    const std::string node_;
    const graph::Manifest& manifest_;
    const graph::Parameter& parameter_;
    const PlanCount* plan_;
    ParameterState state_;
    bool wanted_ = true;
    QString unfit_;
    QStringList findings_;

    QVBoxLayout* column_;
    QLabel* label_;
    QWidget* centre_;
    ParameterEditor* editor_;
    // Made when they are first needed: most rows never show them.
    ValueSlider* ends_ = nullptr;  ///< of a sweep over the slider's range
    QLabel* summary_ = nullptr;    ///< of another sweep, a reach
    QToolButton* variable_ = nullptr;
    QuietButton* menu_;
    QToolButton* reset_;
    QLabel* fault_ = nullptr;
    SweepEditor* sweep_ = nullptr;
    ReachEditor* reach_ = nullptr;
};

}  // namespace ratescope::views
