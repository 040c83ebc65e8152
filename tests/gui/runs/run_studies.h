#pragma once

// Studies whose items take their time or go wrong, and a window's session with a supervisor of its own.

#include "tests/gui/support.h"

#include <nlohmann/json.hpp>

namespace gui {

/// Noise → two codecs, each of `milliseconds` an item → PSNR; with `failing`, a third one whose encoder refuses
/// asset 1.
e2e::Study slowStudy(int assets, int milliseconds, bool failing = false);

/// A document on the disk, opened in a session whose supervisor is started by the session itself.
class LiveStudy {
  public:
    explicit LiveStudy(const e2e::Study& study);
    ~LiveStudy();

    ratescope::views::Session session;
    /// Hands the document to the supervisor; says whether it was taken.
    bool submit();
    QString document() const { return place_.path("study.ratescope"); }
    QString library() const { return place_.path("study.rslib"); }
    const e2e::Place& place() const { return place_; }

  private:
    e2e::Place place_;
};

}  // namespace gui
