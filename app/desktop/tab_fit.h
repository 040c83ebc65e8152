#pragma once

// Keeps all tabs in sight where the window is narrow or its words are long.

#include <QIcon>
#include <QList>
#include <QObject>

class QTabWidget;

namespace ratescope::desktop {

/// Takes the icons off the tabs while tabs with icons, beside the corner's buttons, need more than there is.
class TabFit : public QObject {
    Q_OBJECT

  public:
    /// The tabs own it; all of them are there already.
    explicit TabFit(QTabWidget& tabs);

    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void fit();

    QTabWidget& tabs_;
    QList<QIcon> icons_;
    int withIcons_ = 0;  ///< what the tabs need with their icons
};

}  // namespace ratescope::desktop
