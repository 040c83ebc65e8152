#pragma once

// One act of the user: a drag, or typing in a field while it has the focus. Its edits are one step of the history.

#include <utility>

namespace ratescope::views {

class Gesture {
  public:
    /// Whether the next edit is merged with the last one: all but the first are.
    bool merges() { return std::exchange(begun_, true); }
    void end() { begun_ = false; }

  private:
    bool begun_ = false;
};

}  // namespace ratescope::views
