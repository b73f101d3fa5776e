#ifndef POSTERN_CPOSTGRESQL_SHIM_H
#define POSTERN_CPOSTGRESQL_SHIM_H

#include <libpq-fe.h>

// Swift does not import the names of the fields of an error; these wrap the calls that need them.

static inline const char *cpostgresql_sqlstate(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *cpostgresql_message(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

static inline const char *cpostgresql_constraint(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
}

static inline const char *cpostgresql_column(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_COLUMN_NAME);
}

static inline void cpostgresql_drop_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

// libpq prints notices to standard error unless it is told otherwise.
static inline void cpostgresql_silence(PGconn *connection) {
    PQsetNoticeReceiver(connection, cpostgresql_drop_notice, 0);
}

#endif
