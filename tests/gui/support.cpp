#include "tests/gui/support.h"

#include "core/graph/document_json.h"
#include "tests/gui/watchdog.h"
#include "tests/patience.h"
#include "views/theme/style.h"

#include <QDir>
#include <QFile>
#include <QStringList>
#include <QTemporaryDir>
#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <tuple>

namespace gui {
namespace {

/// What Qt has said according to the test's log, but for what the offscreen platform says of every window.
QStringList messagesIn(const QString& logFile) {
    QFile log(logFile);
    QStringList messages;
    if (!log.open(QIODevice::ReadOnly)) return {"the test has no log"};
    for (const QByteArray& line : log.readAll().split('\n')) {
        static const QByteArrayList kinds{"QDEBUG ", "QINFO  ", "QWARN  ", "QSYSTEM", "QCRITICAL", "QFATAL "};
        const bool said = std::any_of(kinds.begin(), kinds.end(),
                                      [&](const QByteArray& kind) { return line.startsWith(kind); });
        if (said && !line.endsWith(") This plugin does not support propagateSizeHints()")) messages += line;
    }
    return messages;
}

void shootLook(QWidget& widget, const QString& name, ratescope::views::Look look, const char* lookName) {
    ratescope::views::applyLook(*qApp, look);
    QApplication::processEvents();
    for (const int scale : {1, 2}) {
        QPixmap pixmap(widget.size() * scale);
        pixmap.setDevicePixelRatio(scale);
        pixmap.fill(ratescope::views::colour(ratescope::views::Token::Ground));
        widget.render(&pixmap);
        const QString folder = qEnvironmentVariable("RATESCOPE_BUILD") + "/shots";
        QDir().mkpath(folder);
        const QString file = QString("%1/%2-%3-%4.png").arg(folder, name, lookName).arg(scale * 100);
        if (!pixmap.save(file)) throw std::runtime_error(qPrintable(file + " can't be written"));
    }
}

}  // namespace

int runTests(int argc, char** argv, const std::function<int(const QStringList&)>& run) {
    const QTemporaryDir own;
    // The photographs lie in the user's own cache, which is another one from here on.
    e2e::Place samples;
    samples.showPhotographs();
    qputenv("RATESCOPE_SAMPLES", samples.environment.value("RATESCOPE_SAMPLES").toUtf8());
    qputenv("XDG_CONFIG_HOME", own.filePath("config").toUtf8());
    qputenv("XDG_CACHE_HOME", own.filePath("cache").toUtf8());
    qputenv("XDG_DATA_HOME", own.filePath("data").toUtf8());
    qputenv("XDG_RUNTIME_DIR", own.path().toUtf8());
    WatchedApplication application(argc, argv);
    QApplication::setOrganizationName("Ratescope");
    QApplication::setApplicationName("ratescope");
    ratescope::views::applyFont(application);
    ratescope::views::applyLook(application, ratescope::views::Look::Light);
    // Qt Test takes every message: what was said stands in its log.
    const QString log = own.filePath("log");
    const int result = run(QCoreApplication::arguments() + QStringList{"-o", "-,txt", "-o", log + ",txt"});
    const QStringList messages = messagesIn(log);
    for (const QString& message : messages)
        std::fprintf(stderr, "FAIL: a message on the console: %s\n", qPrintable(message));
    return messages.isEmpty() ? result : std::max(1, result);
}

const ratescope::graph::Catalogue& catalogue() {
    static const ratescope::graph::Catalogue loaded = ratescope::graph::loadCatalogue(
        {(qEnvironmentVariable("RATESCOPE_BUILD") + "/plugins").toStdString(),
         (qEnvironmentVariable("RATESCOPE_BUILD") + "/tests/plugins").toStdString()});
    return loaded;
}

e2e::Study threeCodecs() {
    e2e::Study study("three-codecs");
    const char* files =
        "${RATESCOPE_SAMPLES}/astronaut.png;${RATESCOPE_SAMPLES}/chelsea.png;${RATESCOPE_SAMPLES}/coffee.png;"
        "${RATESCOPE_SAMPLES}/rocket.jpg";
    study.node("photographs", "source.images", {{"files", files}});
    const auto place = [&](double x, double y) {
        study.document["nodes"].back()["x"] = x;
        study.document["nodes"].back()["y"] = y;
    };
    place(0, 160);
    // Lossy JPEG XL refuses what carries a profile of its own.
    study.node("srgb", "image.convert").wire("photographs.image", "srgb.image");
    study.document["nodes"].back()["version"] = 2;
    place(320, 160);
    const std::vector<std::tuple<std::string, std::string, std::string, nlohmann::json>> codecs = {
        {"jpeg", "image.jpeg", "quality", {10, 30, 50, 75, 90}},
        {"webp", "image.webp", "quality", {5, 30, 60, 80, 95}},
        {"jxl", "image.jxl", "distance", {10.0, 5.0, 2.5, 1.2, 0.6}}};
    double y = 0;
    for (const auto& [slug, type, parameter, values] : codecs) {
        study.node(slug, type).wire("srgb.image", slug + ".image").sweep(slug, parameter, values);
        place(640, y);
        y += 160;
    }
    study.node("psnr", "measure.psnr");
    place(980, 80);
    study.node("ssim", "measure.ssim");
    place(980, 300);
    for (const std::string measure : {"psnr", "ssim"}) {
        study.wire("srgb.image", measure + ".reference");
        for (const auto& codec : codecs)
            study.wire(std::get<0>(codec) + ".image", measure + ".candidate");
    }
    return study;
}

RanStudy::RanStudy(const e2e::Study& study) {
    if (!place_.showPhotographs()) throw std::runtime_error("scripts/setup has not fetched the photographs");
    place_.write("study.ratescope", study.text());
    const e2e::Outcome outcome = place_.cli({"run", "study.ratescope", "--library", "study.rslib"});
    if (outcome.code != 0) throw std::runtime_error(outcome.said().constData());
}

void open(ratescope::views::Session& session, const QString& document, const QString& library) {
    session.supervisor.setProgram(e2e::builtProgram("ratescope-cli"));
    session.document.replace(ratescope::graph::readDocument(document.toStdString()), document, true);
    session.results.open(library, session.document.document().id);
    if (!waitFor([&] { return session.document.derivedIsCurrent() && session.results.hasStudy(); }))
        throw std::runtime_error("document or library was not read");
}

void shoot(QWidget& widget, const QString& name) {
    shootLook(widget, name, ratescope::views::Look::Dark, "dark");
    shootLook(widget, name, ratescope::views::Look::Light, "light");
}

bool waitFor(const std::function<bool()>& condition, int timeoutMs) {
    return QTest::qWaitFor(condition, timeoutMs * ratescope::test::patience);
}

}  // namespace gui
