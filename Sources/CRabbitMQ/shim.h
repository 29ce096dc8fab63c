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

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

// Begins a handshake by telling the peer the name of the host: the library would tell it the address it connects to.
static inline void crabbitmq_tell_name(const SSL *tls, int where, int value) {
    (void)value;
    const char *name = SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls));
    if ((where & SSL_CB_HANDSHAKE_START) && name) SSL_set_tlsext_host_name((SSL *)tls, name);
}

// Makes the certificate of a peer valid only if it is that of `host`, a name or an address; 1 if that is possible.
static inline int crabbitmq_expect_name(amqp_socket_t *socket, const char *host) {
    SSL_CTX *context = (SSL_CTX *)amqp_ssl_socket_get_context(socket);
    X509_VERIFY_PARAM *rules = context ? SSL_CTX_get0_param(context) : NULL;
    if (!rules) return 0;
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, host) == 1) return 1;
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_host(rules, host, 0) != 1) return 0;
    char *name = strdup(host);
    if (!name) return 0;
    SSL_CTX_set_app_data(context, name);
    SSL_CTX_set_info_callback(context, crabbitmq_tell_name);
    return 1;
}

// Frees what crabbitmq_expect_name keeps for the handshake.
static inline void crabbitmq_forget_name(amqp_socket_t *socket) {
    SSL_CTX *context = (SSL_CTX *)amqp_ssl_socket_get_context(socket);
    if (!context) return;
    free(SSL_CTX_get_app_data(context));
    SSL_CTX_set_app_data(context, NULL);
}

// Swift cannot call functions with variable arguments.
static inline amqp_rpc_reply_t crabbitmq_login(amqp_connection_state_t state, const char *vhost, int frame_max,
                                               int heartbeat, const amqp_table_t *properties, const char *user,
                                               const char *password) {
    return amqp_login_with_properties(state, vhost, AMQP_DEFAULT_MAX_CHANNELS, frame_max, heartbeat, properties,
                                      AMQP_SASL_METHOD_PLAIN, user, password);
}
