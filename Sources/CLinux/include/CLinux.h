#ifndef PORTGATE_CLINUX_H
#define PORTGATE_CLINUX_H
/* Calls that Swift cannot import: macros, variadics, and what needs _GNU_SOURCE. */
#include <stdint.h>
#include <sys/types.h>

/* setns(2) into the network namespace behind fd; 0, or -1 with errno. */
int portgate_setns_net(int fd);
/* unshare(2) the network namespace; 0, or -1 with errno. */
int portgate_unshare_net(void);
/* open(2) with a mode. */
int portgate_open(const char *path, int flags, mode_t mode);

#include "CLinuxTrial.h"

#endif
