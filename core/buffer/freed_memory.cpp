#include "core/buffer/freed_memory.h"

#include <malloc.h>

namespace ratescope {

void giveBackFreed() {
    ::malloc_trim(0);
}

}  // namespace ratescope
