#include "CPosternSupport.h"

#include <sys/resource.h>

void postern_raise_descriptor_limit(uint64_t most) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    rlim_t wanted = limit.rlim_max < most ? limit.rlim_max : (rlim_t)most;
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = wanted;
    // What is allowed already stays when this fails.
    setrlimit(RLIMIT_NOFILE, &limit);
}
