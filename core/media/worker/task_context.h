#pragma once

// The Context of one task in a worker: cancellation, signs of life, random numbers, scratch, checkpoints.

#include "core/media/node/context.h"
#include "core/run/protocol.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace ratescope::media {

/// Gives a message to the supervisor; may be called from any thread.
using Send = std::function<void(const run::FromWorker&)>;

/// Sends `alive` with its construction and then at most ten times a second. The calls of a node's own threads
/// are taken too.
class TaskContext final : public Context {
  public:
    TaskContext(const run::Chain& chain, const run::Task& task, const std::atomic<bool>& cancelled,
                const Send& send);
    /// Removes the scratch folder.
    ~TaskContext() override;

    void check() override;
    void progress(double fraction) override;
    /// Seeded (std::seed_seq) with the eight big-endian 32-bit words of the SHA-256 of
    /// "<seed>\n<node type>\n<stream>": nodes of one type in one seed draw the same numbers for every asset
    /// and every row of a sweep, so that rows differ by their parameters alone. Throws Error(Internal) when
    /// the manifest does not say usesSeed.
    std::mt19937_64 generator(std::uint64_t stream) const override;
    std::string device() const override { return chain_.device; }
    int threads() const override { return chain_.threads; }
    std::filesystem::path scratch() override;
    std::optional<std::vector<std::byte>> loadCheckpoint(const std::string& name) override;
    void saveCheckpoint(const std::string& name, std::span<const std::byte> state) override;
    void table(const std::string& name, Table table) override;
    /// Also printed to standard error, the worker's log file, so that a dead worker's last lines tell.
    void log(const std::string& line) override;

    /// To be called when the task is done.
    void removeCheckpoints();
    const std::map<std::string, Table>& tables() const { return tables_; }
    /// The last lines logged, at most 4 KiB.
    std::string lastLines() const;

  private:
    void signOfLife();
    std::filesystem::path checkpointFolder() const;
    std::filesystem::path checkpointFile(const std::string& name) const;

    const run::Chain& chain_;
    const run::Task& task_;
    const std::atomic<bool>& cancelled_;
    const Send& send_;
    std::atomic<double> fraction_{0};
    std::atomic<std::int64_t> lastSign_{0};  ///< ms of the steady clock
    mutable std::mutex mutex_;               ///< guards what follows
    std::filesystem::path scratch_;
    std::map<std::string, Table> tables_;
    std::deque<std::string> lines_;
    std::size_t lineBytes_ = 0;
};

}  // namespace ratescope::media
