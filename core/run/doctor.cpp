#include "core/run/doctor.h"

#include "core/build_info.h"
#include "core/run/environment.h"
#include "core/run/installation.h"
#include "core/run/local_socket.h"
#include "core/run/one_off.h"
#include "core/store/verify.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace ratescope::run {
namespace {

constexpr std::uint64_t scarceDisk = 1ull << 30, scarceMemory = 2ull << 30;

std::string gibibytes(std::uint64_t bytes) {
    const std::uint64_t tenths = (bytes * 10) >> 30;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

Finding good(std::string subject, std::string says) {
    Finding finding;
    finding.subject = std::move(subject);
    finding.says = std::move(says);
    return finding;
}

Finding poor(std::string subject, std::string says, std::string remedy) {
    Finding finding = good(std::move(subject), std::move(says));
    finding.health = Health::Poor;
    finding.remedy = std::move(remedy);
    return finding;
}

Finding bad(std::string subject, const Error& error) {
    Finding finding = poor(std::move(subject), error.what(), error.remedy());
    finding.health = Health::Bad;
    finding.kind = error.kind();
    return finding;
}

Finding program() {
    const BuildInfo& build = buildInfo();
    const std::string text = build.version + ", commit " + build.commit + (build.dirty ? " (changed)" : "") +
                             ", " + build.compiler + ", SQLite " + store::databaseVersion();
    if (build.dirty)
        return poor("program", text, "Results say that the sources were changed: commit, then build again.");
    return good("program", text);
}

Finding desktop() {
    std::error_code ignored;
    const std::filesystem::path file = programFolder() / "ratescope";
    if (std::filesystem::exists(file, ignored)) return good("desktop", file.string());
    return poor("desktop", file.string() + " is not there.",
                "Build the target ratescope for figures and plates.");
}

Finding keeper() {
    const std::filesystem::path file = programFolder() / "ratescope-keeper";
    if (::access(file.c_str(), X_OK) == 0) return good("keeper of external commands", file.string());
    return bad("keeper of external commands",
               Error(ErrorKind::Plugin, file.string() + " is not there.", "Build Ratescope again."));
}

Finding processor() {
    std::string extensions;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) extensions += ", AVX2";
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")) extensions += ", AVX-512";
    return good("processor", gatherEnvironment("", "cpu").cpu + ", " +
                                 std::to_string(std::thread::hardware_concurrency()) + " threads" +
                                 extensions);
}

Finding memory() {
    const std::uint64_t bytes = physicalMemory();
    if (bytes >= scarceMemory) return good("memory", gibibytes(bytes));
    return poor("memory", "Only " + gibibytes(bytes) + ".", "Run few jobs at a time: --jobs 1.");
}

Finding graphicsCard() {
    std::error_code ignored;
    return good("CUDA", std::filesystem::exists("/dev/nvidia0", ignored)
                            ? "a driver is loaded; no node of this version uses it"
                            : "no device; no node of this version needs one");
}

Finding room(const std::string& subject, const std::filesystem::path& folder) {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(folder, error);
    if (error)
        return bad(subject, Error(ErrorKind::Resource, folder.string() + ": " + error.message() + ".",
                                  "Make the folder, or name another one."));
    const std::string text = folder.string() + ", " + gibibytes(space.available) + " free";
    if (space.available >= scarceDisk) return good(subject, text);
    return poor(subject, text, "Free some space there.");
}

Finding temporaryFolder() {
    try {
        const std::filesystem::path folder = std::filesystem::temp_directory_path();
        const std::filesystem::path trial = folder / ("ratescope-doctor-" + std::to_string(::getpid()));
        const bool made = std::filesystem::create_directory(trial);
        std::filesystem::remove(trial);
        if (!made) throw Error(ErrorKind::Resource, trial.string() + " is there already.", "Remove it.");
        return room("temporary folder", folder);
    } catch (const std::filesystem::filesystem_error& error) {
        return bad("temporary folder",
                   Error(ErrorKind::Resource, error.what(), "Set TMPDIR to a folder that you may write to."));
    }
}

Finding supervisorSocket() {
    try {
        return good("supervisor's socket", socketPath("doctor.rslib").parent_path().string());
    } catch (const Error& error) {
        return bad("supervisor's socket", error);
    }
}

Finding root(const std::string& name, const std::string& remedy) {
    if (const char* place = std::getenv(name.c_str()); place && *place) {
        std::error_code ignored;
        if (std::filesystem::is_directory(place, ignored)) return good(name, place);
        return poor(name, std::string(place) + " is no folder.", "Correct the environment variable.");
    }
    const auto roots = installedRoots();
    const auto found = roots.find(name);
    if (found != roots.end()) return good(name, found->second.string());
    return poor(name, "no such folder on this machine", remedy);
}

/// One task of each node of the family, with its defaults.
ResourceQuery queryOf(const graph::Family& family) {
    ResourceQuery query;
    for (const graph::Manifest& manifest : family.manifests) {
        Task& task = query.tasks.emplace_back();
        task.node = manifest.id;
        task.type = manifest.id;
        task.version = manifest.version;
        task.library = family.library;
        for (const graph::Parameter& parameter : manifest.parameters)
            task.parameters[parameter.id] = parameter.defaultValue;
    }
    return query;
}

Finding plugin(const graph::Family& family, const WorkerCommand& worker) {
    const std::string subject = "plugin " + family.name;
    try {
        const ResourceAnswer answer = askResources(queryOf(family), worker);
        for (const std::optional<TaskFailure>& failure : answer.failures)
            if (failure) return bad(subject, Error(failure->kind, failure->what, failure->remedy));
        Finding finding = good(subject, std::to_string(answer.resources.size()) + " nodes");
        for (const TaskResources& needs : answer.resources)
            finding.libraries.insert(needs.libraries.begin(), needs.libraries.end());
        for (const auto& [name, version] : finding.libraries)
            finding.says += ", " + name + " " + version;
        return finding;
    } catch (const Error& error) {
        return bad(subject, error);
    }
}

}  // namespace

const char* toText(Health health) {
    switch (health) {
        case Health::Good:
            return "good";
        case Health::Poor:
            return "poor";
        case Health::Bad:
            break;
    }
    return "bad";
}

std::vector<Finding> examineInstallation(const graph::Catalogue& catalogue, const WorkerCommand& worker) {
    std::vector<Finding> findings = {
        program(),
        desktop(),
        keeper(),
        processor(),
        memory(),
        graphicsCard(),
        temporaryFolder(),
        supervisorSocket(),
        root("RATESCOPE_SAMPLES", "scripts/setup fetches the sample photographs."),
        root("RATESCOPE_MODELS", "scripts/setup --models fetches language models, if documents name them."),
        root("RATESCOPE_DATA", "Set RATESCOPE_DATA to your folder of test data, if documents name it.")};
    for (const std::string& warning : catalogue.warnings)
        findings.push_back(bad("plugin", Error(ErrorKind::Plugin, warning, "Build Ratescope again.")));
    if (catalogue.families().empty())
        findings.push_back(
            bad("plugins", Error(ErrorKind::Plugin, "No plugin is installed.",
                                 "Build Ratescope, or name their folder in RATESCOPE_PLUGINS.")));
    for (const graph::Family& family : catalogue.families())
        findings.push_back(plugin(family, worker));
    return findings;
}

}  // namespace ratescope::run
