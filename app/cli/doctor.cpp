#include "core/run/doctor.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/store/verify.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

using run::Finding;
using run::Health;

void addLibrary(const std::string& file, std::vector<Finding>& findings) {
    Finding finding;
    finding.subject = "library";
    try {
        const store::Library library(file, store::Access::Read);
        const store::Verification verification = store::verify(library);
        finding.says = std::to_string(library.itemCounts().total()) + " items, " +
                       std::to_string(verification.artefacts) + " artefacts of " +
                       bytesText(static_cast<double>(verification.bytes)) +
                       ", every page and every byte checked";
        if (const std::string notice = library.notice(); !notice.empty()) {
            finding.health = Health::Poor;
            finding.says += ". " + notice;
            finding.remedy = "Keep the library on a local disk while it is written.";
        }
        for (const std::string& fault : verification.faults) {
            finding.health = Health::Bad;
            finding.kind = ErrorKind::Library;
            finding.says += "\n" + fault;
            finding.remedy =
                "Keep the file as it is, take a copy, and see docs/library.md, \"What can go wrong\".";
        }
    } catch (const Error& error) {
        finding.health = Health::Bad;
        finding.kind = error.kind();
        finding.says = error.what();
        finding.remedy = error.remedy();
    }
    findings.push_back(std::move(finding));
}

nlohmann::json toJson(const std::vector<Finding>& findings) {
    nlohmann::json rows = nlohmann::json::array();
    for (const Finding& finding : findings)
        rows.push_back({{"subject", finding.subject},
                        {"health", toText(finding.health)},
                        {"says", finding.says},
                        {"remedy", finding.remedy},
                        {"libraries", finding.libraries}});
    return {{"findings", rows}};
}

void print(const std::vector<Finding>& findings) {
    TextTable table({"", "what", "found"});
    for (const Finding& finding : findings)
        table.add({toText(finding.health), finding.subject, finding.says});
    std::cout << table.text();
    for (const Finding& finding : findings)
        if (finding.health != Health::Good) std::cout << '\n' << finding.subject << ": " << finding.remedy;
    std::cout << '\n';
}

int examine(const std::string& library, bool json) {
    const graph::Catalogue catalogue = graph::loadCatalogue(graph::pluginFolders());
    run::WorkerCommand worker;
    worker.program = run::installedWorker();
    worker.arguments = {"--serve"};
    std::vector<Finding> findings = run::examineInstallation(catalogue, worker);
    if (!library.empty()) addLibrary(library, findings);
    if (json)
        std::cout << toJson(findings).dump(2) << '\n';
    else
        print(findings);
    for (const Finding& finding : findings)
        if (finding.health == Health::Bad) return exitCodeOf(finding.kind);
    return exitDone;
}

}  // namespace

Command doctorCommand() {
    return {"doctor",
            "Say whether this installation can work, and whether a library is sound",
            {"ratescope-cli doctor", "ratescope-cli doctor --library photographs.rslib --json"},
            [](CLI::App& app) {
                auto library = std::make_shared<std::string>();
                auto json = std::make_shared<bool>(false);
                app.add_option("--library", *library, "Library to read whole and check");
                app.add_flag("--json", *json, "JSON (docs/schemas/doctor.json)");
                return [library, json] { return examine(*library, *json); };
            }};
}

}  // namespace ratescope::cli
