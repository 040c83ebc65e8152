#include "core/media/worker/serve.h"

#include "core/build_info.h"
#include "core/error.h"
#include "core/media/worker/execute.h"
#include "core/run/local_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>

namespace ratescope::media {
namespace {

/// The supervisor has broken the protocol: it takes a dead worker for a failed chain.
[[noreturn]] void giveUp(const std::exception& error) {
    std::fprintf(stderr, "ratescope-worker: %s\n", error.what());
    std::_Exit(EXIT_FAILURE);
}

void awaitEvent(int descriptor, short events) {
    pollfd waited{descriptor, events, 0};
    ::poll(&waited, 1, -1);
}

/// Sends from any thread; each line goes out whole.
class Writer {
  public:
    explicit Writer(int descriptor) : socket_(descriptor) {}

    void operator()(const run::FromWorker& message) {
        const std::string line = run::encode(message);
        const std::lock_guard lock(mutex_);
        socket_.send(line);
        while (socket_.open() && socket_.hasUnsent()) {
            awaitEvent(socket_.descriptor(), POLLOUT);
            socket_.flush();
        }
        if (!socket_.open()) std::_Exit(EXIT_SUCCESS);
    }

  private:
    std::mutex mutex_;
    run::LineSocket socket_;
};

run::ResourceAnswer answer(const run::ResourceQuery& query, Plugins& plugins) {
    run::ResourceAnswer answer;
    for (const run::Task& task : query.tasks) {
        run::TaskResources& needs = answer.resources.emplace_back();
        std::optional<run::TaskFailure>& failure = answer.failures.emplace_back();
        try {
            const NodeEntry& node = plugins.node(task.library, task.type);
            const Resources resources = node.make()->resources(Parameters(task.parameters));
            needs = {resources.threads,   resources.processes, resources.memory,
                     resources.exclusive, resources.batch,     node.libraries};
        } catch (...) {
            failure = failureOf(task, 0);
        }
    }
    return answer;
}

class Server {
  public:
    explicit Server(int descriptor)
        : in_(descriptor), out_(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)), send_(std::ref(out_)) {
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }

    void run() {
        send_(run::Ready{::getpid(), buildInfo().buildId});
        std::thread reader([this] { read(); });
        try {
            while (const std::optional<run::Chain> chain = next()) {
                runChain(*chain, plugins_, cache_, cancelled_, send_);
                finish(chain->id);
            }
        } catch (const std::exception& error) {
            giveUp(error);
        }
        reader.join();
    }

  private:
    /// Waits for a chain; nothing when told to quit.
    std::optional<run::Chain> next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return quit_ || !queue_.empty(); });
        if (quit_) return std::nullopt;
        run::Chain chain = std::move(queue_.front());
        queue_.pop_front();
        running_ = chain.id;
        cancelled_ = false;
        return chain;
    }

    void finish(std::uint64_t chain) {
        {
            const std::lock_guard lock(mutex_);
            running_.reset();
        }
        send_(run::Done{chain});
    }

    // --- the reading thread --------------------------------------------------------------------------------

    void read() {
        while (!quit_) {
            awaitEvent(in_.descriptor(), POLLIN);
            in_.receive();
            try {
                while (const std::optional<std::string> line = in_.line())
                    std::visit([this](auto&& message) { take(std::forward<decltype(message)>(message)); },
                               run::decodeToWorker(*line));
            } catch (const std::exception& error) {
                giveUp(error);
            }
            if (!in_.open()) std::_Exit(EXIT_SUCCESS);
        }
    }

    void take(run::Chain chain) {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(chain));
        changed_.notify_one();
    }

    void take(run::Cancel cancel) {
        {
            const std::lock_guard lock(mutex_);
            if (running_ == cancel.chain) cancelled_ = true;
            const auto waiting = std::find_if(queue_.begin(), queue_.end(), [&](const run::Chain& chain) {
                return chain.id == cancel.chain;
            });
            if (waiting == queue_.end()) return;
            queue_.erase(waiting);
        }
        send_(run::Done{cancel.chain});
    }

    void take(const run::ResourceQuery& query) { send_(answer(query, plugins_)); }

    void take(run::Quit) {
        const std::lock_guard lock(mutex_);
        quit_ = true;
        cancelled_ = true;
        changed_.notify_one();
    }

    run::LineSocket in_;
    Writer out_;
    Send send_;
    Plugins plugins_;
    ValueCache cache_;
    std::mutex mutex_;  ///< guards queue_, running_ and quit_
    std::condition_variable changed_;
    std::deque<run::Chain> queue_;
    std::optional<std::uint64_t> running_;
    bool quit_ = false;
    std::atomic<bool> cancelled_{false};
};

}  // namespace

void serve(int descriptor) {
    Server(descriptor).run();
}

}  // namespace ratescope::media
