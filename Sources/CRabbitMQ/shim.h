#pragma once
// librabbitmq moved its headers into a folder of their own in 0.12.
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

// What the first handshake of a socket is to tell, and what it tells us.
typedef struct {
    char *name;
    SSL *session;
    long verdict;
} crabbitmq_handshake;

// Begins a handshake by telling the peer the name of the host: the library would tell it the address it connects to. Keeps what was found of
// the peer's certificate, since the library only says that it was not trusted.
static inline void crabbitmq_tell_name(const SSL *tls, int where, int value) {
    (void)value;
    crabbitmq_handshake *handshake = SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls));
    if (!handshake) return;
    handshake->verdict = SSL_get_verify_result(tls);
    if (!(where & SSL_CB_HANDSHAKE_START)) return;
    handshake->session = (SSL *)tls;
    if (handshake->name) SSL_set_tlsext_host_name(handshake->session, handshake->name);
}

// The session of a socket after its handshake, NULL without one, and what was found of the peer's certificate; frees what crabbitmq_expect_name
// keeps for it.
static inline SSL *crabbitmq_session(amqp_socket_t *socket, long *verdict) {
    SSL_CTX *context = (SSL_CTX *)amqp_ssl_socket_get_context(socket);
    crabbitmq_handshake *handshake = context ? SSL_CTX_get_app_data(context) : NULL;
    if (!handshake) return NULL;
    SSL *session = handshake->session;
    *verdict = handshake->verdict;
    SSL_CTX_set_app_data(context, NULL);
    free(handshake->name);
    free(handshake);
    return session;
}

// Makes the certificate of a peer valid only if it is that of `host`, a name or an address; 1 if that is possible.
static inline int crabbitmq_expect_name(amqp_socket_t *socket, const char *host) {
    SSL_CTX *context = (SSL_CTX *)amqp_ssl_socket_get_context(socket);
    X509_VERIFY_PARAM *rules = context ? SSL_CTX_get0_param(context) : NULL;
    if (!rules) return 0;
    crabbitmq_handshake *handshake = calloc(1, sizeof *handshake);
    if (!handshake) return 0;
    SSL_CTX_set_app_data(context, handshake);
    SSL_CTX_set_info_callback(context, crabbitmq_tell_name);
    // An address is told to nobody.
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, host) == 1) return 1;
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    handshake->name = strdup(host);
    if (handshake->name && X509_VERIFY_PARAM_set1_host(rules, host, 0) == 1) return 1;
    long verdict;
    crabbitmq_session(socket, &verdict);
    return 0;
}

// Reads from a session without waiting: how many bytes, 0 when there are none now, else what amqp_error_string2 knows.
static inline int crabbitmq_read(SSL *session, void *bytes, int room) {
    ERR_clear_error();
    int count = SSL_read(session, bytes, room);
    if (count > 0) return count;
    switch (SSL_get_error(session, count)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return 0;
    case SSL_ERROR_ZERO_RETURN:
        return AMQP_STATUS_CONNECTION_CLOSED;
    default:
        return AMQP_STATUS_SSL_ERROR;
    }
}

// Swift cannot call functions with variable arguments.
static inline amqp_rpc_reply_t crabbitmq_login(amqp_connection_state_t state, const char *vhost, int frame_max,
                                               int heartbeat, const amqp_table_t *properties, const char *user,
                                               const char *password) {
    return amqp_login_with_properties(state, vhost, AMQP_DEFAULT_MAX_CHANNELS, frame_max, heartbeat, properties,
                                      AMQP_SASL_METHOD_PLAIN, user, password);
}
