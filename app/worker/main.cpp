// Runs tasks of plugins for the supervisor, and writes a plugin's manifests for the build.

#include "core/build_info.h"
#include "core/error.h"
#include "core/graph/catalogue.h"
#include "core/media/worker/plugins.h"
#include "core/media/worker/serve.h"
#include "core/run/protocol.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace ratescope {
namespace {

constexpr const char* usage =
    "Usage: ratescope-worker --serve                          run tasks; started by ratescope-cli\n"
    "       ratescope-worker --describe LIBRARY --output FILE write the manifests of a plugin as JSON\n"
    "       ratescope-worker --version\n";

void describe(const std::filesystem::path& library, const std::filesystem::path& output) {
    media::Plugins plugins;
    const media::PluginFamily& plugin = plugins.load(library);
    graph::Family family{plugin.name, plugin.buildId, library, {}};
    for (const media::NodeEntry& entry : plugin.nodes)
        family.manifests.push_back(entry.manifest);
    std::ofstream file(output, std::ios::binary);
    file << graph::toJson(family).dump(1) << "\n";
    file.close();
    if (!file)
        throw Error(ErrorKind::Resource, "The file " + output.string() + " can't be written.",
                    "Make room on that disk and its folder writable.");
}

int runProgram(const std::vector<std::string>& arguments) {
    if (arguments.size() == 1 && arguments[0] == "--version") {
        const BuildInfo& build = buildInfo();
        std::printf("ratescope-worker %s (%s%s), build id %s\n", build.version.c_str(), build.commit.c_str(),
                    build.dirty ? ", changed" : "", build.buildId.c_str());
        return 0;
    }
    if (arguments.size() == 4 && arguments[0] == "--describe" && arguments[2] == "--output") {
        describe(arguments[1], arguments[3]);
        return 0;
    }
    if (arguments.size() == 1 && arguments[0] == "--serve" && ::fcntl(run::workerSocket, F_GETFD) >= 0) {
        media::serve(run::workerSocket);
        return 0;
    }
    std::fputs(usage, stderr);
    return 2;
}

}  // namespace
}  // namespace ratescope

int main(int argc, char** argv) {
    std::setlocale(LC_ALL, "C");
    // A broken socket is noticed where it is written; an interrupt of the terminal is the supervisor's to handle.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return ratescope::runProgram({argv + 1, argv + argc});
    } catch (const ratescope::Error& error) {
        std::fprintf(stderr, "ratescope-worker: %s\n%s\n", error.what(), error.remedy().c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "ratescope-worker: %s\n", error.what());
    }
    return 1;
}
