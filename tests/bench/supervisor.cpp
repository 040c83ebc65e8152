// What the supervisor adds to short tasks: a study of many items of a 1 ms task through the real worker, with durable
// commits. usage: bench-supervisor PLUGIN-FOLDER WORKER [ITEMS] [JOBS]

#include "core/run/supervisor.h"

#include "core/curves/text.h"
#include "core/error.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

using namespace ratescope;

namespace {

graph::Node node(const std::string& slug, const std::string& type) {
    graph::Node made;
    made.slug = slug;
    made.type = type;
    return made;
}

graph::Document studyOf(std::int64_t items, bool streams) {
    graph::Document document = graph::newDocument(streams ? "streams" : "values");
    graph::Node source = node("noise", "test.noise");
    source.parameters["count"] = graph::ParameterValue(items);
    source.parameters["size"] = graph::ParameterValue(std::int64_t{4});
    graph::Node sleep = node("sleep", "test.sleep");
    sleep.parameters["milliseconds"] = graph::ParameterValue(std::int64_t{1});
    document.nodes = {source, sleep};
    document.wires = {{{"noise", "image"}, {"sleep", "image"}}};
    document.candidates = {{"sleep", "image"}};
    if (!streams) return document;
    document.nodes.push_back(node("layers", "test.layers"));
    document.wires.push_back({{"sleep", "image"}, {"layers", "image"}});
    document.candidates = {{"layers", "image"}};
    return document;
}

double secondsOf(const graph::Catalogue& catalogue, const std::filesystem::path& worker, std::int64_t items,
                 int jobs, bool streams) {
    std::string folder = (std::filesystem::current_path() / "bench-XXXXXX").string();
    if (!::mkdtemp(folder.data())) std::abort();
    double seconds = 0;
    {
        store::Library library(std::filesystem::path(folder) / "bench.rslib", store::Access::Write);
        run::SupervisorOptions options;
        options.worker = worker;
        options.jobs = jobs;
        run::Supervisor supervisor(library, catalogue, options);
        const auto start = std::chrono::steady_clock::now();
        supervisor.submit(studyOf(items, streams), folder);
        supervisor.runUntilIdle();
        seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (library.itemCounts()[store::State::Done] != items) {
            std::fprintf(stderr, "Not all items were done.\n");
            std::exit(1);
        }
    }
    std::filesystem::remove_all(folder);
    return seconds;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    try {
        const graph::Catalogue catalogue = graph::loadCatalogue({argv[1]});
        const std::int64_t items = argc > 3 ? std::atoll(argv[3]) : 2000;
        const int jobs = argc > 4 ? std::atoi(argv[4]) : 1;
        for (const bool streams : {false, true}) {
            const double seconds = secondsOf(catalogue, argv[2], items, jobs, streams);
            std::printf("%s %s\n", streams ? "streams" : "values",
                        curves::fixed(1000 * seconds / static_cast<double>(items), 3).c_str());
        }
    } catch (const Error& error) {
        std::fprintf(stderr, "%s %s\n", error.what(), error.remedy().c_str());
        return 1;
    }
}
