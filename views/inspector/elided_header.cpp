#include "views/inspector/elided_header.h"

#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QFontMetrics>
#include <QStyleOptionHeader>

namespace ratescope::views {

ElidedHeader::ElidedHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
    setHighlightSections(false);
    setMinimumSectionSize(32);
}

void ElidedHeader::initStyleOptionForIndex(QStyleOptionHeader* option, int section) const {
    QHeaderView::initStyleOptionForIndex(option, section);
    QFont font = tableFont();
    // As the sheet has it.
    font.setWeight(QFont::DemiBold);
    option->text = QFontMetrics(font).elidedText(option->text, Qt::ElideRight,
                                                 option->rect.width() - 2 * measure::padding - 1);
}

}  // namespace ratescope::views
