#define _GNU_SOURCE
#include "CLinux.h"
#include <fcntl.h>
#include <sched.h>

int portgate_setns_net(int fd) { return setns(fd, CLONE_NEWNET); }

int portgate_unshare_net(void) { return unshare(CLONE_NEWNET); }

int portgate_open(const char *path, int flags, mode_t mode) { return open(path, flags | O_CLOEXEC, mode); }
