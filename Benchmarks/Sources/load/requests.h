#ifndef REQUESTS_H
#define REQUESTS_H

#include "options.h"

#include <stddef.h>

enum { MAXIMUM_REQUEST = 2048 };

/* Writes request `serial` about the client or account `number`; returns its length. Equal numbers are the same client,
 * sender and recipient, or the same account; `serial` makes each request a message of its own. */
size_t write_request(char out[MAXIMUM_REQUEST], enum kind kind, uint64_t number, uint64_t serial);

/* The length of the whole answer at the front of `bytes`; 0 when there is more to come. */
size_t answer_length(const char *bytes, size_t length, enum kind kind);

/* Whether an answer of that length is well-formed and begins as one of those that are expected. */
int is_right(const char *bytes, size_t length, const struct options *options);

#endif
