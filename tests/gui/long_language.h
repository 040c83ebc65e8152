#pragma once

// A language whose texts are two fifths longer than ours, and what of a window's texts can't be read in it.

#include <QStringList>
#include <QTranslator>

class QWidget;

namespace gui {

/// Each text of the program as long again by two fifths.
class LongLanguage : public QTranslator {
  public:
    bool isEmpty() const override { return false; }
    QString translate(const char* context, const char* source, const char* disambiguation,
                      int count) const override;
};

/// Labels, buttons, tabs, headers and combo boxes to be seen in the widget whose text does not fit, unless it is elided
/// and a tool tip says it whole; and whatever goes beyond the edge of what holds it. By class, name and text.
QStringList clippedTexts(const QWidget& in);

}  // namespace gui
