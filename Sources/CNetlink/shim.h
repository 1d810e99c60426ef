#ifndef PORTGATE_CNETLINK_H
#define PORTGATE_CNETLINK_H
#include <stdint.h>
#include <sys/socket.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#endif
