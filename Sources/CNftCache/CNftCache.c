#define _GNU_SOURCE
#include "CNftCache.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

/* libnftables talks to the kernel through these two functions of libmnl. Defined in the program, they come before libmnl's
 * own (ld.so(8), order of symbol resolution). One thread uses them, one question at a time.
 */
struct mnl_socket;
ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *bytes, size_t size);
ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *bytes, size_t size);

static int leaves_unread;
static int is_asked;
static uint32_t sequence;

void portgate_leave_elements_unread(void) { leaves_unread = 1; }

ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *bytes, size_t size) {
  ssize_t (*next)(const struct mnl_socket *, const void *, size_t) =
      (ssize_t (*)(const struct mnl_socket *, const void *, size_t))dlsym(RTLD_NEXT, "mnl_socket_sendto");
  struct nlmsghdr header;
  if (next == NULL) {
    errno = ENOSYS;
    return -1;
  }
  if (leaves_unread && size >= sizeof header) {
    memcpy(&header, bytes, sizeof header);
    if (header.nlmsg_len == size && header.nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETSETELEM) &&
        (header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
      is_asked = 1;
      sequence = header.nlmsg_seq;
      return (ssize_t)size;
    }
  }
  return next(socket, bytes, size);
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *bytes, size_t size) {
  ssize_t (*next)(const struct mnl_socket *, void *, size_t) =
      (ssize_t (*)(const struct mnl_socket *, void *, size_t))dlsym(RTLD_NEXT, "mnl_socket_recvfrom");
  struct {
    struct nlmsghdr header;
    int32_t error;
  } done = {{sizeof done, NLMSG_DONE, NLM_F_MULTI, sequence, 0}, 0};
  if (is_asked && size >= sizeof done) {
    is_asked = 0;
    memcpy(bytes, &done, sizeof done);
    return sizeof done;
  }
  if (next == NULL) {
    errno = ENOSYS;
    return -1;
  }
  return next(socket, bytes, size);
}
