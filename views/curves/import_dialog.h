#pragma once

// Asks what a published curve's file does not say, and shows what was read of it before it is taken in.

#include "core/error.h"
#include "core/store/published.h"
#include "views/curves/curve_reader.h"

#include <QDialog>
#include <optional>
#include <variant>
#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ratescope::views {

class ImportDialog : public QDialog {
    Q_OBJECT

  public:
    /// `metrics`: of the study; `current`: the one that the plot shows.
    ImportDialog(const std::vector<AxisOption>& metrics, const std::string& current,
                 QWidget* parent = nullptr);
    ~ImportDialog() override;
    /// Reads the file aside; curveRead() or a message at the field follows.
    void setFile(const QString& file);
    const std::optional<store::ImportedCurve>& curve() const { return curve_; }
    /// The library has refused it.
    void refuse(const Error& error);

  signals:
    void curveRead();
    void importAsked(const ratescope::store::ImportedCurve& curve);

  private:
    using Read = std::variant<store::ImportedCurve, Error>;

    void browse();
    void read();
    void take(const Read& read, quint64 generation);
    void say(const QString& text, bool bad);
    store::PublishedAs as() const;

    QLineEdit *file_, *title_, *citation_, *dataSet_, *pooling_;
    QComboBox* metric_;
    QLabel* message_;
    QPushButton* import_;
    std::optional<store::ImportedCurve> curve_;
    quint64 generation_ = 0;
};

}  // namespace ratescope::views
