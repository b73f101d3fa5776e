#ifndef POSTERN_CLDAP_SHIM_H
#define POSTERN_CLDAP_SHIM_H

#include <ldap.h>
#include <sys/time.h>

// Swift does not import LDAP_OPT_OFF, LDAP_SASL_SIMPLE and the like, which are casts; these wrap the calls that need
// them.

static inline int cldap_no_referrals(LDAP *session) {
    return ldap_set_option(session, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
}

static inline int cldap_set_version(LDAP *session) {
    int version = LDAP_VERSION3;
    return ldap_set_option(session, LDAP_OPT_PROTOCOL_VERSION, &version);
}

// How long connecting and each call that waits may take.
static inline int cldap_set_limits(LDAP *session, int milliseconds) {
    struct timeval limit = {milliseconds / 1000, (milliseconds % 1000) * 1000};
    unsigned int user = (unsigned int)milliseconds;
    ldap_set_option(session, LDAP_OPT_TCP_USER_TIMEOUT, &user);
    int result = ldap_set_option(session, LDAP_OPT_NETWORK_TIMEOUT, &limit);
    return result == LDAP_OPT_SUCCESS ? ldap_set_option(session, LDAP_OPT_TIMEOUT, &limit) : result;
}

// What is believed of the server's certificate; makes the context that the connection will use.
static inline int cldap_set_tls(LDAP *session, int verify, const char *authorities) {
    int demand = verify ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER;
    int client = 0;
    int result = ldap_set_option(session, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    if (result == LDAP_OPT_SUCCESS && verify)
        result = ldap_set_option(session, LDAP_OPT_X_TLS_CACERTFILE, authorities);
    return result == LDAP_OPT_SUCCESS ? ldap_set_option(session, LDAP_OPT_X_TLS_NEWCTX, &client) : result;
}

static inline int cldap_simple_bind(LDAP *session, const char *name, const char *password, int *message) {
    struct berval secret = {(ber_len_t)__builtin_strlen(password), (char *)password};
    return ldap_sasl_bind(session, name, LDAP_SASL_SIMPLE, &secret, 0, 0, message);
}

static inline int cldap_search(
    LDAP *session, const char *base, int scope, const char *filter, char **attributes, int milliseconds, int *message) {
    struct timeval limit = {(milliseconds + 999) / 1000, 0};
    return ldap_search_ext(session, base, scope, filter, attributes, 0, 0, 0, &limit, LDAP_NO_LIMIT, message);
}

// A page of a search's answer, behind that of the cookie. A server that knows no pages answers with everything.
static inline int cldap_search_page(
    LDAP *session, const char *base, int scope, const char *filter, char **attributes, int milliseconds, int size,
    const void *cookie, size_t length, int *message) {
    struct timeval limit = {(milliseconds + 999) / 1000, 0};
    struct berval place = {(ber_len_t)length, (char *)cookie};
    LDAPControl *page = 0;
    int result = ldap_create_page_control(session, size, length > 0 ? &place : 0, 0, &page);
    if (result != LDAP_SUCCESS) return result;
    LDAPControl *controls[] = {page, 0};
    result = ldap_search_ext(
        session, base, scope, filter, attributes, 0, controls, 0, &limit, LDAP_NO_LIMIT, message);
    ldap_control_free(page);
    return result;
}

// The cookie of a page, its value to be freed with ldap_memfree; without one there is no further page.
static inline struct berval cldap_page_cookie(LDAP *session, LDAPMessage *result) {
    struct berval cookie = {0, 0};
    LDAPControl **controls = 0;
    int code = LDAP_OTHER;
    if (ldap_parse_result(session, result, &code, 0, 0, 0, &controls, 0) != LDAP_SUCCESS) return cookie;
    LDAPControl *page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, 0);
    ber_int_t count = 0;
    if (page && ldap_parse_pageresponse_control(session, page, &count, &cookie) != LDAP_SUCCESS)
        cookie = (struct berval){0, 0};
    ldap_controls_free(controls);
    return cookie;
}

// The whole answer to any one question; 0 when there is none in time, -1 when the connection is lost.
static inline int cldap_result(LDAP *session, int milliseconds, LDAPMessage **result) {
    struct timeval limit = {milliseconds / 1000, (milliseconds % 1000) * 1000};
    return ldap_result(session, LDAP_RES_ANY, LDAP_MSG_ALL, &limit, result);
}

static inline int cldap_result_code(LDAP *session, LDAPMessage *result) {
    int code = LDAP_OTHER;
    int parsed = ldap_parse_result(session, result, &code, 0, 0, 0, 0, 0);
    return parsed == LDAP_SUCCESS ? code : parsed;
}

// The words of the last failure beyond its code, or a null pointer; to be freed with ldap_memfree.
static inline char *cldap_diagnosis(LDAP *session) {
    char *words = 0;
    ldap_get_option(session, LDAP_OPT_DIAGNOSTIC_MESSAGE, &words);
    return words;
}

static inline int cldap_last_error(LDAP *session) {
    int code = LDAP_OTHER;
    ldap_get_option(session, LDAP_OPT_RESULT_CODE, &code);
    return code;
}

#endif
