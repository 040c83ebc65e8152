// The window's dealings with documents, libraries and runs: questions are dialogs that wait for nobody.

#include "app/desktop/main_window.h"
#include "app/desktop/worker_light.h"

#include <nlohmann/json.hpp>

#include <QCloseEvent>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QStackedWidget>
#include <utility>

namespace ratescope::desktop {

using views::SupervisorLink;

void MainWindow::connectDocument() {
    const auto fail = [this](const QString& what, const QString& remedy) { messages_->fail(what, remedy); };
    connect(&files_, &DocumentFiles::failed, this, fail);
    connect(&files_, &DocumentFiles::migrated, this, [this](const QString& file) {
        messages_->say(MessageBar::Kind::Note,
                       tr("%1 is of an older format.").arg(QFileInfo(file).fileName()),
                       tr("Saving brings it up to date and keeps a copy of the old file beside it."));
    });
    connect(&runs_, &RunControl::failed, this, fail);
    connect(&runs_, &RunControl::approvalAsked, this, &MainWindow::askApproval);
    connect(&runs_, &RunControl::changed, this, &MainWindow::update);
    connect(&runs_, &RunControl::submitted, this,
            [this](const QString& what) { panelStatus_->setText(what); });
    connect(&session_.document, &views::OpenDocument::refused, this, fail);
    connect(&session_.document, &views::OpenDocument::replaced, this, &MainWindow::documentReplaced,
            Qt::QueuedConnection);
    connect(&session_.document, &views::OpenDocument::changed, this, &MainWindow::update);
    connect(&session_.document, &views::OpenDocument::savedChanged, this, [this] {
        followLibrary();
        update();
    });
    connect(&session_.document, &views::OpenDocument::derivedChanged, this, &MainWindow::updateStatus);
    connect(&session_.selection, &views::Selection::nodesChanged, this, &MainWindow::updateStatus);
    connect(&session_.results, &views::Results::failed, this, fail);
    connect(&session_.supervisor, &SupervisorLink::refusedRequest, this, fail);
    connect(&session_.supervisor, &SupervisorLink::stateChanged, this, [this] {
        if (session_.supervisor.state() != SupervisorLink::State::Lost) return;
        messages_->say(MessageBar::Kind::Error, tr("The supervisor ended in the middle of the run."),
                       tr("What is finished is kept."), tr("Go on"), [this] { run(); });
    });
}

void MainWindow::begin(const QString& document) {
    for (const std::string& warning : session_.document.catalogue().warnings)
        messages_->say(MessageBar::Kind::Warning, QString::fromStdString(warning), {});
    const QStringList recent = session_.settings.recentFiles();
    if (!document.isEmpty())
        openFile(document);
    else if (session_.settings.reopensLastDocument() && !recent.isEmpty() &&
             QFileInfo::exists(recent.front()))
        openFile(recent.front());
    offerRecovery();
}

void MainWindow::documentReplaced() {
    session_.selection.setNodes({});
    session_.selection.setItem({});
    session_.selection.setPoint({});
    session_.selection.setAnchorSeries({});
    const views::OpenDocument& document = session_.document;
    hasDocument_ = hasDocument_ || !document.file().isEmpty() || !document.document().nodes.empty();
    pages_->setCurrentIndex(hasDocument_ ? 1 : 0);
    followLibrary();
    update();
}

void MainWindow::followLibrary() {
    const QString library = files_.library();
    session_.supervisor.setLibrary(library);
    if (session_.results.file() != library) session_.results.open(library, session_.document.document().id);
}

void MainWindow::askThen(const QString& question, std::function<void()> act) {
    if (session_.document.saved() || !hasDocument_) return act();
    auto* box =
        new QMessageBox(QMessageBox::NoIcon, tr("Unsaved edits"), question, QMessageBox::NoButton, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* save = box->addButton(tr("Save"), QMessageBox::AcceptRole);
    QPushButton* drop = box->addButton(tr("Discard edits"), QMessageBox::DestructiveRole);
    box->addButton(tr("Back"), QMessageBox::RejectRole);
    connect(box, &QMessageBox::buttonClicked, this,
            [this, save, drop, act = std::move(act)](QAbstractButton* chosen) {
                if (chosen == save) saveThen(act);
                if (chosen == drop) act();
            });
    box->open();
}

void MainWindow::saveThen(std::function<void()> then) {
    if (session_.document.file().isEmpty()) return saveAs(std::move(then));
    if (files_.save(session_.document.file()) && then) then();
}

void MainWindow::saveAs(std::function<void()> then) {
    const QString suggestion =
        session_.document.file().isEmpty() ? "study.ratescope" : session_.document.file();
    auto* dialog = new QFileDialog(this, tr("Save the study"), suggestion, tr("Studies (*.ratescope)"));
    dialog->setObjectName("saveDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix("ratescope");
    dialog->selectFile(QFileInfo(suggestion).fileName());
    connect(dialog, &QFileDialog::fileSelected, this, [this, then = std::move(then)](const QString& file) {
        if (files_.save(file) && then) then();
    });
    dialog->open();
}

void MainWindow::askOpen() {
    auto* dialog = new QFileDialog(this, tr("Open a study"), {}, tr("Studies (*.ratescope);;All files (*)"));
    dialog->setObjectName("openDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openFile);
    dialog->open();
}

void MainWindow::openFile(const QString& file) {
    askThen(tr("%1 has edits that are not saved.").arg(session_.document.displayName()), [this, file] {
        if (!files_.open(file)) return;
        hasDocument_ = true;
        documentReplaced();
    });
}

void MainWindow::openExample(const QString& file, bool andRun) {
    askThen(tr("%1 has edits that are not saved.").arg(session_.document.displayName()),
            [this, file, andRun] {
                if (!files_.openExample(file)) return;
                hasDocument_ = true;
                documentReplaced();
                if (andRun) run();
            });
}

void MainWindow::offerRecovery() {
    const auto recoveries = files_.recoveries();
    if (recoveries.empty()) return;
    const DocumentFiles::Recovery& recovery = recoveries.front();
    const QString name =
        recovery.file.isEmpty() ? tr("an unsaved study") : QFileInfo(recovery.file).fileName();
    messages_->say(MessageBar::Kind::Warning,
                   tr("Ratescope ended without saving your last edits of %1.").arg(name), {},
                   tr("Recover them"), [this, recovery] {
                       if (!files_.recover(recovery)) return;
                       hasDocument_ = true;
                       documentReplaced();
                   });
}

void MainWindow::run() {
    if (runs_.paused()) return runs_.resume();
    if (session_.document.file().isEmpty()) return saveAs([this] { run(); });
    if (session_.document.derivedIsCurrent() && !session_.document.derived().valid()) return showFirstError();
    followLibrary();
    runs_.run();
}

void MainWindow::showFirstError() {
    for (const graph::Finding& finding : session_.document.derived().findings) {
        if (finding.severity != graph::Severity::Error) continue;
        if (!finding.node.empty()) session_.selection.setNodes({finding.node});
        return messages_->fail(QString::fromStdString(finding.message),
                               QString::fromStdString(finding.remedy));
    }
}

void MainWindow::askApproval(const QStringList& commands, const QString& hash) {
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("External commands"),
                                tr("This study runs these external commands. They may do what you may do."),
                                QMessageBox::NoButton, this);
    box->setObjectName("approval");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(commands.join('\n'));
    QPushButton* approve = box->addButton(tr("Approve and run"), QMessageBox::AcceptRole);
    box->setDefaultButton(box->addButton(tr("Back"), QMessageBox::RejectRole));
    connect(box, &QMessageBox::buttonClicked, this, [this, approve, hash](QAbstractButton* chosen) {
        if (chosen == approve) runs_.run(hash);
    });
    box->open();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!closing_ && (runs_.running() || (!session_.document.saved() && hasDocument_))) {
        event->ignore();
        return askClose();
    }
    session_.settings.setViewState("window/geometry", saveGeometry());
    // Docks that only a tab has hidden are there the next time.
    for (QDockWidget* dock : std::exchange(hiddenDocks_, {}))
        dock->show();
    session_.settings.setViewState("window/docks", saveState(1));
    event->accept();
}

void MainWindow::askClose() {
    const auto close = [this] {
        closing_ = true;
        QWidget::close();
    };
    const auto askSave = [this, close] {
        askThen(tr("%1 has edits that are not saved.").arg(session_.document.displayName()), close);
    };
    if (!runs_.running()) return askSave();
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("A study runs"),
                                tr("The study is running: %1.").arg(runs_.progressText()),
                                QMessageBox::NoButton, this);
    box->setObjectName("closeQuestion");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        tr("It can go on without the window; opening the study again shows it. What is finished is kept in "
           "any case."));
    QPushButton* goOn = box->addButton(tr("Let it go on"), QMessageBox::AcceptRole);
    QPushButton* stop = box->addButton(tr("Stop it"), QMessageBox::DestructiveRole);
    box->addButton(tr("Back"), QMessageBox::RejectRole);
    box->setDefaultButton(goOn);
    connect(box, &QMessageBox::buttonClicked, this, [this, goOn, stop, askSave](QAbstractButton* chosen) {
        // A run that is paused would wait for ever without its window.
        if (chosen == goOn && runs_.paused()) runs_.resume();
        if (chosen == stop)
            session_.supervisor.request("shutdown", {{"now", true}}, this, [](const nlohmann::json&) {});
        if (chosen == goOn || chosen == stop) askSave();
    });
    box->open();
}

}  // namespace ratescope::desktop
