#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int portgate_unacknowledged(int fd) {
  int bytes = 0;
  return ioctl(fd, SIOCOUTQ, &bytes) == 0 ? bytes : -1;
}

int portgate_socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : -1;
}

static int address_of(const char *path, struct sockaddr_un *address) {
  size_t length = strlen(path);
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (length == 0 || length >= sizeof address->sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(address->sun_path, path, length);
  return 0;
}

int portgate_send_to_path(int fd, const char *path, const void *bytes, size_t count) {
  struct sockaddr_un address;
  if (address_of(path, &address) != 0) return -1;
  ssize_t sent;
  do sent = sendto(fd, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&address, sizeof address);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -1 : 0;
}

int portgate_send_sealed(int fd, const char *path, const void *bytes, size_t count) {
  struct sockaddr_un address;
  if (address_of(path, &address) != 0) return -1;
  int file = memfd_create("portgate-record", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -1;
  const char *place = bytes;
  while (count > 0) {
    ssize_t written = write(file, place, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) goto failed;
    place += written;
    count -= (size_t)written;
  }
  if (fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) goto failed;

  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(&control.header), &file, sizeof file);
  struct msghdr message = {
      .msg_name = &address,
      .msg_namelen = sizeof address,
      .msg_control = &control,
      .msg_controllen = sizeof control.space,
  };
  ssize_t sent;
  do sent = sendmsg(fd, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) goto failed;
  close(file);
  return 0;

failed:;
  int error = errno;
  close(file);
  errno = error;
  return -1;
}
