#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *value)
{
    fprintf(stderr, "load: %s: %s\n", what, value);
    exit(2);
}

static void usage(void)
{
    fputs("usage: load --port PORT --kind client|end-of-message|submission|lookup --expect TEXT [--expect TEXT]\n"
          "    --requests N        at most so many\n"
          "    --seconds S         at most so long (60)\n"
          "    --connections N     one unanswered request on each (64)\n"
          "    --rate R            so many a second, whatever the answers do (0: as fast as they come)\n"
          "    --first N           the number of the first request (0); numbers count up\n"
          "    --spread N          numbers at random below N instead\n"
          "    --warm-up N         requests that are not measured (0)\n"
          "Asks 127.0.0.1 and prints one line; times are in microseconds. Exit status 1: an answer was wrong or missing.\n",
          stderr);
    exit(2);
}

static double number(const char *text, double low, double high)
{
    char *end = NULL;
    errno = 0;
    double value = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || !(value >= low && value <= high)) fail("not a number in range", text);
    return value;
}

static enum kind kind(const char *text)
{
    if (strcmp(text, "client") == 0) return KIND_CLIENT;
    if (strcmp(text, "end-of-message") == 0) return KIND_END_OF_MESSAGE;
    if (strcmp(text, "submission") == 0) return KIND_SUBMISSION;
    if (strcmp(text, "lookup") == 0) return KIND_LOOKUP;
    fail("unknown kind", text);
    return KIND_CLIENT;
}

static void expect(struct options *options, const char *text)
{
    int count = 0;
    while (options->expected[count] != NULL) count++;
    if (count == MAXIMUM_EXPECTED) fail("too many --expect", text);
    options->expected[count] = text;
}

static void take(struct options *options, int option, const char *text)
{
    switch (option) {
    case 'p': options->port = (int)number(text, 1, 65535); break;
    case 'k': options->kind = kind(text); break;
    case 'c': options->connections = (int)number(text, 1, MAXIMUM_CONNECTIONS); break;
    case 'n': options->requests = (uint64_t)number(text, 1, 1e8); break;
    case 's': options->seconds = number(text, 0.01, 3600); break;
    case 'r': options->rate = number(text, 0, 1e6); break;
    case 'f': options->first = (uint64_t)number(text, 0, 1e15); break;
    case 'a': options->spread = (uint64_t)number(text, 0, 1e9); break;
    case 'w': options->warm_up = (uint64_t)number(text, 0, 1e8); break;
    case 'e': expect(options, text); break;
    default: usage();
    }
}

struct options read_options(int argc, char **argv)
{
    static const struct option known[] = {
        {"port", required_argument, NULL, 'p'},     {"kind", required_argument, NULL, 'k'},
        {"connections", required_argument, NULL, 'c'}, {"requests", required_argument, NULL, 'n'},
        {"seconds", required_argument, NULL, 's'},  {"rate", required_argument, NULL, 'r'},
        {"first", required_argument, NULL, 'f'},    {"spread", required_argument, NULL, 'a'},
        {"warm-up", required_argument, NULL, 'w'},  {"expect", required_argument, NULL, 'e'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {.connections = 64, .seconds = 60};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) take(&options, option, optarg);
    if (optind != argc || options.port == 0 || options.requests == 0 || options.expected[0] == NULL) usage();
    return options;
}
