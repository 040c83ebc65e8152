#pragma once

namespace ratescope {

/// Gives what has been freed and the heap still holds back to the system: for the end of a step that needed much. Takes
/// milliseconds.
void giveBackFreed();

}  // namespace ratescope
