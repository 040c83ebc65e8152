#pragma once

// The strip beside the table of runs: the item that is selected, with its reason, parts, times, environment and notes.

#include "views/runs/run_detail_page.h"
#include "views/session/session.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTextBrowser;
class QToolButton;

namespace ratescope::views {

class RunDetail : public QWidget {
    Q_OBJECT

  public:
    explicit RunDetail(Session& session, QWidget* parent = nullptr);

    /// Reads the item that is selected anew; shows nothing for none.
    void refresh();

  signals:
    void closed();
    void retryAsked(qint64 item);

  protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void take(const ItemDetail& detail);
    void showNothing();
    void showPage();
    void showPatch();
    void saveNotes();

    Session& session_;
    std::optional<ItemDetail> detail_;
    QString shownHtml_;
    QLabel* title_;
    QLabel* hint_;
    QTextBrowser* page_;
    QWidget* notesRow_;
    QPlainTextEdit* notes_;
    QPushButton* retry_;
    QPushButton* open_;
    QPushButton* copy_;
};

}  // namespace ratescope::views
