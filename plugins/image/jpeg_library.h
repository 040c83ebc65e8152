#pragma once

// libjpeg's way of failing (setjmp) turned into exceptions, and its progress hook into cancellation.

#include "core/media/node/context.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <jpeglib.h>
#include <string>

namespace ratescope::media::image {

/// What a compressor or decompressor needs beside its own struct. Steps given to run() must hold no local
/// object with a destructor: a failure jumps out of them.
class JpegGuard {
  public:
    /// Attach before the compressor or decompressor is created.
    template <typename Info>
    void attach(Info& info) {
        info.err = jpeg_std_error(&errors_);
        info.client_data = this;
        errors_.error_exit = [](j_common_ptr common) { of(common).leave(common); };
        // A warning means that the data were damaged and that libjpeg went on with what it made up.
        errors_.emit_message = [](j_common_ptr common, int level) {
            if (level < 0) of(common).leave(common);
        };
    }

    /// Attach after creation: the context is asked for cancellation while libjpeg works.
    template <typename Info>
    void watch(Info& info, Context& context) {
        context_ = &context;
        progress_.progress_monitor = [](j_common_ptr common) { of(common).tick(); };
        info.progress = &progress_;
    }

    /// Runs libjpeg calls. Throws what the context threw, or Error(Input) "`subject`: libjpeg's message".
    template <typename Step>
    void run(const char* subject, Step step) {
        if (setjmp(jump_) == 0)
            step();
        else
            raise(subject);
    }

  private:
    static JpegGuard& of(j_common_ptr common) { return *static_cast<JpegGuard*>(common->client_data); }
    [[noreturn]] void leave(j_common_ptr common);
    void tick();
    [[noreturn]] void raise(const char* subject);

    jpeg_error_mgr errors_{};
    jpeg_progress_mgr progress_{};
    std::jmp_buf jump_{};
    Context* context_ = nullptr;
    std::exception_ptr pending_;
    char message_[JMSG_LENGTH_MAX] = {};
};

}  // namespace ratescope::media::image
