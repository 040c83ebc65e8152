// weights.dfloat11 on safetensors files of bfloat16 weights: the stream's size, and the time from its bytes to the
// tensors at one thread. One JSON line a file and setting; scripts/bench.d/dfloat11.sh compares with peers.
// usage: bench-dfloat11 LIBRARY ROUNDS FILE...        LIBRARY: the plugin of the family weights

#include "core/media/assets/safetensors_file.h"
#include "core/media/worker/plugins.h"
#include "tests/families/test_context.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace ratescope;
using namespace ratescope::media;

namespace {

using Settings = std::map<std::string, graph::ParameterValue>;

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool areEqual(const TensorSet& a, const TensorSet& b) {
    return std::ranges::equal(a.tensors, b.tensors, [](const Tensor& x, const Tensor& y) {
        return x.name == y.name && x.array.type() == y.array.type() && x.array.shape() == y.array.shape() &&
               std::ranges::equal(x.array.bytes(), y.array.bytes());
    });
}

void measure(const NodeEntry& entry, const std::string& file, const Settings& changed, int rounds) {
    Settings settings = changed;
    for (const graph::Parameter& parameter : entry.manifest.parameters)
        settings.emplace(parameter.id, parameter.defaultValue);
    const Parameters parameters(settings);
    const auto node = entry.make();
    const auto& codec = dynamic_cast<const CodecNode&>(*node);
    const auto set = std::make_shared<const TensorSet>(readSafetensors(file));
    Inputs inputs;
    inputs.add("tensors", set);
    test::TestContext context;
    ByteSink sink;
    double start = seconds();
    codec.encode(context, inputs, parameters, sink);
    const double encoding = seconds() - start;
    std::vector<double> decoding;
    for (int round = 0; round < rounds; ++round) {
        ByteSource source(sink.bytes());
        start = seconds();
        const Outputs outputs = codec.decode(context, source, {}, parameters);
        decoding.push_back(seconds() - start);
        if (!areEqual(*std::get<std::shared_ptr<const TensorSet>>(outputs.at("tensors")), *set)) {
            std::fprintf(stderr, "%s does not come back.\n", file.c_str());
            std::exit(2);
        }
    }
    std::ranges::sort(decoding);
    std::printf(R"({"grouping":"%s","index":"%s","bytes":%zu,"encode":%.6f,"decode":[)",
                parameters.text("grouping").c_str(), parameters.text("index").c_str(), sink.bytes().size(),
                encoding);
    for (std::size_t i = 0; i < decoding.size(); ++i)
        std::printf("%s%.6f", i > 0 ? "," : "", decoding[i]);
    std::printf("],\"parts\":{");
    for (std::size_t i = 0; i < sink.ledger().parts.size(); ++i) {
        const Part& part = sink.ledger().parts[i];
        std::printf("%s\"%s%s\":%llu", i > 0 ? "," : "", part.name.c_str(), part.searched ? "" : " (kept)",
                    static_cast<unsigned long long>(part.bits));
    }
    std::printf("}}\n");
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        std::fprintf(stderr, "usage: bench-dfloat11 LIBRARY ROUNDS FILE...\n");
        return 2;
    }
    Plugins plugins;
    const NodeEntry& entry = plugins.node(arguments[1], "weights.dfloat11");
    for (int i = 3; i < count; ++i)
        for (const auto& [grouping, index] : {std::pair{"part", "blocks"}, {"block", "threads"}})
            measure(entry, arguments[i],
                    {{"grouping", std::string(grouping)},
                     {"index", std::string(index)},
                     {"threads-per-block", std::int64_t{index == std::string("blocks") ? 256 : 512}}},
                    std::atoi(arguments[2]));
}
