// Sends UDP datagrams of IPv4 as fast as it can, each from another source: what a gate refuses, or lets in as another flow.
//
//     packets COUNT FIRST-SOURCE SOURCES DESTINATION PORT
//
// The sources are SOURCES addresses from FIRST-SOURCE on, in turn; when all had theirs, the next round comes from the next port.
// The headers are written here (IP_HDRINCL), so that no source needs to be this host's. Prints the datagrams that were sent, the
// seconds that it took, and the seconds of CPU.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, PAYLOAD = 32, FIRST_PORT = 32768 };

struct datagram {
    struct iphdr ip;
    struct udphdr udp;
    char payload[PAYLOAD];
};

static void fail(const char *what) {
    fprintf(stderr, "packets: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    struct in_addr first, destination;
    if (argc != 6 || inet_pton(AF_INET, argv[2], &first) != 1 || inet_pton(AF_INET, argv[4], &destination) != 1) {
        fputs("usage: packets COUNT FIRST-SOURCE SOURCES DESTINATION PORT\n", stderr);
        return 2;
    }
    uint64_t count = strtoull(argv[1], NULL, 10), sources = strtoull(argv[3], NULL, 10);
    uint16_t port = (uint16_t)strtoul(argv[5], NULL, 10);
    if (sources == 0) sources = 1;
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (fd < 0) fail("socket");

    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = destination};
    struct datagram datagrams[BATCH];
    struct iovec places[BATCH];
    struct mmsghdr messages[BATCH];
    memset(datagrams, 'p', sizeof datagrams);
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
        datagrams[i].ip = (struct iphdr){
            .version = 4, .ihl = 5, .tot_len = htons(sizeof datagrams[i]), .ttl = 64, .protocol = IPPROTO_UDP,
            .daddr = destination.s_addr};
        // No checksum: IPv4 lets a sender of UDP leave it out.
        datagrams[i].udp = (struct udphdr){.dest = htons(port), .len = htons(sizeof datagrams[i] - sizeof(struct iphdr))};
        places[i] = (struct iovec){.iov_base = &datagrams[i], .iov_len = sizeof datagrams[i]};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &places[i], .msg_iovlen = 1};
    }

    double start = seconds(CLOCK_MONOTONIC);
    for (uint64_t sent = 0; sent < count;) {
        unsigned size = count - sent < BATCH ? (unsigned)(count - sent) : BATCH;
        for (unsigned i = 0; i < size; i++) {
            uint64_t number = sent + i;
            datagrams[i].ip.saddr = htonl(ntohl(first.s_addr) + (uint32_t)(number % sources));
            datagrams[i].udp.source = htons((uint16_t)(FIRST_PORT + number / sources % (65536 - FIRST_PORT)));
        }
        for (unsigned done = 0; done < size;) {
            int got = sendmmsg(fd, messages + done, size - done, 0);
            if (got < 0 && errno != EINTR && errno != ENOBUFS) fail("sendmmsg");
            if (got > 0) done += (unsigned)got;
        }
        sent += size;
    }
    printf("%llu %.6f %.6f\n", (unsigned long long)count, seconds(CLOCK_MONOTONIC) - start,
           seconds(CLOCK_PROCESS_CPUTIME_ID));
    return 0;
}
