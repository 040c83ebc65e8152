// A worker program for tests of the supervisor: speaks the protocol, loads no plugin. What a task does is said by its
// node's parameter "behaviour"; results are made from the task's key, so that equal tasks give equal results.
//
//   crash, abort-once     dies by SIGSEGV; by SIGABRT unless it has done so before
//   bus-error             dies by SIGBUS, as where a mapped file was cut short
//   hang                  never comes back
//   garbage               writes no message, then hangs
//   fail                  reports a failure
//   full                  reports that memory or disk was not to be had
//   brittle               fails where its quality is above 50
//   deaf, slow            takes its time, and heeds no cancel; heeds it
//   limit                 records the MiB that it may take
//   forget                succeeds, and keeps no value that it was told to keep
//   none, ""              succeeds at once
//
// A stream of fake.sized has the size that its parameters say (fake_study.h), and a measure's error is that of its
// quality: 100 divided by it.
//
// Each task that runs is one line in the file RATESCOPE_FAKE_RECORD: "encode codec <first digits of its key>". With
// RATESCOPE_FAKE_BATCH=N every task may be called with N others, and each chain is a line too, "chain".

#include "core/build_info.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/run/local_socket.h"
#include "core/run/protocol.h"
#include "tests/core/run/fake_study.h"
#include "tests/patience.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace ratescope;
using namespace ratescope::run;

constexpr auto slowTime = std::chrono::milliseconds(400) * ratescope::test::patience;

struct InputFailed {};

std::string setting(const char* name) {
    const char* const value = std::getenv(name);
    return value ? value : "";
}

