// The functions below that OpenSSL 3 calls deprecated work on a state of ours. Those it offers instead look their
// algorithm up and allocate for each message, which for the short ones here takes several times as long as the hash.
#define OPENSSL_API_COMPAT 0x10100000L

#include "ccrypto.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>

// The largest block of the digests used here; both have this one.
enum { block_length = 64 };

static const uint8_t empty[1] = {0};

static const void *present(const void *pointer) {
    return pointer != NULL ? pointer : empty;
}

int ccrypto_sha256(const void *message, size_t length, uint8_t out[32]) {
    SHA256_CTX context;
    memset(out, 0, 32);
    return SHA256_Init(&context) == 1 && SHA256_Update(&context, present(message), length) == 1 &&
           SHA256_Final(out, &context) == 1;
}

static int sha1(const void *message, size_t length, uint8_t out[20]) {
    SHA_CTX context;
    return SHA1_Init(&context) == 1 && SHA1_Update(&context, present(message), length) == 1 &&
           SHA1_Final(out, &context) == 1;
}

// The key as one block (RFC 2104, section 2), combined with `pad`.
static void pad_key(const uint8_t key[block_length], uint8_t pad, uint8_t out[block_length]) {
    for (size_t index = 0; index < block_length; index++) out[index] = key[index] ^ pad;
}

// The states behind the first block of each of the two hashes: all that depends on the key alone.
struct ccrypto_hmac_sha1_key {
    SHA_CTX inner;
    SHA_CTX outer;
};

static int prepare(ccrypto_hmac_sha1_key *prepared, const void *key, size_t key_length) {
    uint8_t whole[block_length] = {0}, block[block_length];
    if (key_length > block_length) {
        if (!sha1(key, key_length, whole)) return 0;
    } else {
        memcpy(whole, present(key), key_length);
    }
    pad_key(whole, 0x36, block);
    int is_done = SHA1_Init(&prepared->inner) == 1 && SHA1_Update(&prepared->inner, block, block_length) == 1;
    pad_key(whole, 0x5c, block);
    is_done = is_done && SHA1_Init(&prepared->outer) == 1 && SHA1_Update(&prepared->outer, block, block_length) == 1;
    OPENSSL_cleanse(whole, sizeof whole);
    OPENSSL_cleanse(block, sizeof block);
    return is_done;
}

ccrypto_hmac_sha1_key *ccrypto_hmac_sha1_prepare(const void *key, size_t key_length) {
    ccrypto_hmac_sha1_key *prepared = OPENSSL_zalloc(sizeof *prepared);
    if (prepared != NULL && !prepare(prepared, key, key_length)) {
        ccrypto_hmac_sha1_release(prepared);
        prepared = NULL;
    }
    return prepared;
}

int ccrypto_hmac_sha1_with(const ccrypto_hmac_sha1_key *key, const void *message, size_t length, uint8_t out[20]) {
    uint8_t inner[20];
    SHA_CTX context = key->inner;
    memset(out, 0, 20);
    if (SHA1_Update(&context, present(message), length) != 1 || SHA1_Final(inner, &context) != 1) return 0;
    context = key->outer;
    int is_done = SHA1_Update(&context, inner, sizeof inner) == 1 && SHA1_Final(out, &context) == 1;
    OPENSSL_cleanse(&context, sizeof context);
    return is_done;
}

void ccrypto_hmac_sha1_release(ccrypto_hmac_sha1_key *key) {
    OPENSSL_clear_free(key, sizeof *key);
}

int ccrypto_hmac_sha256(const void *key, size_t key_length, const void *message, size_t length, uint8_t out[32]) {
    uint8_t whole[block_length] = {0}, block[block_length], inner[32];
    SHA256_CTX context;
    memset(out, 0, 32);
    if (key_length > block_length) {
        if (!ccrypto_sha256(key, key_length, whole)) return 0;
    } else {
        memcpy(whole, present(key), key_length);
    }
    pad_key(whole, 0x36, block);
    int is_done = SHA256_Init(&context) == 1 && SHA256_Update(&context, block, block_length) == 1 &&
                  SHA256_Update(&context, present(message), length) == 1 && SHA256_Final(inner, &context) == 1;
    pad_key(whole, 0x5c, block);
    is_done = is_done && SHA256_Init(&context) == 1 && SHA256_Update(&context, block, block_length) == 1 &&
              SHA256_Update(&context, inner, sizeof inner) == 1 && SHA256_Final(out, &context) == 1;
    OPENSSL_cleanse(whole, sizeof whole);
    OPENSSL_cleanse(block, sizeof block);
    return is_done;
}

int ccrypto_equal(const void *left, const void *right, size_t length) {
    if (length == 0) return 1;
    return CRYPTO_memcmp(left, right, length) == 0;
}

int ccrypto_random(void *out, size_t length) {
    if (length == 0) return 1;
    if (length > INT_MAX || RAND_bytes(out, (int)length) != 1) {
        memset(out, 0, length);
        return 0;
    }
    return 1;
}
