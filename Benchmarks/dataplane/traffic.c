// Sends real traffic from client to server namespaces and tells what each packet or connection cost.
//
//     traffic WORKLOAD ROUNDS COUNT VARIANT...         VARIANT is NAME:CLIENT-NS:SERVER-NS:PORTS:BLOCKS
//
// One thread holds the sockets of both ends of every variant: over veth the kernel carries a packet from one socket to the other
// inside the system call that sends it, so that the thread's CPU time is the whole cost of the way, and neither other programs
// nor the scheduler stand in it. In each round every variant has one slice of work, in an order that turns from round to round.
// Prints "NAME ITEMS CPU-NANOSECONDS" for each slice; ITEMS are counted where they arrive, and a lost one is an error.
//
// Clients come from addresses of the first BLOCKS of the /24s 1.0.0.0, 1.0.2.0, 1.0.4.0, ...; the server listens on PORTS
// ports from 5000 on.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_VARIANTS = 16,
    MAX_PORTS = 64,
    FIRST_PORT = 5000,
    STREAMS = 60,
    WRITES = 8,
    SENDERS = 60,
    BURST = 8,
    PAYLOAD = 64,
};

static const uint32_t server_address = 0x0a000001, first_block = 0x01000000;

struct variant {
    const char *name;
    int client_ns, server_ns, ports;
    uint32_t blocks;
    int listeners[MAX_PORTS];
    int clients[STREAMS], servers[STREAMS];
    int senders[SENDERS], receivers[MAX_PORTS];
};

static uint64_t seed = 1;
static char buffer[65536];

static void fail(const char *what) {
    fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int checked(int result, const char *what) {
    if (result < 0) fail(what);
    return result;
}

static uint32_t random_below(uint32_t limit) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(((seed >> 32) * limit) >> 32);
}

static uint64_t cpu_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int open_namespace(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", name);
    return checked(open(path, O_RDONLY | O_CLOEXEC), path);
}

static struct sockaddr_in address(uint32_t host, int port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(host)};
}

static void set(int fd, int level, int option, int value) {
    checked(setsockopt(fd, level, option, &value, sizeof value), "setsockopt");
}

// Blocking, but never for ever.
static int new_socket(int type) {
    int fd = checked(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket");
    struct timeval limit = {.tv_sec = 5};
    checked(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "setsockopt");
    checked(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), "setsockopt");
    return fd;
}

static void bind_to(int fd, uint32_t host, int port) {
    struct sockaddr_in own = address(host, port);
    checked(bind(fd, (struct sockaddr *)&own, sizeof own), "bind");
}

static void enter(int ns) { checked(setns(ns, CLONE_NEWNET), "setns"); }

// A socket of a client at some address of the declared networks. The calling thread must be in the client's namespace.
static int client_socket(const struct variant *v, int type) {
    int fd = new_socket(type);
    bind_to(fd, first_block + random_below(v->blocks) * 512 + 1 + random_below(254), 0);
    return fd;
}

static void connect_to_port(int fd, int port) {
    struct sockaddr_in server = address(server_address, port);
    checked(connect(fd, (struct sockaddr *)&server, sizeof server), "connect");
}

// MARK: Connections

static void listen_everywhere(struct variant *v) {
    enter(v->server_ns);
    for (int port = 0; port < v->ports; port++) {
        int fd = v->listeners[port] = new_socket(SOCK_STREAM);
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        bind_to(fd, server_address, FIRST_PORT + port);
        checked(listen(fd, 64), "listen");
    }
}

// Opens a connection, takes it, and closes it from both ends.
static uint64_t connections(struct variant *v, int count) {
    enter(v->client_ns);
    for (int i = 0; i < count; i++) {
        int client = client_socket(v, SOCK_STREAM);
        connect_to_port(client, FIRST_PORT + i % v->ports);
        int server = checked(accept4(v->listeners[i % v->ports], NULL, NULL, SOCK_CLOEXEC), "accept");
        close(client);
        close(server);
    }
    return (uint64_t)count;
}

// MARK: Streams

static void open_streams(struct variant *v) {
    listen_everywhere(v);
    enter(v->client_ns);
    for (int i = 0; i < STREAMS; i++) {
        v->clients[i] = client_socket(v, SOCK_STREAM);
        connect_to_port(v->clients[i], FIRST_PORT + i % v->ports);
        v->servers[i] = checked(accept4(v->listeners[i % v->ports], NULL, NULL, SOCK_CLOEXEC), "accept");
        set(v->clients[i], IPPROTO_TCP, TCP_NODELAY, 1);
    }
}

// Segments that arrived at either end.
static uint64_t segments(const struct variant *v) {
    uint64_t sum = 0;
    for (int i = 0; i < 2 * STREAMS; i++) {
        struct tcp_info info;
        socklen_t size = sizeof info;
        int fd = i < STREAMS ? v->clients[i] : v->servers[i - STREAMS];
        checked(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), "TCP_INFO");
        sum += info.tcpi_segs_in;
    }
    return sum;
}

// Small writes, each a segment of its own, read in one go at the other end.
static uint64_t streams(struct variant *v, int count) {
    for (int i = 0; i < count; i++) {
        int client = v->clients[i % STREAMS], server = v->servers[i % STREAMS];
        for (int j = 0; j < WRITES; j++) {
            if (write(client, buffer, PAYLOAD) != PAYLOAD) fail("write");
        }
        if (recv(server, buffer, WRITES * PAYLOAD, MSG_WAITALL) != WRITES * PAYLOAD) fail("recv");
    }
    return (uint64_t)count;
}

