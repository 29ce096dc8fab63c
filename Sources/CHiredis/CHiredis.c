#include "CHiredis.h"

#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define TEXT_OF(token) #token
#define TEXT(macro) TEXT_OF(macro)

const char *chiredis_version(void) {
    return TEXT(HIREDIS_MAJOR) "." TEXT(HIREDIS_MINOR) "." TEXT(HIREDIS_PATCH);
}

#if HIREDIS_MAJOR >= 1

ptrdiff_t chiredis_read(redisContext *context, void *place, size_t size) {
    return context->funcs->read(context, place, size);
}

#else

ptrdiff_t chiredis_read(redisContext *context, void *place, size_t size) {
    ptrdiff_t count = recv(context->fd, place, size, 0);
    if (count > 0) return count;
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    context->err = count == 0 ? REDIS_ERR_EOF : REDIS_ERR_IO;
    snprintf(context->errstr, sizeof context->errstr, "%s", strerror(errno));
    return -1;
}

#endif

typedef int Initiate(redisContext *context, SSL *tls);

// `redisInitiateSSL`, whose library may be missing; never let go of once it is loaded.
static Initiate *initiate(void) {
#if HIREDIS_MAJOR >= 1
    void *library = dlopen("libhiredis_ssl.so." TEXT(HIREDIS_SONAME), RTLD_NOW | RTLD_LOCAL);
    return library ? (Initiate *)dlsym(library, "redisInitiateSSL") : NULL;
#else
    return NULL;
#endif
}

bool chiredis_has_tls(void) { return initiate() != NULL; }

// hiredis compares no names (before 1.4), so OpenSSL is told what to expect.
static bool expect(SSL *tls, const char *name) {
    X509_VERIFY_PARAM *rules = SSL_get0_param(tls);
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, name) == 1) return true;
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(rules, name, 0) == 1 && SSL_set_tlsext_host_name(tls, name) == 1;
}

static SSL *prepared(const char *name, const char *authorities, const char **reason) {
    SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
    if (!settings || !SSL_CTX_set_min_proto_version(settings, TLS1_2_VERSION)) {
        *reason = "TLS 1.2 or later is not available";
        SSL_CTX_free(settings);
        return NULL;
    }
    SSL_CTX_set_verify(settings, SSL_VERIFY_PEER, NULL);
    int is_loaded = authorities ? SSL_CTX_load_verify_locations(settings, authorities, NULL)
                                : SSL_CTX_set_default_verify_paths(settings);
    SSL *tls = is_loaded ? SSL_new(settings) : NULL;
    SSL_CTX_free(settings);
    if (!is_loaded) *reason = "the certificate authorities cannot be read";
    if (!tls) return NULL;
    if (expect(tls, name)) return tls;
    *reason = "the host cannot be compared with a certificate";
    SSL_free(tls);
    return NULL;
}

// What a handshake that failed just now has come to.
static CHiredisHandshake failure(void) {
    unsigned long error = ERR_peek_error();
    bool is_closed = error == 0 || ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    return is_closed ? CHIREDIS_TLS_CLOSED : CHIREDIS_TLS_REFUSED;
}

CHiredisHandshake chiredis_tls_begin(
    redisContext *context, const char *name, const char *authorities, SSL **tls, const char **reason) {
    Initiate *begin = initiate();
    *reason = "hiredis' TLS cannot be used";
    *tls = begin ? prepared(name, authorities, reason) : NULL;
    if (!*tls) return CHIREDIS_TLS_UNUSABLE;
    if (begin(context, *tls) == REDIS_OK) return chiredis_tls_shake_hands(*tls);
    // A quick peer has answered already, and that was the end.
    CHiredisHandshake outcome = failure();
    *reason = chiredis_tls_reason(*tls);
    SSL_free(*tls);
    *tls = NULL;
    return outcome;
}

CHiredisHandshake chiredis_tls_shake_hands(SSL *tls) {
    ERR_clear_error();
    int result = SSL_do_handshake(tls);
    switch (SSL_get_error(tls, result)) {
        case SSL_ERROR_NONE: return CHIREDIS_TLS_DONE;
        case SSL_ERROR_WANT_READ: return CHIREDIS_TLS_WANTS_READ;
        case SSL_ERROR_WANT_WRITE: return CHIREDIS_TLS_WANTS_WRITE;
        default: return failure();
    }
}

const char *chiredis_tls_reason(SSL *tls) {
    long verdict = SSL_get_verify_result(tls);
    if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
    unsigned long error = ERR_peek_error();
    return error ? ERR_reason_error_string(error) : NULL;
}
