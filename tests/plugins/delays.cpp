// Nodes that take their time.

#include "core/error.h"
#include "tests/plugins/manifests.h"
#include "tests/plugins/nodes.h"
#include "tests/plugins/pixels.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

namespace ratescope::media::test {
namespace {

using Milliseconds = std::chrono::milliseconds;

class Sleep : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        writeRecord(parameters.text("record"), "ran");
        const bool deaf = parameters.flag("deaf");
        const Milliseconds whole(parameters.integer("milliseconds"));
        const auto start = std::chrono::steady_clock::now();
        for (auto left = whole; left.count() > 0;) {
            std::this_thread::sleep_for(std::min(left, Milliseconds(10)));
            const auto past = std::chrono::steady_clock::now() - start;
            left = std::chrono::duration_cast<Milliseconds>(whole - past);
            if (!deaf) context.progress(1 - static_cast<double>(left.count()) / whole.count());
        }
        const Image& image = inputs.image("image");
        return {{"image", withSamples(image, samplesOf(image))}};
    }
};

/// State of test.checkpoint: a chain of numbers that can only be got step by step.
struct Count {
    std::int64_t step = 0;
    std::uint64_t number = 1;
};

class Checkpoint : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        const std::string& record = parameters.text("record");
        const std::int64_t steps = parameters.integer("steps");
        Count count = resumed(context);
        const std::string begin = "begins at step " + std::to_string(count.step);
        context.log(begin);
        writeRecord(record, begin);
        while (count.step < steps) {
            std::this_thread::sleep_for(Milliseconds(parameters.integer("milliseconds")));
            count.number = count.number * 6364136223846793005u + 1442695040888963407u;
            ++count.step;
            if (count.step % parameters.integer("every") == 0)
                context.saveCheckpoint("count", std::as_bytes(std::span(&count, 1)));
            context.progress(static_cast<double>(count.step) / static_cast<double>(steps));
        }
        writeRecord(record, "ends");
        const Image& image = inputs.image("image");
        std::vector<std::uint16_t> samples = samplesOf(image);
        for (std::uint16_t& sample : samples)
            sample = static_cast<std::uint16_t>(sample ^ (count.number >> 40)) & greatestSample(image);
        return {{"image", withSamples(image, samples)}};
    }

  private:
    static Count resumed(Context& context) {
        Count count;
        const auto state = context.loadCheckpoint("count");
        if (!state) return count;
        if (state->size() != sizeof count)
            throw Error(ErrorKind::Input, "The checkpoint of test.checkpoint is damaged.",
                        "Remove the library's checkpoints, then run again.");
        std::memcpy(&count, state->data(), sizeof count);
        return count;
    }
};

}  // namespace

NodeEntry sleepNode() {
    graph::Manifest manifest = imageTransform("sleep", "Sleep", "Waits, then gives the image as it is");
    manifest.parameters = {integer("milliseconds", 1, 0, 1e6, "How long"),
                           flag("deaf", false, "Makes no call of the context, so can't be cancelled"),
                           record("Gets the line \"ran\" for each run")};
    return {manifest, [] { return std::make_unique<Sleep>(); }};
}

NodeEntry checkpointNode() {
    graph::Manifest manifest =
        imageTransform("checkpoint", "Checkpoint",
                       "Counts with checkpoints; its output does not tell whether it was killed");
    manifest.parameters = {integer("steps", 20, 1, 1e6, "How far it counts"),
                           integer("every", 5, 1, 1e6, "Steps between checkpoints"),
                           integer("milliseconds", 1, 0, 1e4, "Time of a step"),
                           record("Gets the line \"begins at step N\" and \"ends\"")};
    return {manifest, [] { return std::make_unique<Checkpoint>(); }};
}

}  // namespace ratescope::media::test
