#pragma once

// The left dock: the nodes that can be put on the graph, the files of the study's sources, the studies of the open
// library, one search over all, and a place for files.

#include "views/library/library_rows.h"
#include "views/library/thumbnails.h"
#include "views/session/session.h"

#include <QAction>
#include <QThreadPool>
#include <QWidget>

class QLineEdit;
class QSplitter;

namespace ratescope::views {

class DropZone;
class LibrarySection;

class LibraryPanel : public QWidget {
    Q_OBJECT

  public:
    explicit LibraryPanel(Session& session, QWidget* parent = nullptr);
    ~LibraryPanel() override;

    /// "library.search", "library.add-files".
    QList<QAction*> actions() const { return {search_, addFiles_}; }

  signals:
    void nodeAsked(const QString& id);            ///< put this node on the graph
    void filesDropped(const QStringList& files);  ///< make sources of them
    void runAsked();                              ///< of the empty Runs list

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void build();
    void connectSections();
    void setSearch(const QString& text);
    void askForFirst();
    void listAssets();
    void takeAssets(const std::vector<LibraryGroup>& groups);
    void listStudies();
    void forgetStudies();

    Session& session_;
    LibraryModel nodes_, assets_, studies_;
    Thumbnails thumbnails_;
    QLineEdit* field_;
    QSplitter* splitter_;
    LibrarySection *nodeSection_, *assetSection_, *studySection_;
    DropZone* dropZone_;
    QAction *search_, *addFiles_;
    bool listing_ = false, again_ = false;  ///< of assets
    QThreadPool lister_;                    ///< last, so that it has ended before the others go
};

}  // namespace ratescope::views
