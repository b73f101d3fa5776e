#define _GNU_SOURCE
#include "CPosternSupport.h"

#include <errno.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct postern_peer) == sizeof(struct ucred), "laid out as struct ucred");
_Static_assert(offsetof(struct postern_peer, uid) == offsetof(struct ucred, uid), "laid out as struct ucred");

const int32_t postern_sock_stream = SOCK_STREAM;
const int32_t postern_sock_dgram = SOCK_DGRAM;
const int32_t postern_sock_cloexec = SOCK_CLOEXEC;
const int32_t postern_sock_nonblock = SOCK_NONBLOCK;

int32_t postern_peer_option(void) {
    return SO_PEERCRED;
}

int postern_peer_credentials(int descriptor, struct postern_peer *peer) {
    socklen_t length = sizeof(*peer);
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, peer, &length) != 0) return errno;
    return 0;
}
