#ifndef POSTERN_CCURL_SHIM_H
#define POSTERN_CCURL_SHIM_H

#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift does not import; these wrap the calls.

static inline CURLcode ccurl_set_text(CURL *transfer, CURLoption option, const char *text) {
    return curl_easy_setopt(transfer, option, text);
}

static inline CURLcode ccurl_set_number(CURL *transfer, CURLoption option, long number) {
    return curl_easy_setopt(transfer, option, number);
}

static inline CURLcode ccurl_set_headers(CURL *transfer, struct curl_slist *headers) {
    return curl_easy_setopt(transfer, CURLOPT_HTTPHEADER, headers);
}

typedef size_t (*ccurl_receiver)(char *, size_t, size_t, void *);

static inline CURLcode ccurl_set_receiver(CURL *transfer, ccurl_receiver receiver, void *context) {
    CURLcode result = curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, receiver);
    return result == CURLE_OK ? curl_easy_setopt(transfer, CURLOPT_WRITEDATA, context) : result;
}

static inline CURLcode ccurl_set_place(CURL *transfer, void *place) {
    return curl_easy_setopt(transfer, CURLOPT_PRIVATE, place);
}

static inline void *ccurl_place(CURL *transfer) {
    void *place = 0;
    curl_easy_getinfo(transfer, CURLINFO_PRIVATE, &place);
    return place;
}

static inline long ccurl_status(CURL *transfer) {
    long status = 0;
    curl_easy_getinfo(transfer, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// The next transfer that has ended, with its result; a null pointer when there is none.
static inline CURL *ccurl_next_done(CURLM *transfers, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(transfers, &left)))
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    return 0;
}

#endif
