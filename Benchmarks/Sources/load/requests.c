#define _GNU_SOURCE
#include "requests.h"

#include <stdio.h>
#include <string.h>

/* The attributes that Postfix 3.7 sends, in its order. */
static const char policy_request[] =
    "request=smtpd_access_policy\n"
    "protocol_state=%s\n"
    "protocol_name=ESMTP\n"
    "client_address=%u.%u.%u.%u\n"
    "client_name=mail%llu.example.net\n"
    "client_port=%u\n"
    "reverse_client_name=mail%llu.example.net\n"
    "server_address=192.0.2.25\n"
    "server_port=25\n"
    "helo_name=mail%llu.example.net\n"
    "sender=%s\n"
    "recipient=%s\n"
    "recipient_count=%d\n"
    "queue_id=%s\n"
    "instance=%llx.%llx.0\n"
    "size=%d\n"
    "etrn_domain=\n"
    "stress=\n"
    "sasl_method=%s\n"
    "sasl_username=%s\n"
    "sasl_sender=\n"
    "ccert_subject=\n"
    "ccert_issuer=\n"
    "ccert_fingerprint=\n"
    "ccert_pubkey_fingerprint=\n"
    "encryption_protocol=TLSv1.3\n"
    "encryption_cipher=TLS_AES_256_GCM_SHA384\n"
    "encryption_keysize=256\n"
    "policy_context=\n"
    "\n";

/* Different numbers below 2^26 are different addresses, in no order: 32.0.0.0 to 95.255.255.255. */
static unsigned address_of(uint64_t number)
{
    return (32u << 24) + (unsigned)((number * 40503u + 12345u) & 0x3ffffff);
}

static size_t write_policy_request(char *out, enum kind kind, uint64_t number, uint64_t serial)
{
    unsigned long long n = number;
    unsigned address = address_of(number);
    int is_end = kind == KIND_END_OF_MESSAGE, is_login = is_end || kind == KIND_SUBMISSION;
    char sender[64], recipient[64];
    snprintf(sender, sizeof sender, is_login ? "user%llu@example.com" : "sender%llu@example.net", n);
    snprintf(recipient, sizeof recipient, is_login ? "friend%llu@example.org" : "user%llu@example.com", n % 100000);
    int length = snprintf(
        out, MAXIMUM_REQUEST, policy_request, is_end ? "END-OF-MESSAGE" : "RCPT", address >> 24, address >> 16 & 255,
        address >> 8 & 255, address & 255, n, 1024 + (unsigned)(serial % 60000), n, n, sender, recipient, is_end,
        is_end ? "4C5x1Z3kQpz9rXn" : "", (unsigned long long)serial, (unsigned long long)(serial * 7919 + 1),
        is_end ? 12345 : 0, is_login ? "PLAIN" : "", is_login ? sender : "");
    return (size_t)length;
}

size_t write_request(char out[MAXIMUM_REQUEST], enum kind kind, uint64_t number, uint64_t serial)
{
    if (kind != KIND_LOOKUP) return write_policy_request(out, kind, number, serial);
    unsigned long long n = number;
    return (size_t)snprintf(out, MAXIMUM_REQUEST, "get sender%llu@forwarded%llu.example.net\n", n, n % 5000);
}

size_t answer_length(const char *bytes, size_t length, enum kind kind)
{
    const char *end = kind == KIND_LOOKUP ? memchr(bytes, '\n', length) : memmem(bytes, length, "\n\n", 2);
    return end == NULL ? 0 : (size_t)(end - bytes) + (kind == KIND_LOOKUP ? 1 : 2);
}

int is_right(const char *bytes, size_t length, const struct options *options)
{
    int is_lookup = options->kind == KIND_LOOKUP;
    const char *start = is_lookup ? "" : "action=";
    size_t skipped = strlen(start), tail = is_lookup ? 1 : 2;
    if (length < skipped + tail || memcmp(bytes, start, skipped) != 0) return 0;
    size_t rest = length - skipped - tail;
    if (memchr(bytes + skipped, '\n', rest) != NULL) return 0;
    for (int index = 0; options->expected[index] != NULL; index++) {
        size_t wanted = strlen(options->expected[index]);
        if (rest >= wanted && memcmp(bytes + skipped, options->expected[index], wanted) == 0) return 1;
    }
    return 0;
}
