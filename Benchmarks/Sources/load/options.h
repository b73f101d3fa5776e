#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdint.h>

enum kind {
    KIND_CLIENT,         /* RCPT; client, sender and recipient follow from the number */
    KIND_END_OF_MESSAGE, /* END-OF-MESSAGE of an account that logged in */
    KIND_SUBMISSION,     /* RCPT of an account that logged in; account and recipient follow from the number */
    KIND_LOOKUP          /* tcp_table(5) "get" of an address of another domain */
};

enum { MAXIMUM_EXPECTED = 4, MAXIMUM_CONNECTIONS = 4096 };

/* What to send, how much of it, and what answers are right. */
struct options {
    int port;
    enum kind kind;
    int connections;
    uint64_t first;    /* the number of the first request */
    uint64_t requests; /* how many are measured at most; always bounded */
    uint64_t warm_up;  /* how many are sent before, unmeasured */
    double seconds;    /* how long is measured at most */
    double rate;       /* requests offered in a second; 0: each connection asks again as soon as it is answered */
    uint64_t spread;   /* numbers are drawn at random below this; 0: they count up */
    const char *expected[MAXIMUM_EXPECTED + 1]; /* beginnings of right answers */
};

/* Reads the command line, or ends the program with a message. */
struct options read_options(int argc, char **argv);

#endif
