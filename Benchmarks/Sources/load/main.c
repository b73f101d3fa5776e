/* Asks a policy or tcp_table(5) server on loopback and measures how long each answer takes. One thread, epoll, one
 * unanswered request on each connection, as Postfix asks.
 *
 * Without --rate the loop is closed: it tells how much the server can do. With it the loop is open: requests become due
 * at their times, and the time an overdue one waits for a free connection is part of its latency.
 */
#define _GNU_SOURCE
#include "options.h"
#include "requests.h"

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

/* Silence for so long ends the run: nanoseconds. */
static const uint64_t patience = 30ull * 1000000000;

struct connection {
    int fd;
    int is_waiting;
    uint64_t began;
    size_t received;
    char answer[4096];
};

struct run {
    struct options options;
    int poll;
    struct connection *connections;
    struct connection **idle; /* a stack of those that wait for nothing */
    int idle_count;
    uint64_t sent, answered, wrong;
    uint64_t measuring_since, last_answer;
    uint64_t random;
    uint32_t *latencies; /* microseconds */
    size_t latency_count, latency_capacity;
};

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15ull;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ull;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
    return mixed ^ (mixed >> 31);
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
        fail("load: connect");
    return fd;
}

static void open_connections(struct run *run)
{
    int count = run->options.connections;
    run->connections = calloc((size_t)count, sizeof *run->connections);
    run->idle = calloc((size_t)count, sizeof(void *));
    run->poll = epoll_create1(EPOLL_CLOEXEC);
    if (run->connections == NULL || run->idle == NULL || run->poll < 0) fail("load");
    for (int index = 0; index < count; index++) {
        struct connection *connection = &run->connections[index];
        connection->fd = connect_to(run->options.port);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        if (epoll_ctl(run->poll, EPOLL_CTL_ADD, connection->fd, &event) != 0) fail("load: epoll_ctl");
        run->idle[run->idle_count++] = connection;
    }
}

static uint64_t next_number(struct run *run)
{
    if (run->options.spread > 0) return run->options.first + next_random(&run->random) % run->options.spread;
    return run->options.first + run->sent;
}

/* `due` is when the request should have been sent. */
static void ask(struct run *run, uint64_t due)
{
    char request[MAXIMUM_REQUEST];
    struct connection *connection = run->idle[--run->idle_count];
    uint64_t number = next_number(run);
    /* The process id tells the messages of this run from those of another. */
    uint64_t serial = (uint64_t)getpid() << 40 | run->sent;
    size_t length = write_request(request, run->options.kind, number, serial);
    connection->is_waiting = 1;
    connection->received = 0;
    connection->began = due;
    run->sent++;
    if (send(connection->fd, request, length, MSG_NOSIGNAL) != (ssize_t)length) fail("load: send");
}

static void record(struct run *run, uint64_t nanoseconds)
{
    if (run->latency_count == run->latency_capacity) {
        run->latency_capacity = run->latency_capacity * 2 + 65536;
        run->latencies = realloc(run->latencies, run->latency_capacity * sizeof *run->latencies);
        if (run->latencies == NULL) fail("load");
    }
    uint64_t microseconds = (nanoseconds + 500) / 1000;
    run->latencies[run->latency_count++] = microseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)microseconds;
}

static void note_wrong(struct run *run, const struct connection *connection)
{
    if (run->wrong++ == 0) fprintf(stderr, "load: wrong answer: %.*s\n", (int)connection->received, connection->answer);
}

static void take_answer(struct run *run, struct connection *connection)
{
    ssize_t length = recv(connection->fd, connection->answer + connection->received,
                          sizeof connection->answer - connection->received, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (length <= 0 || !connection->is_waiting) {
        fprintf(stderr, "load: %s\n", length > 0 ? "an answer nobody asked for" : "the connection was closed");
        exit(1);
    }
    connection->received += (size_t)length;
    size_t end = answer_length(connection->answer, connection->received, run->options.kind);
    if (end == 0 && connection->received < sizeof connection->answer) return;
    if (end != connection->received || !is_right(connection->answer, end, &run->options)) note_wrong(run, connection);
    connection->is_waiting = 0;
    run->idle[run->idle_count++] = connection;
    run->last_answer = now();
    run->answered++;
    if (run->answered > run->options.warm_up) record(run, run->last_answer - connection->began);
    if (run->answered == run->options.warm_up) run->measuring_since = run->last_answer;
}

static int may_send(const struct run *run, uint64_t time)
{
    if (run->sent >= run->options.warm_up + run->options.requests) return 0;
    return run->measuring_since == 0 || (double)(time - run->measuring_since) < run->options.seconds * 1e9;
}

/* Sends what is due; returns nanoseconds until the next is, at most `patience`. */
static uint64_t send_due(struct run *run, uint64_t began)
{
    double rate = run->options.rate;
    while (run->idle_count > 0) {
        uint64_t time = now();
        if (!may_send(run, time)) return patience;
        uint64_t due = rate > 0 ? began + (uint64_t)((double)run->sent / rate * 1e9) : time;
        if (due > time) return due - time;
        ask(run, due);
    }
    return patience;
}

static void converse(struct run *run)
{
    uint64_t began = now();
    if (run->options.warm_up == 0) run->measuring_since = began;
    for (;;) {
        uint64_t pause = send_due(run, began);
        if (run->sent == run->answered && !may_send(run, now())) return;
        struct timespec timeout = {(time_t)(pause / 1000000000), (long)(pause % 1000000000)};
        struct epoll_event events[256];
        int count = epoll_pwait2(run->poll, events, 256, &timeout, NULL);
        if (count < 0 && errno != EINTR) fail("load: epoll_pwait2");
        if (count == 0 && pause == patience) {
            fprintf(stderr, "load: no answer for 30 s\n");
            exit(1);
        }
        for (int index = 0; index < count; index++) take_answer(run, events[index].data.ptr);
    }
}

static int ascending(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static uint32_t percentile(const struct run *run, double percent)
{
    if (run->latency_count == 0) return 0;
    return run->latencies[(size_t)((double)(run->latency_count - 1) * percent / 100)];
}

static void report(struct run *run)
{
    qsort(run->latencies, run->latency_count, sizeof *run->latencies, ascending);
    double seconds = (double)(run->last_answer - run->measuring_since) / 1e9;
    printf("answered=%llu measured=%zu seconds=%.3f rate=%.1f p50=%u p99=%u p999=%u max=%u wrong=%llu\n",
           (unsigned long long)run->answered, run->latency_count, seconds,
           seconds > 0 ? (double)run->latency_count / seconds : 0, percentile(run, 50), percentile(run, 99),
           percentile(run, 99.9), percentile(run, 100), (unsigned long long)run->wrong);
}

int main(int argc, char **argv)
{
    struct run run = {.options = read_options(argc, argv)};
    run.random = (uint64_t)getpid();
    open_connections(&run);
    converse(&run);
    report(&run);
    return run.wrong > 0;
}
