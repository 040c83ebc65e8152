#pragma once

// A context that only counts and cancels; without Qt, for fuzzers too.

#include "core/error.h"
#include "core/media/node/context.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ratescope::media::test {

class TestContext : public Context {
  public:
    /// Throws Error(Cancelled) at the given check (from 1); 0 never does.
    explicit TestContext(int cancelAt = 0) : cancelAt_(cancelAt) {}

    void check() override {
        if (++checks == cancelAt_) throw Error(ErrorKind::Cancelled, "Cancelled.", "");
    }
    void progress(double) override { check(); }
    std::mt19937_64 generator(std::uint64_t stream) const override { return std::mt19937_64(seed + stream); }
    std::string device() const override { return "cpu"; }
    int threads() const override { return threadCount; }
    std::filesystem::path scratch() override { return {}; }
    std::optional<std::vector<std::byte>> loadCheckpoint(const std::string&) override { return {}; }
    void saveCheckpoint(const std::string&, std::span<const std::byte>) override {}
    void table(const std::string& name, Table table) override { tables[name] = std::move(table); }
    void log(const std::string& line) override { lines.push_back(line); }

    int checks = 0;
    int threadCount = 1;
    std::uint64_t seed = 7;
    std::vector<std::string> lines;
    std::map<std::string, Table> tables;

  private:
    int cancelAt_;
};

}  // namespace ratescope::media::test
