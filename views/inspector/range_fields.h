#pragma once

// "from 5 to 95 in 10 values".

#include "views/inspector/text_entry.h"

#include <QWidget>

namespace ratescope::views {

class RangeFields : public QWidget {
    Q_OBJECT

  public:
    explicit RangeFields(const graph::Parameter& parameter, QWidget* parent = nullptr);

    void show(const EvenRange& range);
    const EvenRange& range() const { return range_; }

  signals:
    void edited(const ratescope::views::EvenRange& range, bool merging);
    void unfit(const QString& why);

  private:
    CheckedLine* addField(const QString& name, const QString& label, int figures);
    void read();

    const graph::Parameter& parameter_;
    CheckedLine *from_, *to_, *count_;
    EvenRange range_;
};

}  // namespace ratescope::views
