#include "tests/gui/runs/run_studies.h"

#include "core/graph/document_json.h"

namespace gui {

e2e::Study slowStudy(int assets, int milliseconds, bool failing) {
    e2e::Study study(failing ? "slow-and-failing" : "slow");
    study.node("noise", "test.noise", {{"count", assets}, {"size", 64}, {"model", "rgb"}})
        .node("psnr", "measure.psnr")
        .wire("noise.image", "psnr.reference");
    for (const std::string codec : {"jpeg", "webp"})
        study.node(codec, "image." + codec)
            .node(codec + "-late", "test.sleep", {{"milliseconds", milliseconds}})
            .wire("noise.image", codec + ".image")
            .wire(codec + ".image", codec + "-late.image")
            .wire(codec + "-late.image", "psnr.candidate")
            .sweep(codec, "quality", {10, 30, 50, 70, 90});
    if (failing)
        study.node("crash", "test.crash", {{"how", "error"}, {"only", 1}})
            .wire("noise.image", "crash.image")
            .wire("crash.image", "psnr.candidate");
    return study;
}

LiveStudy::LiveStudy(const e2e::Study& study) : session(catalogue()) {
    qputenv("RATESCOPE_PLUGINS", qgetenv("RATESCOPE_BUILD") + "/tests/plugins");
    place_.write("study.ratescope", study.text());
    session.supervisor.setProgram(e2e::builtProgram("ratescope-cli"));
    session.document.replace(ratescope::graph::readDocument(document().toStdString()), document(), true);
    session.results.open(library(), session.document.document().id);
    session.supervisor.setLibrary(library());
    if (!waitFor([this] { return session.document.derivedIsCurrent(); }))
        throw std::runtime_error("the document was not read");
}

LiveStudy::~LiveStudy() {
    session.results.close();
    const qint64 process = session.supervisor.process();
    // It goes on after its window: it is told to end.
    session.supervisor.request("shutdown", {{"now", true}}, nullptr, {});
    waitFor([process] { return process == 0 || !e2e::isRunning(process); });
}

bool LiveStudy::submit() {
    std::optional<bool> taken;
    QObject receiver;
    session.supervisor.start(1);
    session.supervisor.request(
        "submit",
        {{"document", nlohmann::json::parse(place_.read("study.ratescope").toStdString())},
         {"directory", place_.path(".").toStdString()}},
        &receiver, [&taken](const nlohmann::json&) { taken = true; },
        [&taken](const ratescope::Error&) { taken = false; });
    return waitFor([&taken] { return taken.has_value(); }, 30'000) && *taken;
}

}  // namespace gui
