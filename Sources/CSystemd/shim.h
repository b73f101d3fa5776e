#ifndef CSYSTEMD_SHIM_H
#define CSYSTEMD_SHIM_H

/* The place in a C file means nothing for a line written from Swift. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#endif
