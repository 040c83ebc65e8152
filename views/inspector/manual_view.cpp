#include "views/inspector/manual_view.h"

#include "views/theme/style.h"

#include <QDateTime>
#include <QDesktopServices>
#include <QEvent>
#include <QFontDatabase>
#include <QLocale>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextDocumentFragment>
#include <QTextList>
#include <QUrl>

namespace ratescope::views {
namespace {

/// Long ones are read in the environment's own words, not here.
constexpr std::size_t mostListed = 20;

QString text(const std::string& utf8) {
    return QString::fromStdString(utf8);
}

bool isWeb(const QUrl& link) {
    return link.scheme() == "http" || link.scheme() == "https";
}

QTextCharFormat ink(Token token) {
    QTextCharFormat format;
    format.setForeground(colour(token));
    return format;
}

QTextBlockFormat spaced(double above) {
    QTextBlockFormat format;
    format.setTopMargin(above);
    return format;
}

/// Paragraphs stand apart.
void space(QTextDocument& document) {
    for (QTextBlock block = document.begin().next(); block.isValid(); block = block.next())
        QTextCursor(block).mergeBlockFormat(spaced(block.textList() ? 2 : measure::padding - 2));
}

/// "doi.org/10.1145/103085.103089"
QString shownLink(const QString& link) {
    const qsizetype at = link.indexOf("://");
    return at < 0 ? link : link.mid(at + 3);
}

}  // namespace

std::vector<std::pair<QString, QString>> runFacts(const NodeRun& run) {
    std::vector<std::pair<QString, QString>> facts;
    if (!run.item || !run.environment) return facts;
    const store::Environment& environment = *run.environment;
    const auto add = [&](const QString& name, const QString& value) {
        if (!value.isEmpty()) facts.emplace_back(name, value);
    };
    QString item = text(run.item->seriesTitle) + ", " + text(run.item->asset);
    for (const auto& [name, value] : run.item->values)
        item += ", " + text(name) + " " + text(graph::toText(value));
    add(ManualView::tr("Item"), item);
    if (run.item->ended)
        add(ManualView::tr("Ended"),
            QLocale().toString(QDateTime::fromMSecsSinceEpoch(*run.item->ended), QLocale::ShortFormat));
    add(ManualView::tr("Command"), text(environment.commandLine));
    QString program = "ratescope " + text(environment.version);
    if (!environment.commit.empty()) program += ", " + text(environment.commit).left(12);
    if (environment.dirty) program += ", " + ManualView::tr("with changes that are not committed");
    add(ManualView::tr("Program"), program);
    add(ManualView::tr("Compiler"), text(environment.compiler));
    add(ManualView::tr("Host"), text(environment.host));
    add(ManualView::tr("Processor"), text(environment.cpu));
    add(ManualView::tr("GPU"), text(environment.gpu));
    add(ManualView::tr("Device"), text(environment.device));
    add(ManualView::tr("Threads"), QString::number(environment.threads));
    QStringList libraries;
    for (const auto& [name, version] : environment.libraries)
        libraries += text(name) + " " + text(version);
    add(ManualView::tr("Libraries"), libraries.join(", "));
    return facts;
}

ManualView::ManualView(QWidget* parent) : QTextBrowser(parent) {
    setObjectName("manual");
    setAccessibleName(tr("Manual of the node"));
    setOpenLinks(false);
    setFrameShape(QFrame::NoFrame);
    setFont(tableFont());
    setStyleSheet("QTextBrowser { border: 0; padding: 0; background: transparent; }");
    document()->setDocumentMargin(measure::padding);
    connect(this, &QTextBrowser::anchorClicked, this, &ManualView::follow);
}

void ManualView::show(const graph::Manifest* manifest, const std::vector<graph::Finding>& findings,
                      const NodeRun& run) {
    const auto same = [](const graph::Finding& a, const graph::Finding& b) {
        return a.message == b.message && a.remedy == b.remedy && a.severity == b.severity;
    };
    const auto item = [](const NodeRun& one) { return one.item ? one.item->id : 0; };
    if (shown_ && manifest == manifest_ && item(run) == item(run_) &&
        std::equal(findings.begin(), findings.end(), findings_.begin(), findings_.end(), same))
        return;
    const bool stays = shown_ && manifest == manifest_;
    manifest_ = manifest;
    findings_ = findings;
    run_ = run;
    shown_ = true;
    const int at = verticalScrollBar()->value();
    write();
    verticalScrollBar()->setValue(stays ? at : 0);
}

void ManualView::write() {
    clear();
    document()->setDefaultFont(tableFont());
    QTextCursor cursor(document());
    writeFindings(cursor);
    writeManual(cursor);
    writeRun(cursor);
}

void ManualView::writeTitle(QTextCursor& cursor, const QString& title) {
    QTextCharFormat format = ink(Token::Text);
    format.setFont(titleFont());
    const bool first = document()->isEmpty();
    if (first)
        cursor.setBlockFormat({});
    else
        cursor.insertBlock(spaced(measure::groupGap));
    cursor.insertText(title, format);
}

void ManualView::writeFindings(QTextCursor& cursor) {
    if (findings_.empty()) return;
    writeTitle(cursor, tr("Messages"));
    for (std::size_t i = 0; i < findings_.size() && i < mostListed; ++i) {
        const graph::Finding& finding = findings_[i];
        const bool bad = finding.severity == graph::Severity::Error;
        cursor.insertBlock(spaced(measure::grid));
        // A glyph and a word: the colour only beside them.
        cursor.insertText(
            bad ? QString(QChar(0x2715)) + " " + tr("Error") + "  " : QString("! ") + tr("Warning") + "  ",
            ink(bad ? Token::Bad : Token::Warn));
        cursor.insertText(text(finding.message), ink(Token::Text));
        cursor.insertText(" " + text(finding.remedy), ink(Token::Muted));
    }
    if (findings_.size() > mostListed) {
        cursor.insertBlock(spaced(measure::grid));
        cursor.insertText(tr("And %1 more.").arg(findings_.size() - mostListed), ink(Token::Muted));
    }
}

void ManualView::writeManual(QTextCursor& cursor) {
    if (!manifest_) return;
    writeTitle(cursor, tr("Manual"));
    cursor.insertBlock(spaced(measure::grid));
    cursor.insertText(text(manifest_->summary), ink(Token::Text));
    if (!manifest_->manual.empty()) {
        QTextDocument manual;
        manual.setDefaultFont(tableFont());
        manual.setMarkdown(text(manifest_->manual), QTextDocument::MarkdownNoHTML);
        space(manual);
        cursor.insertBlock(spaced(measure::grid), ink(Token::Text));
        cursor.insertFragment(QTextDocumentFragment(&manual));
    }
    if (manifest_->papers.empty()) return;
    writeTitle(cursor, manifest_->papers.size() == 1 ? tr("Paper") : tr("Papers"));
    for (const graph::Paper& paper : manifest_->papers) {
        cursor.insertBlock(spaced(measure::grid));
        cursor.insertText(text(paper.title) + ". ", ink(Token::Text));
        QTextCharFormat format = ink(Token::Accent);
        const QString link = text(paper.link);
        if (isWeb(QUrl(link))) {
            format.setAnchor(true);
            format.setAnchorHref(link);
        }
        cursor.insertText(shownLink(link), format);
    }
}

void ManualView::writeRun(QTextCursor& cursor) {
    writeTitle(cursor, tr("Last run"));
    const auto facts = runFacts(run_);
    if (facts.empty()) {
        cursor.insertBlock(spaced(measure::grid));
        cursor.insertText(tr("Nothing of this node has been finished yet."), ink(Token::Muted));
    }
    for (const auto& [name, value] : facts) {
        cursor.insertBlock(spaced(2));
        cursor.insertText(name + "  ", ink(Token::Muted));
        cursor.insertText(value, ink(Token::Text));
    }
}

void ManualView::follow(const QUrl& link) {
    if (isWeb(link)) QDesktopServices::openUrl(link);
}

void ManualView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && shown_) write();
    QTextBrowser::changeEvent(event);
}

}  // namespace ratescope::views
