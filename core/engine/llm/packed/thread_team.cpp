#include "core/engine/llm/packed/thread_team.h"

#include "core/error.h"

#include <string>
#include <system_error>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ratescope::engine {
namespace {

constexpr std::uint32_t mostPieces = 0x7fffffff;
/// Looks before a worker sleeps: some tenths of a millisecond, longer than what one thread does alone between layers.
constexpr int looksOfWorker = 10'000;
/// Looks before the caller lets others run, who may be what it waits for.
constexpr int looksOfCaller = 2'000;

void pauseBriefly() {
#if defined(__x86_64__)
    _mm_pause();
#endif
}

std::uint32_t roundOf(std::uint64_t ticket) {
    return static_cast<std::uint32_t>(ticket >> 32);
}

std::uint32_t piecesLeft(std::uint64_t ticket) {
    return static_cast<std::uint32_t>(ticket);
}

}  // namespace

ThreadTeam::ThreadTeam(int threads) {
    if (threads < 1)
        throw Error(ErrorKind::Usage, std::to_string(threads) + " threads can't decode.",
                    "Ask for 1 or more.");
    try {
        for (int i = 1; i < threads; ++i)
            workers_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        stop();
        throw Error(ErrorKind::Resource, "The system starts no more threads.", "Ask for fewer threads.");
    }
}

ThreadTeam::~ThreadTeam() {
    stop();
}

void ThreadTeam::stop() {
    stopped_ = true;
    ticket_ += std::uint64_t{1} << 32;
    ticket_.notify_all();
    for (std::thread& worker : workers_)
        worker.join();
}

void ThreadTeam::share(std::size_t pieces, Call call, const void* callable) {
    if (pieces > mostPieces) throw Error(ErrorKind::Internal, "Work has too many pieces.", "");
    call_.store(call, std::memory_order_relaxed);
    callable_.store(callable, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    const std::uint64_t round = std::uint64_t{roundOf(ticket_.load(std::memory_order_relaxed)) + 1u} << 32;
    const std::uint64_t ticket = round | pieces;
    ticket_.store(ticket);
    ticket_.notify_all();
    takePieces(ticket);
    for (int looks = 0; done_.load(std::memory_order_acquire) != pieces; ++looks) {
        if (looks < looksOfCaller)
            pauseBriefly();
        else
            std::this_thread::yield();
    }
}

void ThreadTeam::takePieces(std::uint64_t ticket) {
    const std::uint32_t round = roundOf(ticket);
    const Call call = call_.load(std::memory_order_relaxed);
    const void* const callable = callable_.load(std::memory_order_relaxed);
    while (roundOf(ticket) == round && piecesLeft(ticket) > 0) {
        if (!ticket_.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel)) continue;
        --ticket;
        call(callable, piecesLeft(ticket));
        done_.fetch_add(1, std::memory_order_release);
    }
}

void ThreadTeam::work() {
    // No pieces are left before the first round, nor when a round has ended.
    std::uint64_t seen = 0;
    while (!stopped_) {
        std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
        for (int looks = 0; roundOf(ticket) == roundOf(seen) && looks < looksOfWorker; ++looks) {
            pauseBriefly();
            ticket = ticket_.load(std::memory_order_acquire);
        }
        if (roundOf(ticket) == roundOf(seen)) {
            ticket_.wait(ticket);
            continue;
        }
        seen = ticket;
        if (!stopped_) takePieces(ticket);
    }
}

}  // namespace ratescope::engine