void record(const std::string& line) {
    if (setting("RATESCOPE_FAKE_RECORD").empty()) return;
    const int file = ::open(setting("RATESCOPE_FAKE_RECORD").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const std::string text = line + "\n";
    if (file < 0 || ::write(file, text.data(), text.size()) < 0) std::abort();
    ::close(file);
}

/// False when the disk is full.
bool writeFile(const std::filesystem::path& file, const std::string& text) {
    std::ofstream stream(file, std::ios::binary);
    stream << text;
    stream.close();
    return stream.good();
}

class FakeWorker {
  public:
    void serve() {
        say(Ready{::getpid(), setting("RATESCOPE_FAKE_BUILD").empty() ? buildInfo().buildId
                                                                      : setting("RATESCOPE_FAKE_BUILD")});
        for (;;) {
            listen(-1);
            while (!queue_.empty()) {
                const Chain chain = std::move(queue_.front());
                queue_.pop_front();
                runChain(chain);
            }
        }
    }

  private:
    void say(const FromWorker& message) { socket_.send(encode(message)); }

    void listen(int timeoutMs) {
        pollfd descriptor{workerSocket, POLLIN, 0};
        ::poll(&descriptor, 1, timeoutMs);
        if (descriptor.revents == 0) return;
        socket_.receive();
        while (const auto line = socket_.line()) {
            ToWorker message = decodeToWorker(*line);
            if (auto* chain = std::get_if<Chain>(&message)) queue_.push_back(std::move(*chain));
            if (const auto* cancel = std::get_if<Cancel>(&message)) take(*cancel);
            if (const auto* query = std::get_if<ResourceQuery>(&message)) answer(*query);
            if (std::holds_alternative<Quit>(message)) std::_Exit(0);
        }
        if (!socket_.open()) std::_Exit(0);
    }

    void take(const Cancel& cancel) {
        if (running_ == cancel.chain) cancelled_ = true;
        for (auto chain = queue_.begin(); chain != queue_.end(); ++chain)
            if (chain->id == cancel.chain) {
                queue_.erase(chain);
                say(Done{cancel.chain});
                return;
            }
    }

    void answer(const ResourceQuery& query) {
        ResourceAnswer answer;
        for (const Task& task : query.tasks) {
            TaskResources needs;
            const auto exclusive = task.parameters.find("exclusive");
            if (const std::string batch = setting("RATESCOPE_FAKE_BATCH"); !batch.empty())
                needs.batch = std::stoi(batch);
            needs.exclusive = exclusive != task.parameters.end() && std::get<bool>(exclusive->second);
            answer.resources.push_back(needs);
            answer.failures.emplace_back();
        }
        say(answer);
    }

    void runChain(const Chain& chain) {
        chain_ = &chain;
        running_ = chain.id;
        if (!setting("RATESCOPE_FAKE_BATCH").empty()) record("chain");
        cancelled_ = false;
        failed_.clear();
        ran_.clear();
        std::vector<Hash> all = chain.wanted;
        for (const TaskOutput& output : chain.keep)
            all.push_back(output.task);
        for (const Hash& wanted : all) {
            if (cancelled_) break;
            try {
                have(wanted);
            } catch (const InputFailed&) {
            }
        }
        running_ = 0;
        say(Done{chain.id});
    }

    const Task& task(const Hash& key) const {
        for (const Task& one : chain_->tasks)
            if (one.key == key) return one;
        std::fprintf(stderr, "The chain lacks a task.\n");
        std::abort();
    }

    std::filesystem::path published(const Hash& key) const { return chain_->cache / (key.hex() + ".value"); }

    void have(const Hash& key) {
        if (failed_.count(key)) throw InputFailed();
        const Task& one = task(key);
        const bool makesStream = one.kind == TaskKind::Encode || one.kind == TaskKind::Extract;
        const bool again =
            (chain_->repeats > 0 && (makesStream || one.kind == TaskKind::Decode)) || isToBeKept(key);
        if (ran_.count(key)) return;
        if (makesStream && !again && chain_->streams.count(key)) return;
        if (chain_->values.count({key, "value"})) return;
        if (!makesStream && !again && one.kind != TaskKind::Score &&
            (memory_.count(key) || std::filesystem::exists(published(key)))) {
            if (one.kind == TaskKind::Prepare) reportCounts(key);
            return;
        }
        for (const auto& [port, inputs] : one.inputs)
            for (const TaskOutput& input : inputs)
                have(input.task);
        run(one);
    }

    bool isToBeKept(const Hash& key) const {
        return std::any_of(chain_->keep.begin(), chain_->keep.end(),
                           [&](const TaskOutput& output) { return output.task == key; });
    }

    void reportCounts(const Hash& key) {
        TaskReport report;
        report.chain = chain_->id;
        report.key = key;
        report.counts["pixels"] = 100;
        say(report);
    }

    void run(const Task& one) {
        ran_.insert(one.key);
        record(std::string(toText(one.kind)) + " " + one.node + " " + one.key.hex().substr(0, 8));
        say(Alive{chain_->id, one.key, 0});
        TaskReport report;
        report.chain = chain_->id;
        report.key = one.key;
        report.seconds = 0.25;
        report.peakMemory = 1 << 20;
        const auto behaviour = one.parameters.find("behaviour");
        if (behaviour != one.parameters.end()) behave(std::get<std::string>(behaviour->second), one, report);
        if (!report.failure) fill(one, report);
        say(report);
        if (!report.failure) return;
        failed_.insert(one.key);
        throw InputFailed();
    }

    void behave(const std::string& how, const Task& one, TaskReport& report) {
        if (how == "crash") {
            std::fprintf(stderr, "about to crash\n");
            std::raise(SIGSEGV);
        }
        if (how == "bus-error") std::raise(SIGBUS);
        if (how == "abort-once") {
            const std::filesystem::path mark = setting("RATESCOPE_FAKE_RECORD") + ".once";
            if (!std::filesystem::exists(mark)) {
                writeFile(mark, "");
                std::abort();
            }
        }
        if (how == "limit") record("limit " + std::to_string(chain_->memoryLimit >> 20));
        if (how == "garbage") socket_.send("this is no message");
        while (how == "hang" || how == "garbage")
            std::this_thread::sleep_for(std::chrono::seconds(1));
        if (how == "fail") report.failure = TaskFailure{ErrorKind::Input, "It failed.", "Do something else."};
        if (how == "brittle" && one.parameters.count("quality") &&
            std::get<std::int64_t>(one.parameters.at("quality")) > 50)
            report.failure = TaskFailure{ErrorKind::Input, "It broke.", "Do something else."};
        if (how == "full") report.failure = TaskFailure{ErrorKind::Resource, "No memory.", "Buy some."};
        if (how == "deaf") std::this_thread::sleep_for(5 * slowTime);
        if (how != "slow") return;
        const auto end = std::chrono::steady_clock::now() + slowTime;
        while (!cancelled_ && std::chrono::steady_clock::now() < end) {
            listen(10);
            say(Alive{report.chain, report.key, 0.5});
        }
        if (cancelled_) report.failure = TaskFailure{ErrorKind::Cancelled, "Stopped.", ""};
    }

    /// The encode task that a candidate's task or stream comes from.
    const Task& encodeOf(const Hash& key) const {
        const Task* found = &task(key);
        while (found->inputs.count("bitstream"))
            found = &task(found->inputs.at("bitstream").front().task);
        return *found;
    }

    std::string streamOf(const Task& one) const {
        const std::string hex = one.key.hex();
        if (one.type != "fake.sized") return hex;
        const double asset = static_cast<double>(task(one.inputs.at("coded").front().task).index);
        const auto bytes = static_cast<std::size_t>(
            (1 + asset / 2) * fake::sizeOf(std::get<std::string>(one.parameters.at("shape")),
                                           std::get<std::int64_t>(one.parameters.at("quality")),
                                           std::get<double>(one.parameters.at("scale"))));
        std::string text = hex.substr(0, bytes);
        text.resize(bytes, '.');
        return text;
    }

    double errorOf(const Task& score) const {
        for (const auto& [port, inputs] : score.inputs) {
            const Task& encode = encodeOf(inputs.front().task);
            if (encode.type == "fake.sized")
                return 100 / static_cast<double>(std::get<std::int64_t>(encode.parameters.at("quality")));
        }
        return static_cast<double>(score.key.bytes[0]) + 1;
    }

    void fill(const Task& one, TaskReport& report) {
        const std::string hex = one.key.hex();
        switch (one.kind) {
            case TaskKind::Encode:
            case TaskKind::Extract: {
                StreamResult stream;
                stream.file = chain_->staging / hex;
                const std::string bytes = streamOf(one);
                if (!writeFile(stream.file, bytes)) {
                    report.failure =
                        TaskFailure{ErrorKind::Resource, "The stream can't be written.", "Make room."};
                    break;
                }
                stream.hash = sha256(bytes);
                stream.bytes = bytes.size();
                stream.parts = {{"codes", 8 * bytes.size(), false}};
                report.stream = stream;
                break;
            }
            case TaskKind::Prepare:
                report.counts["pixels"] = 100;
                [[fallthrough]];
            case TaskKind::Source:
            case TaskKind::Transform:
            case TaskKind::Decode:
                memory_.insert(one.key);
                if (one.type == "fake.learn") learn(one, report);
                keep(one, report);
                for (const Hash& key : chain_->publish)
                    if (key == one.key) writeFile(published(key), hex);
                break;
            case TaskKind::Score:
                report.scores = {{"error", errorOf(one), 1}};
                report.tables["samples"] = "#{}\nvalue\n1\n";
                break;
            case TaskKind::Analyse: {
                std::ifstream rows(one.file);
                report.tables["rows"] =
                    std::string(std::istreambuf_iterator<char>(rows), std::istreambuf_iterator<char>());
                break;
            }
        }
    }

    void learn(const Task& one, TaskReport& report) const {
        const auto file = chain_->staging / (one.key.hex() + ".value.artefact");
        const std::string text = "learned by " + one.key.hex();
        writeFile(file, text);
        report.values.push_back({"value", file, sha256(text), text.size()});
    }

    void keep(const Task& one, TaskReport& report) {
        const auto behaviour = one.parameters.find("behaviour");
        if (behaviour != one.parameters.end() && std::get<std::string>(behaviour->second) == "forget") return;
        for (const TaskOutput& output : chain_->keep) {
            if (output.task != one.key) continue;
            const auto file = chain_->staging / (one.key.hex() + "." + output.port + ".value");
            const std::string text = "value of " + one.key.hex();
            if (!writeFile(file, text)) {
                report.failure =
                    TaskFailure{ErrorKind::Resource, "The value can't be written.", "Make room."};
                return;
            }
            report.kept.push_back({output.port, file, text.size()});
        }
    }

    LineSocket socket_{workerSocket};
    std::deque<Chain> queue_;
    std::uint64_t running_ = 0;
    bool cancelled_ = false;
    const Chain* chain_ = nullptr;
    std::set<Hash> memory_, failed_, ran_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string(argv[1]) == "--exit") return std::atoi(argv[2]);
    FakeWorker().serve();
}
