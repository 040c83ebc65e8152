// A codec that goes wrong in every way that a plugin can.

#include "core/error.h"
#include "core/media/coding/container.h"
#include "tests/plugins/manifests.h"
#include "tests/plugins/nodes.h"
#include "tests/plugins/pixels.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>

namespace ratescope::media::test {
namespace {

constexpr const char* nodeId = "test.crash";

/// Address space alone is taken: where there is none left, or after 4 GiB, it is as if memory had run out.
[[noreturn]] void exhaustMemory() {
    std::vector<std::unique_ptr<std::byte[]>> blocks;
    constexpr std::size_t block = 64u << 20;
    while (blocks.size() < 64)
        blocks.emplace_back(new std::byte[block]);
    throw std::bad_alloc();
}

[[noreturn]] void hang() {
    for (;;)
        std::this_thread::sleep_for(std::chrono::seconds(1));
}

void writeGarbage() {
    constexpr char garbage[] = "this is no message\n";
    [[maybe_unused]] const ssize_t count = ::write(3, garbage, sizeof garbage - 1);
    hang();
}

void goWrong(const std::string& how, ByteSink& sink) {
    if (how == "segfault") std::raise(SIGSEGV);
    if (how == "abort") std::abort();
    if (how == "exit") std::_Exit(0);
    if (how == "memory") exhaustMemory();
    if (how == "hang") hang();
    if (how == "garbage") writeGarbage();
    if (how == "print") std::puts("test.crash prints to standard output");
    if (how == "error") throw Error(ErrorKind::Input, "The image is not to its taste.", "Choose another.");
    if (how == "exception") throw std::runtime_error("an exception of the standard library");
    if (how == "number") throw 42;
    if (how == "ledger") {
        const std::array<std::byte, 2> bytes{};
        Ledger ledger;
        ledger.add("codes", 15);
        sink.write(bytes, ledger);
    }
}

class Crash : public CodecNode {
  public:
    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        context.check();
        const Image& image = inputs.image("image");
        const std::vector<std::uint16_t> samples = samplesOf(image);
        if (parameters.text("how") != "not" && applies(parameters, samples.front())) {
            context.log("goes wrong: " + parameters.text("how"));
            goWrong(parameters.text("how"), sink);
        }
        ContainerWriter writer(nodeId, 1);
        writeFormat(writer.header(), image);
        writer.addSection("samples", std::as_bytes(std::span(samples)));
        writer.finish(sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        context.check();
        const ContainerReader reader(source, nodeId, 1);
        FieldReader header = reader.header();
        const Image format = readFormat(header);
        FieldReader bytes(reader.section("samples"));
        std::vector<std::uint16_t> samples(static_cast<std::size_t>(format.samples.size()));
        for (std::uint16_t& sample : samples) {
            const int low = bytes.u8();
            sample = static_cast<std::uint16_t>(low | bytes.u8() << 8);
        }
        return {{"image", withSamples(format, samples)}};
    }

  private:
    static bool applies(const Parameters& parameters, std::uint16_t firstSample) {
        const std::int64_t only = parameters.integer("only");
        if (only >= 0 && only != firstSample) return false;
        const std::string& once = parameters.text("record");
        if (once.empty()) return true;
        if (std::filesystem::exists(once)) return false;
        writeRecord(once, "went wrong");
        return true;
    }
};

}  // namespace

NodeEntry crashNode() {
    graph::Manifest manifest = imageCodec("crash", "Crash", "A lossless codec that goes wrong when told so");
    manifest.parameters = {
        choice("how",
               {"not", "segfault", "abort", "exit", "memory", "hang", "garbage", "print", "error",
                "exception", "number", "ledger"},
               "What its encoder does"),
        integer("only", -1, -1, 255,
                "Goes wrong for the asset of this index only (of test.noise); -1 for all"),
        record("When given, goes wrong only as long as this file is not there, and makes it")};
    return {manifest, [] { return std::make_unique<Crash>(); }};
}

}  // namespace ratescope::media::test
