#pragma once

// A few threads that share short pieces of work, over a hundred times a token: whoever waits looks again and again for a
// while before it sleeps, since waking a thread takes longer than a small layer.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace ratescope::engine {

class ThreadTeam {
  public:
    /// The caller is one of them; 1 starts none. Throws Error(Usage) below 1, Error(Resource) where the system starts
    /// no more.
    explicit ThreadTeam(int threads);
    ~ThreadTeam();
    ThreadTeam(const ThreadTeam&) = delete;
    ThreadTeam& operator=(const ThreadTeam&) = delete;

    int threads() const { return static_cast<int>(workers_.size()) + 1; }

    /// Calls work(0) … work(pieces − 1), each once, on whichever thread is free; returns when all are done. `work` must
    /// not throw. One caller at a time.
    template <typename Work>
    void run(std::size_t pieces, const Work& work) {
        if (workers_.empty() || pieces < 2) {
            for (std::size_t piece = 0; piece < pieces; ++piece)
                work(piece);
            return;
        }
        share(
            pieces,
            [](const void* callable, std::size_t piece) { (*static_cast<const Work*>(callable))(piece); },
            &work);
    }

  private:
    using Call = void (*)(const void* callable, std::size_t piece);

    void share(std::size_t pieces, Call call, const void* callable);
    /// Works on pieces of the round that `ticket` belongs to while there are any.
    void takePieces(std::uint64_t ticket);
    void work();
    void stop();

    /// Number of the round × 2^32 + how many pieces nobody has taken yet. The last of them is taken by subtracting 1
    /// from the ticket that was read, which fails in another round: a thread that slept through a round does nothing,
    /// and nobody waits for it. Both numbers are in one word, so that no thread sees one of another round.
    std::atomic<std::uint64_t> ticket_{0};
    std::atomic<std::uint32_t> done_{0};
    std::atomic<Call> call_{nullptr};
    std::atomic<const void*> callable_{nullptr};
    std::atomic<bool> stopped_{false};
    std::vector<std::thread> workers_;
};

}  // namespace ratescope::engine
