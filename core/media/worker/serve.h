#pragma once

// The worker's end of the protocol of core/run/protocol.h.

namespace ratescope::media {

/// Says ready, then runs chains in the order in which they come, until told to quit. Cancellation and questions
/// of resources are answered while a chain runs. When the other side closes the socket the process ends at
/// once and quietly: its supervisor is dead. A message that can't be understood ends it with exit code 1.
void serve(int descriptor);

}  // namespace ratescope::media
