#ifndef PORTGATE_CLINUX_TRIAL_H
#define PORTGATE_CLINUX_TRIAL_H
/* What the kernel trial needs: a TUN device, and sockets made as another user. */
#include <stdint.h>

/* Opens /dev/net/tun and makes the device `name` (at most 15 bytes) in the calling thread's network namespace, without a
   packet information header. Returns a non-blocking descriptor, closed on exec, or -1 with errno. */
int portgate_open_tun(const char *name);

/* Sets the file system uid and gid of the calling thread alone, which the sockets it makes then belong to.
   0, or -1 with errno EPERM when the kernel did not follow. */
int portgate_set_thread_owner(uint32_t uid, uint32_t gid);

/* socket(2) of type SOCK_RAW, closed on exec: a descriptor, or -1 with errno. */
int portgate_raw_socket(int domain, int protocol);

/* Keeps the calling thread on the processor it runs on, so that what it sends is queued in one order. 0, or -1 with errno. */
int portgate_pin_thread(void);

#endif
