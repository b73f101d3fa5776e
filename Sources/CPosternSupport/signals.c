#define _GNU_SOURCE
#include "CPosternSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int writing_end = -1;
static sigset_t caught;

static void on_signal(int number) {
    int saved = errno;
    int descriptor = atomic_load(&writing_end);
    unsigned char byte = (unsigned char)number;
    if (descriptor >= 0) {
        // A full pipe means that many signals already wait: losing one is harmless.
        ssize_t ignored = write(descriptor, &byte, 1);
        (void)ignored;
    }
    errno = saved;
}

static int catch_signals(const int *signals, size_t count) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < count; i++) {
        if (sigaction(signals[i], &action, NULL) != 0) return errno;
        sigaddset(&caught, signals[i]);
    }
    return 0;
}

int postern_signal_pipe_open(const int *signals, size_t count) {
    int ends[2];
    if (atomic_load(&writing_end) >= 0) return -EBUSY;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -errno;
    sigemptyset(&caught);
    atomic_store(&writing_end, ends[1]);
    int error = catch_signals(signals, count);
    if (error == 0) return ends[0];
    postern_signal_pipe_close();
    close(ends[0]);
    return -error;
}

void postern_signal_pipe_close(void) {
    int descriptor = atomic_exchange(&writing_end, -1);
    if (descriptor < 0) return;
    for (int number = 1; number < NSIG; number++) {
        if (sigismember(&caught, number) == 1) signal(number, SIG_DFL);
    }
    close(descriptor);
}

void postern_ignore_sigpipe(void) {
    signal(SIGPIPE, SIG_IGN);
}
