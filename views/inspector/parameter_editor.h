#pragma once

// The field of one parameter, made from its description alone. It changes nothing itself: what the user gives is
// said, and what the document has is shown.

#include "core/graph/manifest.h"

#include <QString>
#include <QWidget>

namespace ratescope::views {

class OpenDocument;

class ParameterEditor : public QWidget {
    Q_OBJECT

  public:
    using QWidget::QWidget;

    /// By the parameter's type. `manyFiles`: the text may name several files.
    static ParameterEditor* make(const OpenDocument& document, const graph::Parameter& parameter,
                                 bool manyFiles, QWidget* parent);

    /// What the document has. A field with the same value keeps its text as the user wrote it.
    virtual void show(const graph::ParameterValue& value) = 0;
    /// Also a text that does not fit gives way to the value that was shown last.
    virtual void revert() = 0;
    /// It stands below its label, over the whole width.
    virtual bool isWide() const { return false; }
    /// What the keys go to.
    virtual QWidget* input() const = 0;

  signals:
    /// By the user, fitting. `merging`: it goes on with what the last one began.
    void edited(const ratescope::graph::ParameterValue& value, bool merging);
    /// What was given does not fit, and why; "" once it does.
    void unfit(const QString& why);
};

}  // namespace ratescope::views
