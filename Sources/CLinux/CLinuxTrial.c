#define _GNU_SOURCE
#include <sys/socket.h>
#include "CLinuxTrial.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int portgate_open_tun(const char *name) {
  int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return -1;
  struct ifreq request;
  memset(&request, 0, sizeof request);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
  if (ioctl(fd, TUNSETIFF, &request) < 0) {
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
  }
  return fd;
}

int portgate_set_thread_owner(uint32_t uid, uint32_t gid) {
  /* The calls return the previous id whether they succeed or not; asking again with an invalid id tells. */
  syscall(SYS_setfsgid, gid);
  syscall(SYS_setfsuid, uid);
  if ((uint32_t)syscall(SYS_setfsgid, (uint32_t)-1) != gid || (uint32_t)syscall(SYS_setfsuid, (uint32_t)-1) != uid) {
    errno = EPERM;
    return -1;
  }
  return 0;
}

int portgate_pin_thread(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  int here = sched_getcpu();
  if (here < 0) return -1;
  CPU_SET(here, &set);
  return sched_setaffinity(0, sizeof set, &set);
}

int portgate_raw_socket(int domain, int protocol) { return socket(domain, SOCK_RAW | SOCK_CLOEXEC, protocol); }
