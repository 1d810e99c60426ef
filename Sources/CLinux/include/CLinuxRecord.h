#ifndef PORTGATE_CLINUX_RECORD_H
#define PORTGATE_CLINUX_RECORD_H
/* What the recorder needs: netlink sockets that are read many datagrams at a time, and a descriptor to wake it. */
#include <stddef.h>
#include <stdint.h>

/* Datagrams that one call of portgate_netlink_receive takes at most. */
#define PORTGATE_NETLINK_BATCH 64
/* In a length: the datagram was longer than its slot, and what is behind is lost. */
#define PORTGATE_NETLINK_CUT 0x80000000u

/* socket(2) AF_NETLINK of a protocol, bound to an address of its own, non-blocking, closed on exec; -1 with errno. */
int portgate_netlink_socket(int protocol);
/* send(2) to the kernel, all of it; 0, or -1 with errno. */
int portgate_netlink_send(int fd, const void *bytes, size_t count);
/* recvmmsg(2) without waiting: datagram n goes to `buffer + n * slot`, its length to `lengths[n]`; a datagram that is not the
   kernel's own has the length 0. Returns how many came, 0 when there are none now, -1 with errno. */
int portgate_netlink_receive(int fd, uint8_t *buffer, size_t slot, unsigned int slots, uint32_t *lengths);
/* SO_RCVBUFFORCE, else SO_RCVBUF. Returns the bytes that the socket holds now, as the kernel counts them (twice what was asked
   for, when all was given); -1 with errno. */
int portgate_receive_buffer(int fd, int bytes);
/* setsockopt(2) SOL_NETLINK with a number; 0, or -1 with errno. */
int portgate_netlink_option(int fd, int option, int value);
/* SO_MEMINFO: the datagrams that the kernel could not deliver to the socket since it was made; -1 with errno. */
int64_t portgate_socket_drops(int fd);

/* eventfd(2), non-blocking, closed on exec; -1 with errno. */
int portgate_event(void);
/* Makes an eventfd readable. Async-signal-safe; keeps errno. */
void portgate_event_raise(int fd);
/* Takes what an eventfd holds: 1 when it was raised, else 0. */
int portgate_event_take(int fd);

#endif
