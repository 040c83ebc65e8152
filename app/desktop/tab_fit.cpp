#include "app/desktop/tab_fit.h"

#include <QEvent>
#include <QTabBar>
#include <QTabWidget>

namespace ratescope::desktop {

TabFit::TabFit(QTabWidget& tabs) : QObject(&tabs), tabs_(tabs) {
    for (int i = 0; i < tabs_.count(); ++i)
        icons_ += tabs_.tabIcon(i);
    tabs_.installEventFilter(this);
    if (tabs_.cornerWidget()) tabs_.cornerWidget()->installEventFilter(this);
}

bool TabFit::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
        case QEvent::Resize:
        case QEvent::Show:
        case QEvent::Hide:
            fit();
            break;
        default:
            break;
    }
    return QObject::eventFilter(watched, event);
}

void TabFit::fit() {
    const QWidget* corner = tabs_.cornerWidget();
    const int taken = corner && corner->isVisibleTo(&tabs_) ? corner->sizeHint().width() : 0;
    const bool haveIcons = !tabs_.tabIcon(0).isNull();
    if (haveIcons) withIcons_ = tabs_.tabBar()->sizeHint().width();
    const bool fits = withIcons_ + taken <= tabs_.width();
    if (fits == haveIcons) return;
    for (int i = 0; i < icons_.size(); ++i)
        tabs_.setTabIcon(i, fits ? icons_[i] : QIcon());
}

}  // namespace ratescope::desktop
