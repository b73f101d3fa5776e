#include "ccrypto.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

// libcrypto reads a null key as "use the key of before"; an empty key must not mean that.
static const uint8_t empty[1] = {0};

static const void *present(const void *pointer) {
    return pointer != NULL ? pointer : empty;
}

static int hmac(
    const EVP_MD *digest, const void *key, size_t key_length, const void *message, size_t length, uint8_t *out,
    size_t out_length
) {
    unsigned int written = 0;
    memset(out, 0, out_length);
    if (key_length > INT_MAX) return 0;
    if (HMAC(digest, present(key), (int)key_length, present(message), length, out, &written) == NULL) return 0;
    return written == out_length;
}

int ccrypto_sha256(const void *message, size_t length, uint8_t out[32]) {
    unsigned int written = 0;
    memset(out, 0, 32);
    return EVP_Digest(present(message), length, out, &written, EVP_sha256(), NULL) == 1 && written == 32;
}

int ccrypto_hmac_sha1(const void *key, size_t key_length, const void *message, size_t length, uint8_t out[20]) {
    return hmac(EVP_sha1(), key, key_length, message, length, out, 20);
}

int ccrypto_hmac_sha256(const void *key, size_t key_length, const void *message, size_t length, uint8_t out[32]) {
    return hmac(EVP_sha256(), key, key_length, message, length, out, 32);
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
