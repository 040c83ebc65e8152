#include "views/curves/import_dialog.h"

#include "views/controls/tabular.h"
#include "views/curves/curve_words.h"
#include "views/theme/tokens.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QFuture>
#include <QLabel>
#include <QLineEdit>
#include <QPromise>
#include <QPushButton>
#include <QStyle>
#include <QThreadPool>
#include <algorithm>
#include <memory>

namespace ratescope::views {
namespace {

QString rangeText(const std::vector<curves::RatePoint>& points, double curves::RatePoint::*member) {
    const auto [least, most] = std::minmax_element(
        points.begin(), points.end(), [&](const auto& a, const auto& b) { return a.*member < b.*member; });
    return significantText((*least).*member, 3) + QString(" %1 ").arg(QChar(0x2026)) +
           significantText((*most).*member, 3);
}

}  // namespace

ImportDialog::ImportDialog(const std::vector<AxisOption>& metrics, const std::string& current,
                           QWidget* parent)
    : QDialog(parent) {
    setObjectName("importDialog");
    setWindowTitle(tr("Import published curve"));
    auto* form = new QFormLayout;
    const auto field = [&](const QString& name, const QString& label, const QString& hint) {
        auto* edit = new QLineEdit(this);
        edit->setObjectName(name);
        edit->setAccessibleName(label);
        edit->setPlaceholderText(hint);
        form->addRow(label, edit);
        return edit;
    };
    file_ = new QLineEdit(this);
    file_->setObjectName("importFile");
    file_->setAccessibleName(tr("File"));
    file_->setPlaceholderText(tr("CSV with rate,quality or CompressAI's JSON"));
    auto* browse = new QPushButton(tr("Choose…"), this);
    auto* fileRow = new QHBoxLayout;
    fileRow->addWidget(file_);
    fileRow->addWidget(browse);
    form->addRow(tr("File"), fileRow);
    metric_ = new QComboBox(this);
    metric_->setObjectName("importMetric");
    metric_->setAccessibleName(tr("Metric"));
    for (const AxisOption& metric : metrics)
        if (metric.kind == curves::Quantity::Kind::Metric)
            metric_->addItem(titleOf(metric), QString::fromStdString(metric.id));
    metric_->setCurrentIndex(std::max(0, metric_->findData(QString::fromStdString(current))));
    form->addRow(tr("Metric"), metric_);
    title_ = field("importTitle", tr("Name"), tr("the file's own"));
    citation_ = field("importCitation", tr("Citation"), tr("where the points were published"));
    dataSet_ = field("importDataSet", tr("Data set"), tr("Kodak"));
    pooling_ = field("importPooling", tr("Averaging"), QString::fromStdString(store::PublishedAs().pooling));
    message_ = new QLabel(this);
    message_->setObjectName("importMessage");
    message_->setWordWrap(true);
    message_->setMinimumHeight(2 * measure::row);
    import_ = new QPushButton(tr("Import"), this);
    import_->setObjectName("importAccept");
    import_->setProperty("primary", true);
    import_->setDefault(true);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(import_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 12);
    column->setSpacing(measure::groupGap);
    column->addLayout(form);
    column->addWidget(message_);
    column->addLayout(buttons);
    setMinimumWidth(460);
    say(tr("The curve is shown grey and dashed, and is named in captions with its citation."), false);
    import_->setEnabled(false);

    connect(browse, &QPushButton::clicked, this, &ImportDialog::browse);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(metric_, &QComboBox::activated, this, &ImportDialog::read);
    for (QLineEdit* edit : {file_, title_, citation_, dataSet_, pooling_})
        connect(edit, &QLineEdit::editingFinished, this, &ImportDialog::read);
    connect(import_, &QPushButton::clicked, this, [this] {
        if (!curve_) return;
        store::ImportedCurve curve = *curve_;
        const store::PublishedAs said = as();
        curve.citation = said.citation;
        curve.dataSet = said.dataSet;
        curve.pooling = said.pooling;
        if (!said.title.empty()) curve.title = said.title;
        import_->setEnabled(false);
        emit importAsked(curve);
    });
}

/// A dialog is hidden when it is half destroyed, and a field that loses the focus then says that it was edited.
ImportDialog::~ImportDialog() {
    for (QLineEdit* edit : {file_, title_, citation_, dataSet_, pooling_})
        edit->disconnect(this);
}

void ImportDialog::browse() {
    auto* dialog = new QFileDialog(this, tr("Published curve"), file_->text(),
                                   tr("Curves (*.csv *.json);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &ImportDialog::setFile);
    dialog->open();
}

void ImportDialog::setFile(const QString& file) {
    file_->setText(file);
    read();
}

store::PublishedAs ImportDialog::as() const {
    store::PublishedAs as;
    if (metric_->currentIndex() >= 0) as.metric = metric_->currentData().toString().toStdString();
    as.title = title_->text().trimmed().toStdString();
    as.citation = citation_->text().trimmed().toStdString();
    as.dataSet = dataSet_->text().trimmed().toStdString();
    if (!pooling_->text().trimmed().isEmpty()) as.pooling = pooling_->text().trimmed().toStdString();
    return as;
}

void ImportDialog::read() {
    if (file_->text().trimmed().isEmpty()) return;
    const quint64 generation = ++generation_;
    auto promise = std::make_shared<QPromise<Read>>();
    promise->future().then(this, [this, generation](const Read& read) { take(read, generation); });
    QThreadPool::globalInstance()->start([promise, file = file_->text().trimmed().toStdString(), as = as()] {
        promise->start();
        try {
            promise->addResult(Read(store::readPublished(file, as)));
        } catch (const Error& error) {
            promise->addResult(Read(error));
        }
        promise->finish();
    });
}

void ImportDialog::take(const Read& read, quint64 generation) {
    if (generation != generation_) return;
    curve_.reset();
    if (const Error* error = std::get_if<Error>(&read)) {
        import_->setEnabled(false);
        refuse(*error);
        return;
    }
    curve_ = std::get<store::ImportedCurve>(read);
    title_->setPlaceholderText(QString::fromStdString(curve_->title));
    say(tr("%1: %2 points, %3 %4, %5 %6")
            .arg(QString::fromStdString(curve_->title))
            .arg(curve_->points.size())
            .arg(rangeText(curve_->points, &curves::RatePoint::rate), QString::fromStdString(curve_->rate),
                 rangeText(curve_->points, &curves::RatePoint::quality),
                 QString::fromStdString(curve_->metric.unit)),
        false);
    import_->setEnabled(true);
    emit curveRead();
}

void ImportDialog::refuse(const Error& error) {
    say(QString::fromStdString(std::string(error.what()) + " " + error.remedy()), true);
    import_->setEnabled(curve_.has_value());
}

void ImportDialog::say(const QString& text, bool bad) {
    message_->setText(text);
    message_->setProperty("bad", bad);
    message_->setProperty("muted", !bad);
    message_->style()->unpolish(message_);
    message_->style()->polish(message_);
}

}  // namespace ratescope::views
