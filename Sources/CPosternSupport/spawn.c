#define _GNU_SOURCE
#include "CPosternSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { first_descriptor = 3 };

// Everything the child needs, made before fork: after it, in a process that
// had threads, malloc and most of libc may not be called.
struct plan {
    const char *path;
    char *const *arguments;
    char **environment;
    int *descriptors;
    size_t descriptor_count;
    int death_signal;
    pid_t parent;
    int report;
    char listen_pid[32];
    char listen_fds[32];
    char *listen_names;
};

static void put_number(char *to, pid_t number) {
    char digits[12];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) *to++ = digits[--count];
    *to = 0;
}

static int make_environment(struct plan *plan, char *const given[], const char *names) {
    size_t count = 0, kept = 0;
    while (given[count] != NULL) count++;
    plan->environment = calloc(count + 4, sizeof(char *));
    if (plan->environment == NULL) return ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(given[i], "LISTEN_", 7) != 0) plan->environment[kept++] = given[i];
    }
    if (plan->descriptor_count == 0) return 0;
    if (asprintf(&plan->listen_names, "LISTEN_FDNAMES=%s", names) < 0) {
        plan->listen_names = NULL;
        return ENOMEM;
    }
    strcpy(plan->listen_pid, "LISTEN_PID=");
    snprintf(plan->listen_fds, sizeof(plan->listen_fds), "LISTEN_FDS=%zu", plan->descriptor_count);
    plan->environment[kept++] = plan->listen_pid;
    plan->environment[kept++] = plan->listen_fds;
    plan->environment[kept++] = plan->listen_names;
    return 0;
}

static void default_signals(void) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// Everything moves above the target range first, so that no dup2 overwrites
// what is still to be moved.
static int move_descriptors(struct plan *plan) {
    int above = first_descriptor + (int)plan->descriptor_count;
    plan->report = fcntl(plan->report, F_DUPFD_CLOEXEC, above);
    if (plan->report < 0) return -1;
    for (size_t i = 0; i < plan->descriptor_count; i++) {
        plan->descriptors[i] = fcntl(plan->descriptors[i], F_DUPFD_CLOEXEC, above);
        if (plan->descriptors[i] < 0) return -1;
    }
    for (size_t i = 0; i < plan->descriptor_count; i++) {
        if (dup2(plan->descriptors[i], first_descriptor + (int)i) < 0) return -1;
    }
    close_range((unsigned)above, ~0U, CLOSE_RANGE_CLOEXEC);
    return 0;
}

static void run_child(struct plan *plan) {
    default_signals();
    if (plan->death_signal != 0) {
        if (prctl(PR_SET_PDEATHSIG, plan->death_signal) != 0) goto failed;
        // The parent may have died before the line above.
        if (getppid() != plan->parent) _exit(127);
    }
    // The report's own number is the old one until it was moved.
    int report = plan->report;
    if (move_descriptors(plan) != 0) {
        if (plan->report < 0) plan->report = report;
        goto failed;
    }
    put_number(plan->listen_pid + strlen("LISTEN_PID="), getpid());
    execve(plan->path, plan->arguments, plan->environment);
failed:;
    int error = errno;
    ssize_t ignored = write(plan->report, &error, sizeof(error));
    (void)ignored;
    _exit(127);
}

// Nothing to read means that exec has closed the pipe: it succeeded.
static int await_exec(int descriptor, pid_t child) {
    int error = 0;
    ssize_t count;
    do {
        count = read(descriptor, &error, sizeof(error));
    } while (count < 0 && errno == EINTR);
    if (count == 0) return 0;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    return count == (ssize_t)sizeof(error) ? error : EIO;
}

static int fork_plan(struct plan *plan, pid_t *child) {
    int ends[2];
    sigset_t all, before;
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    plan->report = ends[1];
    plan->parent = getpid();
    // A signal between fork and exec would run the parent's handlers in the child.
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) run_child(plan);
    int error = pid < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (error == 0) error = await_exec(ends[0], pid);
    close(ends[0]);
    if (error == 0) *child = pid;
    return error;
}

int postern_spawn(
    const char *path, char *const arguments[], char *const environment[], const int *descriptors,
    size_t descriptor_count, const char *names, int death_signal, int32_t *child) {
    struct plan plan = {
        .path = path,
        .arguments = arguments,
        .descriptor_count = descriptor_count,
        .death_signal = death_signal,
    };
    int error = make_environment(&plan, environment, names);
    plan.descriptors = calloc(descriptor_count + 1, sizeof(int));
    if (error == 0 && plan.descriptors == NULL) error = ENOMEM;
    if (error == 0) {
        for (size_t i = 0; i < descriptor_count; i++) plan.descriptors[i] = descriptors[i];
        error = fork_plan(&plan, child);
    }
    free(plan.environment);
    free(plan.descriptors);
    free(plan.listen_names);
    return error;
}
