#ifndef PORTGATE_CLINUX_SINKS_H
#define PORTGATE_CLINUX_SINKS_H
/* What delivers records: sockets to collectors and to the journal. */
#include <stddef.h>

/* ioctl(2) SIOCOUTQ: the bytes of a TCP socket that its peer has not acknowledged; -1 with errno. */
int portgate_unacknowledged(int fd);
/* SO_ERROR: the pending error of a socket, which is then none; -1 with errno. */
int portgate_socket_error(int fd);
/* Sends bytes to a datagram socket of AF_UNIX as a sealed file in memory (memfd_create(2), unix(7) SCM_RIGHTS), as
   systemd-journald takes what no datagram holds. 0, or -1 with errno. */
int portgate_send_sealed(int fd, const char *path, const void *bytes, size_t count);
/* sendto(2) to a path of AF_UNIX. 0, or -1 with errno; EMSGSIZE when no datagram holds the bytes. */
int portgate_send_to_path(int fd, const char *path, const void *bytes, size_t count);

#endif