// MARK: Datagrams

// Opens one flow from each sender to each port; when they are to be answered, each has had an answer.
static void open_flows(struct variant *v, int answered) {
    enter(v->server_ns);
    for (int port = 0; port < v->ports; port++) {
        v->receivers[port] = new_socket(SOCK_DGRAM);
        set(v->receivers[port], SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20);
        bind_to(v->receivers[port], server_address, FIRST_PORT + port);
    }
    enter(v->client_ns);
    for (int i = 0; i < SENDERS; i++) {
        v->senders[i] = client_socket(v, SOCK_DGRAM);
        for (int port = 0; port < v->ports; port++) {
            struct sockaddr_in to = address(server_address, FIRST_PORT + port), from;
            socklen_t size = sizeof from;
            checked((int)sendto(v->senders[i], buffer, PAYLOAD, 0, (struct sockaddr *)&to, sizeof to), "sendto");
            checked((int)recvfrom(v->receivers[port], buffer, PAYLOAD, 0, (struct sockaddr *)&from, &size), "recvfrom");
            if (!answered) continue;
            checked((int)sendto(v->receivers[port], buffer, PAYLOAD, 0, (struct sockaddr *)&from, size), "sendto");
            checked((int)recv(v->senders[i], buffer, PAYLOAD, 0), "recv");
        }
    }
}

// Bursts to all ports in turn. Returns how many datagrams arrived, which must be all.
static uint64_t datagrams(struct variant *v, int count) {
    enum { PER_SENDER = 40, CAPACITY = BURST * PER_SENDER };
    static struct sockaddr_in to[MAX_PORTS];
    static struct iovec part = {.iov_base = buffer, .iov_len = PAYLOAD};
    static struct mmsghdr out[PER_SENDER], in[CAPACITY];
    for (int port = 0; port < v->ports; port++) to[port] = address(server_address, FIRST_PORT + port);
    for (int i = 0; i < PER_SENDER; i++) {
        out[i].msg_hdr = (struct msghdr){
            .msg_name = &to[i % v->ports], .msg_namelen = sizeof to[0], .msg_iov = &part, .msg_iovlen = 1};
    }
    for (int i = 0; i < CAPACITY; i++) in[i].msg_hdr = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};
    uint64_t arrived = 0;
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < BURST; j++) {
            if (sendmmsg(v->senders[(i * BURST + j) % SENDERS], out, PER_SENDER, 0) != PER_SENDER) fail("sendmmsg");
        }
        for (int port = 0; port < v->ports; port++) {
            int waiting = CAPACITY / v->ports;
            while (waiting > 0) {
                int taken = checked(recvmmsg(v->receivers[port], in, (unsigned)waiting, MSG_WAITFORONE, NULL), "recvmmsg");
                waiting -= taken;
                arrived += (uint64_t)taken;
            }
        }
    }
    return arrived;
}

// MARK: Rounds

static void parse(struct variant *v, char *text) {
    char *field[5];
    for (int i = 0; i < 5; i++) {
        field[i] = strsep(&text, ":");
        if (field[i] == NULL) {
            fprintf(stderr, "traffic: a variant is NAME:CLIENT-NS:SERVER-NS:PORTS:BLOCKS\n");
            exit(2);
        }
    }
    v->name = field[0];
    v->client_ns = open_namespace(field[1]);
    v->server_ns = open_namespace(field[2]);
    v->ports = atoi(field[3]);
    v->blocks = (uint32_t)atoi(field[4]);
    if (v->ports < 1 || v->ports > MAX_PORTS || v->blocks < 1) {
        fprintf(stderr, "traffic: 1 to %d ports and at least one block\n", MAX_PORTS);
        exit(2);
    }
}

int main(int argc, char **argv) {
    if (argc < 5 || argc > 4 + MAX_VARIANTS) {
        fprintf(stderr, "usage: traffic connections|streams|flows|answered ROUNDS COUNT VARIANT...\n");
        return 2;
    }
    const char *workload = argv[1];
    int rounds = atoi(argv[2]), count = atoi(argv[3]), variants = argc - 4;
    int is_stream = strcmp(workload, "streams") == 0;
    int is_connection = strcmp(workload, "connections") == 0;
    static struct variant all[MAX_VARIANTS];
    for (int i = 0; i < variants; i++) {
        parse(&all[i], argv[4 + i]);
        if (is_connection) {
            listen_everywhere(&all[i]);
        } else if (is_stream) {
            open_streams(&all[i]);
        } else {
            open_flows(&all[i], strcmp(workload, "answered") == 0);
        }
    }
    for (int round = -1; round < rounds; round++) {
        for (int i = 0; i < variants; i++) {
            struct variant *v = &all[(i + round + variants) % variants];
            uint64_t before = is_stream ? segments(v) : 0;
            uint64_t start = cpu_time();
            uint64_t items = is_connection ? connections(v, count) : is_stream ? streams(v, count) : datagrams(v, count);
            uint64_t cpu = cpu_time() - start;
            if (is_stream) items = segments(v) - before;
            // The first round warms up.
            if (round >= 0) printf("%s %llu %llu\n", v->name, (unsigned long long)items, (unsigned long long)cpu);
        }
    }
    return 0;
}
