#ifndef PORTGATE_CMICROHTTPD_H
#define PORTGATE_CMICROHTTPD_H
#include <microhttpd.h>

/* What a server keeps to. */
struct portgate_http_limits {
    unsigned int threads, connections, connections_per_address, idle_seconds;
};

/* MHD_start_daemon(3) on a socket that listens already, with threads of its own; NULL when it could not be started. With a certificate
   and its key, as PEM, it speaks TLS. The certificate and the key are read before this returns. */
static inline struct MHD_Daemon *portgate_http_start(
    int listener, const struct portgate_http_limits *limits, const char *certificate, const char *key,
    MHD_AccessHandlerCallback handler, MHD_RequestCompletedCallback completed,
    MHD_NotifyConnectionCallback connected, void *context) {
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    if (certificate != NULL) flags |= MHD_USE_TLS;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handler, context,
        MHD_OPTION_LISTEN_SOCKET, listener,
        MHD_OPTION_THREAD_POOL_SIZE, limits->threads,
        MHD_OPTION_CONNECTION_LIMIT, limits->connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, limits->connections_per_address,
        MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_seconds,
        MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, connected, context,
        MHD_OPTION_ARRAY, certificate != NULL ? tls : none,
        MHD_OPTION_END);
}

/* MHD_get_connection_info(3): the socket of a connection, or -1. */
static inline int portgate_http_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : (int)info->connect_fd;
}
#endif
