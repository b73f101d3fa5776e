#ifndef CCRYPTO_H
#define CCRYPTO_H

#include <stddef.h>
#include <stdint.h>

// The few primitives of libcrypto the suite needs. Each call is complete in itself, but for a prepared key.
// Functions that can fail answer 1 for success and 0 for failure, as libcrypto does;
// on failure the output is all zero. A null pointer is allowed where its length is 0.

int ccrypto_sha256(const void *message, size_t length, uint8_t out[32]);

int ccrypto_hmac_sha256(const void *key, size_t key_length, const void *message, size_t length, uint8_t out[32]);

// HMAC-SHA1 with a key that is prepared once. NULL when libcrypto fails. Any thread may use it.
typedef struct ccrypto_hmac_sha1_key ccrypto_hmac_sha1_key;

ccrypto_hmac_sha1_key *ccrypto_hmac_sha1_prepare(const void *key, size_t key_length);

int ccrypto_hmac_sha1_with(const ccrypto_hmac_sha1_key *key, const void *message, size_t length, uint8_t out[20]);

void ccrypto_hmac_sha1_release(ccrypto_hmac_sha1_key *key);

// 1 when both ranges hold the same bytes; the time taken does not depend on the contents.
int ccrypto_equal(const void *left, const void *right, size_t length);

// Fills the range from the random generator of libcrypto.
int ccrypto_random(void *out, size_t length);

#endif
