#define _GNU_SOURCE
#include "CLinuxSession.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

int portgate_tcp_peer(int pidfd, int fd, uint8_t address[16]) {
  int copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
  if (copy < 0) return errno == EBADF ? 0 : -1;
  int protocol = 0;
  socklen_t size = sizeof protocol;
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  int family = 0;
  if (getsockopt(copy, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 && protocol == IPPROTO_TCP &&
      getpeername(copy, (struct sockaddr *)&peer, &length) == 0) {
    if (peer.ss_family == AF_INET) {
      memcpy(address, &((struct sockaddr_in *)&peer)->sin_addr, 4);
      family = 4;
    } else if (peer.ss_family == AF_INET6) {
      memcpy(address, &((struct sockaddr_in6 *)&peer)->sin6_addr, 16);
      family = 6;
    }
  }
  /* A copy that lives would hold the connection open. */
  close(copy);
  return family;
}

int portgate_bind_abstract(const char *name, size_t length) {
  struct sockaddr_un address;
  if (length + 1 > sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path + 1, name, length);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
  if (bind(fd, (struct sockaddr *)&address, size) != 0) {
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
  }
  return fd;
}

int portgate_session_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGALRM};
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) sigaddset(&set, numbers[index]);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int portgate_stop_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int portgate_read_signal(int fd) {
  struct signalfd_siginfo information;
  ssize_t count = read(fd, &information, sizeof information);
  if (count == sizeof information) return (int)information.ssi_signo;
  return count < 0 && errno != EAGAIN && errno != EINTR ? -1 : 0;
}

static int change_capabilities(uint32_t mask) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return -1;
  for (unsigned int word = 0; word < 2; word++) {
    uint32_t kept = word == 0 ? mask : 0;
    data[word].effective &= kept;
    data[word].permitted &= kept;
    data[word].inheritable = 0;
  }
  return (int)syscall(SYS_capset, &header, data);
}

int portgate_keep_capabilities(uint32_t mask) {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return -1;
  return change_capabilities(mask);
}

int portgate_has_capabilities(uint32_t mask) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & mask) == mask;
}

int portgate_clear_environment(void) { return clearenv(); }

uint64_t portgate_boot_milliseconds(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_BOOTTIME, &now) != 0) return 0;
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
