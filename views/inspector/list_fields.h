#pragma once

// The values of a sweep as a list: a line, text on lines of its own, or a check box for each choice.

#include "views/inspector/plain_editors.h"

#include <QList>

namespace ratescope::views {

class ListFields : public QWidget {
    Q_OBJECT

  public:
    explicit ListFields(const graph::Parameter& parameter, QWidget* parent = nullptr);

    void show(const Values& values);

  signals:
    void edited(const std::vector<ratescope::graph::ParameterValue>& values, bool merging);
    void unfit(const QString& why);

  private:
    void addText();
    void addBoxes(const Values& choices);
    void readText(const QString& text, Gesture& gesture);
    void readBoxes();

    const graph::Parameter& parameter_;
    CheckedLine* line_ = nullptr;
    TextPane* pane_ = nullptr;
    QList<QCheckBox*> boxes_;
    Values choices_, shown_;
    bool showing_ = false;
};

}  // namespace ratescope::views
