#ifndef POSTERN_CMARIADB_SHIM_H
#define POSTERN_CMARIADB_SHIM_H

#include <mysql.h>

// Swift imports neither function-like macros nor variadic functions nor the fields of an anonymous union.

static inline void cmariadb_set_indicators(MYSQL_BIND *bind, char *indicators) {
    bind->u.indicator = indicators;
}

static inline int cmariadb_is_in_transaction(MYSQL *connection) {
    unsigned int status = 0;
    mariadb_get_infov(connection, MARIADB_CONNECTION_SERVER_STATUS, &status);
    return (status & SERVER_STATUS_IN_TRANS) != 0;
}

static inline int cmariadb_has_bulk(MYSQL *connection) {
    unsigned long capabilities = 0;
    mariadb_get_infov(connection, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &capabilities);
    return (capabilities & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
}

static inline int cmariadb_descriptor(MYSQL *connection) {
    return (int)mysql_get_socket(connection);
}

#endif
