#pragma once

// Programs that go on from task to task: a codec in Python pays its imports once.

#include "core/media/command/command.h"

#include <cstdint>
#include <memory>
#include <string>

namespace ratescope::media {

/// One running program that answers a line a request. It ends with the object.
class Servant {
  public:
    Servant(const CommandSetup& setup, Context& context);
    ~Servant();
    Servant(const Servant&) = delete;
    Servant& operator=(const Servant&) = delete;

    /// The program's answer. Throws Error(Input) when it answers {"error": …} or "error …", after which it can be asked
    /// more. After anything else that is thrown it is of no use any more: what Process throws; Error(Input) when it ends,
    /// says something that nobody has asked for, or answers another request.
    std::string ask(Context& context, const Request& request);
    bool usable() const { return process_ != nullptr; }

  private:
    std::string exchange(Context& context, const std::string& line);

    CommandSetup setup_;
    std::filesystem::path folder_;
    std::unique_ptr<Process> process_;
    std::int64_t asked_ = 0;
};

/// The running program of this setup, started if there is none; it lives as long as this process, unless it fails or
/// eight others have been asked since. For one thread.
Servant& servantOf(const CommandSetup& setup, Context& context);

}  // namespace ratescope::media
