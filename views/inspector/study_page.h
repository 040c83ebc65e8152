#pragma once

// The panel while no node is selected: the study's own settings, its variables, all that it varies.

#include "views/inspector/text_entry.h"
#include "views/session/session.h"

#include <QWidget>
#include <cstdint>
#include <optional>
#include <vector>

class QAbstractItemModel;
class QCheckBox;
class QLabel;
class QTableView;
class QVBoxLayout;

namespace ratescope::views {

class SweepsModel;
class TextPane;
class VariablesModel;

/// "0..4", "0, 3, 7".
QString seedsText(const std::vector<std::uint64_t>& seeds);
/// The seeds, each once and at most 10,000; nothing where the text is none.
std::optional<std::vector<std::uint64_t>> seedsIn(const QString& text);

class StudyPage : public QWidget {
    Q_OBJECT

  public:
    explicit StudyPage(Session& session, QWidget* parent = nullptr);

    void refresh();
    void refreshDerived();

  private:
    CheckedLine* addField(const QString& name, const QString& label, const QString& help, int figures);
    QLabel* addFault(const QString& name);
    void buildForm(QVBoxLayout& column);
    void buildVariables(QVBoxLayout& column);
    void buildSweeps(QVBoxLayout& column);
    QTableView* makeTable(const QString& name, const QString& label, QAbstractItemModel* model);
    void readStudy(CheckedLine* field);
    QString faultOf(CheckedLine* field, graph::Document& study) const;
    void say(QLabel* fault, const QString& text);
    void fitTables();

    Session& session_;
    CheckedLine *title_, *seeds_, *threads_, *stall_;
    TextPane* notes_;
    QCheckBox* keep_;
    QLabel *head_, *fault_, *variableFault_, *findings_, *noVariables_, *noSweeps_;
    VariablesModel* variables_;
    SweepsModel* sweeps_;
    QTableView *variablesTable_, *sweepsTable_;
    bool showing_ = false;
};

}  // namespace ratescope::views
