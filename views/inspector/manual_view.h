#pragma once

// What there is to read of a node: what is wrong with it, its manual, its papers, and where its last result was made.

#include "views/inspector/node_run.h"

#include <QTextBrowser>

class QTextCursor;

namespace ratescope::views {

class ManualView : public QTextBrowser {
    Q_OBJECT

  public:
    explicit ManualView(QWidget* parent = nullptr);

    /// `manifest` may be nullptr; it is the catalogue's.
    void show(const graph::Manifest* manifest, const std::vector<graph::Finding>& findings,
              const NodeRun& run);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void write();
    void follow(const QUrl& link);
    void writeTitle(QTextCursor& cursor, const QString& text);
    void writeFindings(QTextCursor& cursor);
    void writeManual(QTextCursor& cursor);
    void writeRun(QTextCursor& cursor);

    const graph::Manifest* manifest_ = nullptr;
    std::vector<graph::Finding> findings_;
    NodeRun run_;
    bool shown_ = false;
};

/// What is known of a run, as name and value: command, program, host, processor, libraries, time.
std::vector<std::pair<QString, QString>> runFacts(const NodeRun& run);

}  // namespace ratescope::views
