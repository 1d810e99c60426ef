#define _GNU_SOURCE
#include "CLinux.h"
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

int portgate_setns_net(int fd) { return setns(fd, CLONE_NEWNET); }

int portgate_unshare_net(void) { return unshare(CLONE_NEWNET); }

const void *portgate_find(const void *hay, size_t hay_size, const void *needle, size_t needle_size) {
  return memmem(hay, hay_size, needle, needle_size);
}

int portgate_open(const char *path, int flags, mode_t mode) { return open(path, flags | O_CLOEXEC, mode); }

int portgate_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int portgate_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int portgate_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int portgate_set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int portgate_close_from(unsigned int first) { return (int)syscall(SYS_close_range, first, ~0U, 0); }

int portgate_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int portgate_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int portgate_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

int portgate_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int portgate_keep_only_capability(unsigned int capability) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (capability > CAP_LAST_CAP || syscall(SYS_capget, &header, data) != 0) return -1;
    for (unsigned int word = 0; word < 2; word++) {
        uint32_t kept = capability / 32 == word ? UINT32_C(1) << (capability % 32) : 0;
        data[word].effective &= kept;
        data[word].permitted &= kept;
        data[word].inheritable &= kept;
    }
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_capset, &header, data);
}

int portgate_link_up(const char *name) {
    struct ifreq request;
    if (strlen(name) >= sizeof request.ifr_name) return -1;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, name);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result = ioctl(fd, SIOCGIFFLAGS, &request);
    if (result == 0) {
        request.ifr_flags |= IFF_UP;
        result = ioctl(fd, SIOCSIFFLAGS, &request);
    }
    close(fd);
    return result;
}

uint64_t portgate_network_cookie(void) {
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return 0;
    /* SO_NETNS_COOKIE is 71 since Linux 5.14; glibc's headers may not name it yet. */
    int result = getsockopt(fd, SOL_SOCKET, 71, &cookie, &length);
    close(fd);
    return result == 0 && length == sizeof cookie ? cookie : 0;
}

int portgate_is_cgroup2(int fd) {
    struct statfs status;
    return fstatfs(fd, &status) == 0 && (unsigned long)status.f_type == 0x63677270UL;
}
