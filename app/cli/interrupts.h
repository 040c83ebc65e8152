#pragma once

// Ctrl-C and the signals that ask a program to end, taken as events: what runs is stopped in order.

namespace ratescope::cli {

/// From its making on these signals end the process no more.
class Interrupts {
  public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    /// To be polled: it can be read once such a signal has come.
    int descriptor() const { return descriptor_; }
    bool raised() const;

  private:
    int descriptor_;
};

}  // namespace ratescope::cli
