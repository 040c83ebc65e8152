#include "tests/gui/long_language.h"

#include "views/controls/elided_label.h"
#include "views/controls/eliding_combo.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QStyleOptionComboBox>
#include <QTabBar>
#include <QToolButton>

namespace gui {
namespace {

/// Rounding of fonts and frames.
constexpr int tolerance = 2;

bool isClipped(const QLabel& label) {
    if (label.text().isEmpty() || qobject_cast<const ratescope::views::ElidedLabel*>(&label)) return false;
    if (label.wordWrap()) return label.height() + tolerance < label.heightForWidth(label.width());
    return label.width() + tolerance < label.sizeHint().width() ||
           label.height() + tolerance < label.minimumSizeHint().height();
}

bool isClipped(const QAbstractButton& button) {
    const auto* tool = qobject_cast<const QToolButton*>(&button);
    if (button.text().isEmpty() || (tool && tool->toolButtonStyle() == Qt::ToolButtonIconOnly)) return false;
    // A tool button elides its text itself.
    const bool cut = button.width() + tolerance < button.minimumSizeHint().width();
    return (cut && !(tool && tool->toolTip().contains(tool->text()))) ||
           button.height() + tolerance < button.fontMetrics().height();
}

bool isClipped(const QComboBox& box) {
    if (qobject_cast<const ratescope::views::ElidingCombo*>(&box)) return false;
    QStyleOptionComboBox option;
    option.initFrom(&box);
    option.editable = box.isEditable();
    const int place =
        box.style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, &box).width();
    const int icon = box.itemIcon(box.currentIndex()).isNull() ? 0 : box.iconSize().width() + 4;
    return box.fontMetrics().horizontalAdvance(box.currentText()) + icon > place + tolerance &&
           !box.toolTip().contains(box.currentText());
}

QStringList clippedTabs(const QTabBar& bar) {
    QStringList clipped;
    for (int i = 0; i < bar.count(); ++i)
        if (bar.fontMetrics().horizontalAdvance(bar.tabText(i)) + bar.iconSize().width() >
                bar.tabRect(i).width() &&
            !bar.tabToolTip(i).contains(bar.tabText(i)))
            clipped += bar.tabText(i);
    return clipped;
}

QStringList clippedSections(const QHeaderView& header) {
    QStringList clipped;
    if (header.orientation() == Qt::Vertical || !header.model()) return clipped;
    QFont bold = header.font();
    bold.setBold(true);
    const QFontMetrics metrics(bold);
    for (int i = 0; i < header.count(); ++i) {
        if (header.isSectionHidden(i)) continue;
        const QString text = header.model()->headerData(i, Qt::Horizontal).toString();
        const QString tip = header.model()->headerData(i, Qt::Horizontal, Qt::ToolTipRole).toString();
        if (metrics.horizontalAdvance(text) + 8 > header.sectionSize(i) && tip.isEmpty()) clipped += text;
    }
    return clipped;
}

/// Beyond the edge of its parent, where nothing scrolls.
bool isBeyond(const QWidget& widget) {
    const QWidget* parent = widget.parentWidget();
    if (!parent || widget.isWindow()) return false;
    if (qobject_cast<const QAbstractScrollArea*>(parent) ||
        qobject_cast<const QAbstractScrollArea*>(parent->parentWidget()))
        return false;
    return widget.geometry().right() > parent->rect().right() + tolerance ||
           widget.geometry().bottom() > parent->rect().bottom() + tolerance;
}

}  // namespace

QString LongLanguage::translate(const char* context, const char* source, const char*, int) const {
    const QString text = QString::fromUtf8(source);
    // The names of keys are read back from tool tips.
    if (qstrcmp(context, "QShortcut") == 0) return text;
    QString longer = text;
    for (qsizetype i = 0; i < (text.size() * 2 + 4) / 5; ++i)
        longer += i % 6 == 5 ? ' ' : 'e';
    return longer;
}

QStringList clippedTexts(const QWidget& in) {
    QStringList clipped;
    for (const QWidget* widget : in.findChildren<QWidget*>()) {
        if (!widget->isVisibleTo(&in)) continue;
        QString name = QString(widget->metaObject()->className()) + " " + widget->objectName();
        for (const QWidget* above = widget->parentWidget(); above && above != &in;
             above = above->parentWidget())
            if (!above->objectName().isEmpty() && !above->objectName().startsWith("qt_")) {
                name += " in " + above->objectName();
                break;
            }
        const auto add = [&](const QString& text) { clipped += name + ": " + text; };
        const auto* label = qobject_cast<const QLabel*>(widget);
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        const auto* box = qobject_cast<const QComboBox*>(widget);
        if (label && isClipped(*label)) add(label->text());
        if (button && isClipped(*button)) add(button->text());
        if (box && isClipped(*box)) add(box->currentText());
        if (const auto* tabs = qobject_cast<const QTabBar*>(widget))
            for (const QString& text : clippedTabs(*tabs))
                add(text);
        if (const auto* header = qobject_cast<const QHeaderView*>(widget))
            for (const QString& text : clippedSections(*header))
                add(text);
        if (isBeyond(*widget)) add(button ? "beyond the edge, " + button->text() : "beyond the edge");
    }
    return clipped;
}

}  // namespace gui
