#pragma once

// What the window shows without a document: the example studies, each run by one press, the recent files, and a place
// for files.

#include "views/session/session.h"
#include "views/start/start_files.h"

#include <QAction>
#include <QThreadPool>
#include <QWidget>
#include <vector>

class QVBoxLayout;

namespace ratescope::views {

class DropZone;

class StartPage : public QWidget {
    Q_OBJECT

  public:
    explicit StartPage(Session& session, QWidget* parent = nullptr);

    /// Looks again at the recent files; also whenever the page is shown.
    void refresh();

  signals:
    void newAsked();
    void openDialogAsked();
    void openAsked(const QString& file);
    void exampleAsked(const QString& file, bool run);
    void filesDropped(const QStringList& files);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    QWidget* buildHead();
    QWidget* buildExamples();
    QWidget* buildRecent();
    void takeExamples(const std::vector<ExampleStudy>& studies);
    void takeRecent(const std::vector<RecentFile>& files);
    QWidget* exampleCard(const ExampleStudy& study);
    QWidget* recentRow(const RecentFile& recent);
    void drop(const QStringList& files);
    void orderTabs();

    Session& session_;
    QVBoxLayout *examples_, *recent_;
    DropZone* zone_;
    bool looking_ = false;
    QThreadPool reader_;  ///< last, so that it has ended before the others go
};

}  // namespace ratescope::views
