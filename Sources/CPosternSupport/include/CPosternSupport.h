#ifndef CPOSTERNSUPPORT_H
#define CPOSTERNSUPPORT_H

// What Swift cannot say: code between fork and exec, a signal handler, and
// socket options whose structures Glibc's module does not import.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The kinds of sockets as plain numbers. Several clang modules include
// <sys/socket.h>, and in an optimised build Swift finds the enumerators in only
// one of them.
extern const int32_t postern_sock_stream;
extern const int32_t postern_sock_dgram;
extern const int32_t postern_sock_cloexec;
extern const int32_t postern_sock_nonblock;

// The peer of a connected Unix socket, laid out as struct ucred (unix(7)).
struct postern_peer {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

// SO_PEERCRED, for callers that read socket options themselves.
int32_t postern_peer_option(void);

// Fills peer; returns 0, or errno.
int postern_peer_credentials(int descriptor, struct postern_peer *peer);

// CLOCK_MONOTONIC; never steps, counts from boot.
int64_t postern_monotonic_us(void);
int64_t postern_monotonic_ms(void);

// Starts the program `path` (no search in PATH) as a child.
//
// The descriptors arrive as 3, 4, ... with LISTEN_PID, LISTEN_FDS and
// LISTEN_FDNAMES set as sd_listen_fds(3) expects them; `names` is the value of
// LISTEN_FDNAMES. LISTEN_* variables in `environment` are left out. All other
// descriptors but 0, 1 and 2 are closed. Signals are at their defaults and
// unblocked. `death_signal`, when not 0, is sent to the child when the calling
// thread ends (PR_SET_PDEATHSIG).
//
// Returns 0 and the child's id, or the errno of what failed: also that of a
// failed exec, in which case no child is left behind.
int postern_spawn(
    const char *path, char *const arguments[], char *const environment[], const int *descriptors,
    size_t descriptor_count, const char *names, int death_signal, int32_t *child);

// Catches the signals and writes the number of each as one byte into a pipe.
// Unlike signalfd it works whichever thread was started first with whichever
// mask. Both ends are non-blocking and close-on-exec. One per process.
// Returns the reading end, or minus errno (EBUSY: there is one already).
int postern_signal_pipe_open(const int *signals, size_t count);

// Puts the signals back to their defaults and closes the writing end. The
// reading end belongs to the caller.
void postern_signal_pipe_close(void);

// Lets this process and those it starts open `most` descriptors, or as many as
// the hard limit allows; never fewer than before.
void postern_raise_descriptor_limit(uint64_t most);

// A write to a connection that is gone must be an error, not the end.
void postern_ignore_sigpipe(void);

#ifdef __cplusplus
}
#endif

#endif
