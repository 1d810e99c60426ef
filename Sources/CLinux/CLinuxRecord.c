#define _GNU_SOURCE
#include "include/CLinuxRecord.h"
#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

int portgate_netlink_socket(int protocol)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (fd < 0)
        return -1;
    struct sockaddr_nl own = {.nl_family = AF_NETLINK};
    if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int portgate_netlink_send(int fd, const void *bytes, size_t count)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent;
    do
        sent = sendto(fd, bytes, count, 0, (struct sockaddr *)&kernel, sizeof kernel);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return -1;
    if ((size_t)sent != count) {
        errno = EMSGSIZE;
        return -1;
    }
    return 0;
}

int portgate_netlink_receive(int fd, uint8_t *buffer, size_t slot, unsigned int slots, uint32_t *lengths)
{
    struct mmsghdr messages[PORTGATE_NETLINK_BATCH];
    struct iovec places[PORTGATE_NETLINK_BATCH];
    struct sockaddr_nl senders[PORTGATE_NETLINK_BATCH];
    if (slots > PORTGATE_NETLINK_BATCH)
        slots = PORTGATE_NETLINK_BATCH;
    memset(messages, 0, slots * sizeof messages[0]);
    for (unsigned int index = 0; index < slots; index++) {
        places[index].iov_base = buffer + index * slot;
        places[index].iov_len = slot;
        messages[index].msg_hdr.msg_iov = &places[index];
        messages[index].msg_hdr.msg_iovlen = 1;
        messages[index].msg_hdr.msg_name = &senders[index];
        messages[index].msg_hdr.msg_namelen = sizeof senders[index];
    }
    int count;
    do
        count = recvmmsg(fd, messages, slots, MSG_DONTWAIT, NULL);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    for (int index = 0; index < count; index++) {
        const struct msghdr *header = &messages[index].msg_hdr;
        int is_kernel = header->msg_namelen == sizeof senders[index] && senders[index].nl_family == AF_NETLINK &&
                        senders[index].nl_pid == 0;
        lengths[index] = is_kernel ? messages[index].msg_len : 0;
        if (is_kernel && header->msg_flags & MSG_TRUNC)
            lengths[index] |= PORTGATE_NETLINK_CUT;
    }
    return count;
}

int portgate_receive_buffer(int fd, int bytes)
{
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0 &&
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0)
        return -1;
    int got = 0;
    socklen_t length = sizeof got;
    return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &length) == 0 ? got : -1;
}

int portgate_netlink_option(int fd, int option, int value)
{
    return setsockopt(fd, SOL_NETLINK, option, &value, sizeof value);
}

int64_t portgate_socket_drops(int fd)
{
    uint32_t numbers[SK_MEMINFO_VARS];
    socklen_t length = sizeof numbers;
    memset(numbers, 0, sizeof numbers);
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, numbers, &length) != 0)
        return -1;
    return numbers[SK_MEMINFO_DROPS];
}

int portgate_event(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void portgate_event_raise(int fd)
{
    int error = errno;
    uint64_t one = 1;
    /* Full means that it is readable already. */
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
    errno = error;
}

int portgate_event_take(int fd)
{
    uint64_t count;
    return read(fd, &count, sizeof count) == sizeof count;
}
