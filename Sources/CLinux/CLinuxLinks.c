#define _GNU_SOURCE
#include "include/CLinux.h"
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf_call(int command, union bpf_attr *attributes)
{
    return syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

int portgate_count_bpf_links(uint32_t *counts, uint32_t size, uint32_t limit)
{
    uint32_t id = 0;
    for (uint32_t number = 0; number < limit; number++) {
        union bpf_attr attributes;
        memset(&attributes, 0, sizeof attributes);
        attributes.start_id = id;
        if (bpf_call(BPF_LINK_GET_NEXT_ID, &attributes) != 0)
            return errno == ENOENT ? 0 : -1;
        id = attributes.next_id;
        memset(&attributes, 0, sizeof attributes);
        attributes.link_id = id;
        int link = (int)bpf_call(BPF_LINK_GET_FD_BY_ID, &attributes);
        if (link < 0) {
            /* Gone meanwhile. */
            if (errno == ENOENT || errno == EAGAIN)
                continue;
            return -1;
        }
        struct bpf_link_info info;
        memset(&info, 0, sizeof info);
        memset(&attributes, 0, sizeof attributes);
        attributes.info.bpf_fd = (uint32_t)link;
        attributes.info.info_len = sizeof info;
        attributes.info.info = (uint64_t)(uintptr_t)&info;
        long result = bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attributes);
        int error = errno;
        close(link);
        if (result != 0) {
            errno = error;
            return -1;
        }
        if (info.type < size)
            counts[info.type]++;
    }
    errno = E2BIG;
    return -1;
}
