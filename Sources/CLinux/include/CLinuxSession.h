#ifndef PORTGATE_CLINUX_SESSION_H
#define PORTGATE_CLINUX_SESSION_H
/* What `portgate session` needs: whose connection it runs over, a name in the kernel, and to notice its end. */
#include <stdint.h>
#include <sys/types.h>

/* The peer of descriptor `fd` of the process behind `pidfd`, when that is a connected TCP socket. Returns 4 or 6, the family
   of the address in `address` (4 or 16 bytes, network order); 0 when the descriptor is none or no such socket; -1 with errno
   when the process may not be looked into. */
int portgate_tcp_peer(int pidfd, int fd, uint8_t address[16]);
/* A socket bound to a name of the abstract namespace, closed on exec; -1 with errno. */
int portgate_bind_abstract(const char *name, size_t length);
/* Blocks every signal that ends or stops a session and returns a descriptor that they are read from; -1 with errno. */
int portgate_session_signals(void);
/* Reads the number of a signal; 0 when there is none, -1 with errno. */
int portgate_read_signal(int fd);
/* capset(2): drops every capability but those in the mask (capabilities below 32), and the ambient and inheritable ones;
   0, or -1 with errno. */
int portgate_keep_capabilities(uint32_t mask);
/* Whether every capability of the mask (capabilities below 32) is effective. */
int portgate_has_capabilities(uint32_t mask);
/* clearenv(3). */
int portgate_clear_environment(void);
/* clock_gettime(2) CLOCK_BOOTTIME in milliseconds. */
uint64_t portgate_boot_milliseconds(void);

#endif
