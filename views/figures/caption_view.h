#pragma once

// The caption that goes beside a figure's files, as it is written from the data.

#include <QWidget>
#include <string>
#include <vector>

class QAction;
class QTextEdit;

namespace ratescope::views {

class PanelHeader;

class CaptionView : public QWidget {
    Q_OBJECT

  public:
    explicit CaptionView(QAction* copy, QWidget* parent = nullptr);

    void setCaption(const QString& figure, const std::string& caption,
                    const std::vector<std::string>& references);
    void clear();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void fill();

    QString text_;
    QStringList references_;
    PanelHeader* header_;
    QTextEdit* view_;
};

}  // namespace ratescope::views
