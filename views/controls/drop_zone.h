#pragma once

// A dashed place to drop files on, which is also a button for those who choose them in a dialog.

#include <QAbstractButton>
#include <QStringList>

namespace ratescope::views {

class DropZone : public QAbstractButton {
    Q_OBJECT

  public:
    explicit DropZone(const QString& text, QWidget* parent = nullptr);
    /// Of the dialog: "Pictures (*.png *.jpg)"; "" for all files.
    void setNameFilter(const QString& filter) { filter_ = filter; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  signals:
    void filesDropped(const QStringList& files);  ///< files and folders, absolute; never empty

  protected:
    void paintEvent(QPaintEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void choose();
    void setOver(bool over);

    QString filter_;
    bool over_ = false;  ///< files are held above it
};

}  // namespace ratescope::views
