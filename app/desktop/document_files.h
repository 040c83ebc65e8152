#pragma once

// The document's life as a file: new, open, save, recent files, and the side file by which a crash loses nothing.

#include "views/session/session.h"

#include <QObject>
#include <QString>
#include <QTimer>

namespace ratescope::desktop {

class DocumentFiles : public QObject {
    Q_OBJECT

  public:
    explicit DocumentFiles(views::Session& session, QObject* parent = nullptr);
    ~DocumentFiles() override;

    void startNew();
    /// False, with failed() emitted and the open document as it was, where the file can't be read. Documents of older
    /// formats are brought up to date; saving keeps a copy.
    bool open(const QString& file);
    /// Opens a copy of an example as a new document, with its library in the user's data folder.
    bool openExample(const QString& file);
    /// False, with failed() emitted, where the file can't be written. Another name makes another study (a new
    /// permanent id) unless the document was never saved.
    bool save(const QString& file);
    /// FILE.rslib beside the document; "" for one that was never saved.
    QString library() const;

    /// The side file of an earlier process that ended without saving; "" for none.
    struct Recovery {
        QString sideFile;
        QString file;  ///< of the document; "" for one that was never saved
    };
    std::vector<Recovery> recoveries() const;
    bool recover(const Recovery& recovery);
    void discard(const Recovery& recovery);

  signals:
    void failed(const QString& what, const QString& remedy);
    void migrated(const QString& file);  ///< what was opened is of an older format

  private:
    void keepAside();
    void forgetAside();

    views::Session& session_;
    QTimer asideTimer_;
    QString sideFile_;  ///< of this process and document
};

}  // namespace ratescope::desktop
