#pragma once

// A row of buttons of which one is pressed: "Linear | Log".

#include <QIcon>
#include <QString>
#include <QWidget>

class QButtonGroup;
class QHBoxLayout;

namespace ratescope::views {

class Segments : public QWidget {
    Q_OBJECT

  public:
    explicit Segments(QWidget* parent = nullptr);
    /// `id` names the segment to the program; the first one is pressed at first.
    void add(const QString& id, const QString& text, const QString& toolTip = {}, const QIcon& icon = {});
    QString current() const;
    /// One that can't be chosen for now; all can at first.
    void setSegmentEnabled(const QString& id, bool enabled);
    /// Presses it without chosen().
    void setCurrent(const QString& id);
    /// All texts are read whole.
    QSize minimumSizeHint() const override { return sizeHint(); }

  signals:
    void chosen(const QString& id);  ///< by the user

  private:
    QButtonGroup* group_;
    QHBoxLayout* row_;
};

}  // namespace ratescope::views
