#pragma once

// What a figure is exported as, what was written last, and the button that does it.

#include "views/figures/figure_exporter.h"
#include "views/figures/option_group.h"

class QAction;
class QCheckBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace ratescope::views {

class ElidedLabel;

/// Formats to choose, and the report of the last export.
class ExportOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit ExportOptions(QWidget* parent = nullptr);

    /// In the order of figureFormats(); with the caption.
    QStringList suffixes() const;
    void restore(const QString& state);
    QString state() const;
    void setReport(const ExportReport& report);

  signals:
    void changed();

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;

  private:
    struct Format {
        QCheckBox* box;
        QStringList suffixes;
    };
    void addFormat(const QString& name, const QString& title, const QStringList& suffixes);

    std::vector<Format> formats_;
    QLabel *report_, *failure_;
};

/// Below the options: where to, and the button.
class ExportBar : public QWidget {
    Q_OBJECT

  public:
    ExportBar(QAction* choose, QAction* doExport, QWidget* parent = nullptr);
    /// "to figures/rd-psnr.*", with the whole path as tool tip.
    void setTarget(const QString& shown, const QString& path);
    void setCount(int files, bool running);

  private:
    ElidedLabel* target_;
    QPushButton* button_;
    QAction* action_;
};

}  // namespace ratescope::views
