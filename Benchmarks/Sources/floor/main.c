/* floor PORT [MICROSECONDS]: the least a policy server can do. One thread, epoll; every request that ends with an empty
 * line is answered DUNNO, and nothing of it is looked at. What the suite reaches is given as a share of what this reaches.
 *
 * With MICROSECONDS it also reckons so long for each request, and how late its answers are then tells what the machine
 * makes of a server that needs as much of the processor. The time is turned into rounds of reckoning once, at the start:
 * a clock would count the time in which the processor hardly works as well.
 *
 * Ends when its standard input is closed, so it does not outlive the one who started it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char reply[] = "action=DUNNO\n\n";

/* Rounds of reckoning for each request. */
static long work;

static void reckon(long rounds)
{
    static volatile unsigned long number;
    for (long round = 0; round < rounds; round++) number = number * 6364136223846793005UL + 1;
}

static double microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The rounds that a microsecond usually has room for: the median of a hundred trials. */
static double rounds_in_microsecond(void)
{
    enum { trials = 101, rounds = 200000 };
    double speeds[trials];
    for (int trial = 0; trial < trials; trial++) {
        double start = microseconds();
        reckon(rounds);
        speeds[trial] = rounds / (microseconds() - start);
    }
    qsort(speeds, trials, sizeof *speeds, compare);
    return speeds[trials / 2];
}

struct peer {
    int fd;
    char last; /* the last byte seen; '\n' also before the first */
};

static void watch(int poll, int fd, struct peer *peer)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) {
        perror("floor: epoll_ctl");
        exit(1);
    }
}

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1024) != 0) {
        perror("floor: listen");
        exit(1);
    }
    return fd;
}

static void accept_all(int poll, int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        int one = 1;
        struct peer *peer = malloc(sizeof *peer);
        if (peer == NULL || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0) {
            close(fd);
            free(peer);
            continue;
        }
        *peer = (struct peer){.fd = fd, .last = '\n'};
        watch(poll, fd, peer);
    }
}

/* How many requests end in these bytes. */
static int requests_in(const char *bytes, ssize_t length, char *last)
{
    int count = 0;
    for (const char *byte = bytes; byte < bytes + length; byte++) {
        count += *byte == '\n' && *last == '\n';
        *last = *byte;
    }
    return count;
}

static int serve(struct peer *peer)
{
    static char bytes[65536];
    ssize_t length = recv(peer->fd, bytes, sizeof bytes, 0);
    if (length < 0) return errno == EAGAIN;
    if (length == 0) return 0;
    for (int count = requests_in(bytes, length, &peer->last); count > 0; count--) {
        reckon(work);
        if (send(peer->fd, reply, sizeof reply - 1, MSG_NOSIGNAL) != sizeof reply - 1) return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    int port = argc == 2 || argc == 3 ? atoi(argv[1]) : 0, duration = argc == 3 ? atoi(argv[2]) : 0;
    if (port < 1 || port > 65535 || duration < 0 || duration > 100000) {
        fprintf(stderr, "usage: floor PORT [MICROSECONDS]\n");
        return 2;
    }
    if (duration > 0) work = (long)(duration * rounds_in_microsecond());
    int poll = epoll_create1(EPOLL_CLOEXEC), listener = listen_on(port);
    struct peer listening = {.fd = listener}, owner = {.fd = STDIN_FILENO};
    watch(poll, listener, &listening);
    watch(poll, STDIN_FILENO, &owner);
    for (;;) {
        struct epoll_event events[256];
        int count = epoll_wait(poll, events, 256, -1);
        for (int index = 0; index < count; index++) {
            struct peer *peer = events[index].data.ptr;
            if (peer == &owner) return 0;
            if (peer == &listening) {
                accept_all(poll, listener);
            } else if (!serve(peer)) {
                close(peer->fd);
                free(peer);
            }
        }
    }
}
