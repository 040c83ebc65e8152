#include "views/runs/study_dialogs.h"

#include "views/controls/tabular.h"
#include "views/theme/tokens.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace ratescope::views {
namespace {

QStringList tagsOf(const QString& line) {
    QStringList tags;
    for (const QString& part : line.split(','))
        if (const QString tag = part.trimmed(); !tag.isEmpty() && !tags.contains(tag)) tags << tag;
    return tags;
}

QStringList without(const QStringList& all, const QStringList& some) {
    QStringList rest;
    std::copy_if(all.begin(), all.end(), std::back_inserter(rest),
                 [&](const QString& each) { return !some.contains(each); });
    return rest;
}

}  // namespace

StudyNotes::StudyNotes(const store::StudyRecord& study, QWidget* parent)
    : QDialog(parent), notes_(new QPlainTextEdit(this)), tagLine_(new QLineEdit(this)) {
    setWindowTitle(tr("Notes and tags of %1").arg(QString::fromStdString(study.name)));
    for (const std::string& tag : study.tags)
        tags_ << QString::fromStdString(tag);
    notes_->setPlainText(QString::fromStdString(study.notes));
    notes_->setTabChangesFocus(true);
    notes_->setAccessibleName(tr("Notes"));
    tagLine_->setText(tags_.join(", "));
    tagLine_->setAccessibleName(tr("Tags"));
    tagLine_->setPlaceholderText(tr("Separated by commas"));
    auto* buttons = new QDialogButtonBox(this);
    QPushButton* save = buttons->addButton(tr("Save"), QDialogButtonBox::AcceptRole);
    save->setProperty("primary", true);
    buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &StudyNotes::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* form = new QFormLayout;
    form->addRow(tr("Notes"), notes_);
    form->addRow(tr("Tags"), tagLine_);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(measure::groupGap);
    column->addLayout(form);
    column->addWidget(buttons);
    resize(480, 280);
}

void StudyNotes::save() {
    const QStringList tags = tagsOf(tagLine_->text());
    emit saved(notes_->toPlainText(), without(tags, tags_), without(tags_, tags));
    accept();
}

DiskUse::DiskUse(const store::Library::Usage& usage, bool runs, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Disk use"));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(3 * measure::padding);
    const auto row = [this, form](const QString& name, std::uint64_t bytes) {
        auto* value = new QLabel(bytesText(bytes), this);
        value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        value->setToolTip(tr("%1 bytes").arg(bytes));
        form->addRow(name, value);
    };
    row(tr("Library file"), usage.database);
    row(tr("Bitstreams, %1 files").arg(usage.artefactCount), usage.artefacts);
    row(tr("Reconstructions"), usage.reconstructions);
    row(tr("Cache"), usage.cache);
    row(tr("Checkpoints"), usage.checkpoints);
    row(tr("Of items that no document asks for"), usage.orphaned);
    auto* why =
        new QLabel(runs ? tr("A study is running. Pause or stop it to clean up.")
                        : tr("Cleaning up deletes the items that the document does not ask for any more, "
                             "their bitstreams, and the cache."),
                   this);
    why->setWordWrap(true);
    why->setProperty("muted", true);
    auto* buttons = new QDialogButtonBox(this);
    QPushButton* clean = buttons->addButton(tr("Delete orphaned"), QDialogButtonBox::AcceptRole);
    clean->setObjectName("runs.disk.clean");
    clean->setEnabled(!runs);
    buttons->addButton(tr("Close"), QDialogButtonBox::RejectRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &DiskUse::cleanUpAsked);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(measure::groupGap);
    column->addLayout(form);
    column->addWidget(why);
    column->addWidget(buttons);
}

}  // namespace ratescope::views
