#ifndef CCARES_SHIM_H
#define CCARES_SHIM_H

#include <ares.h>

/* Macros in some versions of c-ares, members of an enumeration in others. */
static const int cares_success = ARES_SUCCESS;
static const int cares_no_data = ARES_ENODATA;
static const int cares_not_found = ARES_ENOTFOUND;
static const int cares_bad_name = ARES_EBADNAME;
static const int cares_bad_response = ARES_EBADRESP;
static const int cares_timeout = ARES_ETIMEOUT;

#endif
