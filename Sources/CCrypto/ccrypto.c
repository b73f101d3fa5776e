// The functions below that OpenSSL 3 calls deprecated work on a state of ours. Those it offers instead look their
// algorithm up and allocate for each message, which for the short ones here takes several times as long as the hash.
#define OPENSSL_API_COMPAT 0x10100000L

#include "ccrypto.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
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

int ccrypto_hmac_sha1(const void *key, size_t key_length, const void *message, size_t length, uint8_t out[20]) {
    uint8_t whole[block_length] = {0}, block[block_length], inner[20];
    SHA_CTX context;
    memset(out, 0, 20);
    if (key_length > block_length) {
        if (!sha1(key, key_length, whole)) return 0;
    } else {
        memcpy(whole, present(key), key_length);
    }
    pad_key(whole, 0x36, block);
    int is_done = SHA1_Init(&context) == 1 && SHA1_Update(&context, block, block_length) == 1 &&
                  SHA1_Update(&context, present(message), length) == 1 && SHA1_Final(inner, &context) == 1;
    pad_key(whole, 0x5c, block);
    is_done = is_done && SHA1_Init(&context) == 1 && SHA1_Update(&context, block, block_length) == 1 &&
              SHA1_Update(&context, inner, sizeof inner) == 1 && SHA1_Final(out, &context) == 1;
    OPENSSL_cleanse(whole, sizeof whole);
    OPENSSL_cleanse(block, sizeof block);
    return is_done;
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

// libcrypto's own type stays in this file.
static EVP_MAC_CTX *context_of(ccrypto_hmac_sha1_key *key) {
    return (EVP_MAC_CTX *)key;
}

ccrypto_hmac_sha1_key *ccrypto_hmac_sha1_prepare(const void *key, size_t key_length) {
    char digest[] = "SHA1";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
    EVP_MAC_free(mac);
    if (context != NULL && EVP_MAC_init(context, present(key), key_length, parameters) != 1) {
        EVP_MAC_CTX_free(context);
        context = NULL;
    }
    return (ccrypto_hmac_sha1_key *)context;
}

int ccrypto_hmac_sha1_with(ccrypto_hmac_sha1_key *key, const void *message, size_t length, uint8_t out[20]) {
    size_t written = 0;
    memset(out, 0, 20);
    // Without a key the one that was prepared is used again.
    return EVP_MAC_init(context_of(key), NULL, 0, NULL) == 1
        && EVP_MAC_update(context_of(key), present(message), length) == 1
        && EVP_MAC_final(context_of(key), out, &written, 20) == 1 && written == 20;
}

void ccrypto_hmac_sha1_release(ccrypto_hmac_sha1_key *key) {
    EVP_MAC_CTX_free(context_of(key));
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
