#ifndef PORTGATE_COPENSSL_H
#define PORTGATE_COPENSSL_H
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* SSL_set_tlsext_host_name(3): the name the server is asked for (RFC 6066, section 3); 1 on success. */
static inline int portgate_ssl_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

/* SSL_CTX_set_min_proto_version(3) with TLS 1.2; 1 on success. */
static inline int portgate_ssl_require_tls12(SSL_CTX *context) {
    return (int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/* SSL_CTX_set_mode(3): a write may take a part, and be repeated from another place in memory. */
static inline void portgate_ssl_allow_partial_writes(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static inline int portgate_ssl_no_password(char *buffer, int size, int writing, void *data) {
    (void)buffer, (void)size, (void)writing, (void)data;
    return 0;
}

/* SSL_CTX_set_default_passwd_cb(3): a key behind a password fails, where the library would ask the terminal for it. */
static inline void portgate_ssl_ask_no_password(SSL_CTX *context) {
    SSL_CTX_set_default_passwd_cb(context, portgate_ssl_no_password);
}

/* OPENSSL_init_ssl(3) without the system's openssl.cnf and the environment's: what holds stands in the sink's options. And
   without a clean-up at exit, which would pull the library from under a thread that a sink still holds up. */
static inline int portgate_ssl_initialize(void) {
    return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
}

/* ERR_GET_LIB and ERR_GET_REASON (3) of a code: the alert that the peer sent, or -1. Reasons from 1000 on are alerts. */
static inline int portgate_ssl_alert_of(unsigned long code) {
    int reason = ERR_GET_REASON(code);
    return ERR_GET_LIB(code) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET ? reason - SSL_AD_REASON_OFFSET : -1;
}

/* Whether a code says that the connection ended without close_notify. */
static inline int portgate_ssl_is_bare_end(unsigned long code) {
    return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}
#endif
