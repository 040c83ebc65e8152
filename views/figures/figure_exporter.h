#pragma once

// Writes a figure's files in the background: each whole or not at all.

#include "views/figures/figure_maker.h"

#include <QStringList>

namespace ratescope::views {

struct ExportedFile {
    QString name;
    qint64 bytes = 0;
};

struct ExportReport {
    QString figure, folder;
    graph::FigureSpec spec;
    std::vector<ExportedFile> files;  ///< what was written
    QString failure, remedy;          ///< what stopped it; empty where all was written
};

/// Makes the folder if it is not there, then "NAME.SUFFIX" for each suffix that the figure has. Any thread.
ExportReport exportFigure(const StudyFigure& figure, const QString& folder, const QStringList& suffixes);

class FigureExporter : public QObject {
    Q_OBJECT

  public:
    FigureExporter(Session& session, QObject* parent);

    /// Makes the figure of the library as it is now, in the reader's thread, and writes it in another.
    void start(const graph::FigureSpec& spec, const QString& folder, const QStringList& suffixes);
    bool running() const { return running_; }

  signals:
    void started();
    void finished(const ratescope::views::ExportReport& report);

  private:
    void write(const FigurePtr& figure);
    void fail(const QString& what, const QString& remedy);
    void finish(const ExportReport& report);

    Session& session_;
    PlatePictures plates_;
    graph::FigureSpec spec_;  ///< of the export that runs, with the folder and the suffixes
    QString folder_;
    QStringList suffixes_;
    bool running_ = false;
    bool asking_ = false;  ///< the reader and the supervisor, before anything is written
    QThreadPool pool_;     ///< last: waited for before the rest goes
};

}  // namespace ratescope::views
