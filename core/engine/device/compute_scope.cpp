#include "core/engine/device/compute_scope.h"

#include "core/error.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

namespace ratescope::engine {

struct ComputeScope::Parts {
    int before = at::get_num_threads();
    c10::NoGradGuard noGradients;
};

ComputeScope::ComputeScope(int threads) {
    if (threads < 1) throw Error(ErrorKind::Internal, "A task was to compute with no thread.", "");
    parts_ = std::make_unique<Parts>();
    at::set_num_threads(threads);
}

ComputeScope::~ComputeScope() {
    at::set_num_threads(parts_->before);
}

}  // namespace ratescope::engine
