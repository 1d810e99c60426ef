#ifndef PORTGATE_CLINUX_H
#define PORTGATE_CLINUX_H
/* Calls that Swift cannot import: macros, variadics, and what needs _GNU_SOURCE. */
#include <spawn.h>
#include <stdint.h>
#include <sys/types.h>

/* setns(2) into the network namespace behind fd; 0, or -1 with errno. */
int portgate_setns_net(int fd);
/* unshare(2) the network namespace; 0, or -1 with errno. */
int portgate_unshare_net(void);
/* open(2) with a mode. */
int portgate_open(const char *path, int flags, mode_t mode);
/* pipe2(2), closed on exec. */
int portgate_pipe(int ends[2]);
/* memfd_create(2), closed on exec. */
int portgate_memory_file(const char *name);
/* pidfd_open(2). */
int portgate_pidfd_open(pid_t pid);
/* fcntl(2): sets O_NONBLOCK. */
int portgate_set_nonblocking(int fd);
/* close_range(2) from a descriptor to the last. */
int portgate_close_from(unsigned int first);
/* posix_spawn_file_actions_addclosefrom_np(3). */
int portgate_spawn_close_from(posix_spawn_file_actions_t *actions, int first);
/* prctl(2) PR_SET_DUMPABLE 0: no core file, no ptrace by others of the same user. */
int portgate_undumpable(void);
/* prctl(2) PR_SET_NO_NEW_PRIVS. */
int portgate_no_new_privileges(void);
/* capset(2): drops every capability of this thread but one, which is kept if it is there. */
int portgate_keep_only_capability(unsigned int capability);
/* prctl(2) PR_SET_PDEATHSIG: this process is killed when the thread that started it ends. */
int portgate_die_with_parent(void);
/* fstatfs(2): 1 when a descriptor is of the unified hierarchy of cgroups (CGROUP2_SUPER_MAGIC), else 0. */
int portgate_is_cgroup2(int fd);
/* SIOCSIFFLAGS: sets an interface of this thread's network namespace up. */
int portgate_link_up(const char *name);
/* Blocks the signals that ask a program to end and returns a descriptor that they are read from; -1 with errno. */
int portgate_stop_signals(void);
/* memmem(3): where a needle first is, or NULL. */
const void *portgate_find(const void *hay, size_t hay_size, const void *needle, size_t needle_size);
/* SO_NETNS_COOKIE: the number of this thread's network namespace, never used twice in a boot; 0 when there is none. */
uint64_t portgate_network_cookie(void);

#include "CLinuxSession.h"
/* bpf(2): counts the BPF links of the kernel by their type, of at most `limit` links; types of `size` and more are left out.
   0, or -1 with errno. */
int portgate_count_bpf_links(uint32_t *counts, uint32_t size, uint32_t limit);

#include "CLinuxRecord.h"
#include "CLinuxSinks.h"
#include "CLinuxTrial.h"

#endif
