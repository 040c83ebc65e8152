#pragma once

// What can be said of the study as a whole, and what its library takes on the disk.

#include "core/store/library.h"

#include <QDialog>
#include <QString>
#include <QStringList>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace ratescope::views {

/// Notes and tags of a study.
class StudyNotes : public QDialog {
    Q_OBJECT

  public:
    explicit StudyNotes(const store::StudyRecord& study, QWidget* parent = nullptr);

  signals:
    void saved(const QString& notes, const QStringList& added, const QStringList& removed);

  private:
    void save();

    QStringList tags_;
    QPlainTextEdit* notes_;
    QLineEdit* tagLine_;
};

/// What the parts of the library take, and what would be freed.
class DiskUse : public QDialog {
    Q_OBJECT

  public:
    DiskUse(const store::Library::Usage& usage, bool runs, QWidget* parent = nullptr);

  signals:
    void cleanUpAsked();  ///< delete what no document asks for any more
};

}  // namespace ratescope::views
