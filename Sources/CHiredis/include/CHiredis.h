// hiredis from 0.14 (Debian 12) to 1.x (Debian 13, Ubuntu 24.04) in one shape.
#pragma once

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>

struct ssl_st;

/// The version of hiredis that this was built with, which only a library of the same name is loaded for.
const char *chiredis_version(void);

/// What went wrong on a connection, in the library's words.
static inline const char *chiredis_error(const redisContext *context) { return context->errstr; }

/// Reads what is there, past hiredis' own buffer, straight to where it belongs.
///
/// Returns the number of bytes, 0 when there is nothing now, and -1 with the context's error when there is nothing more to come.
ptrdiff_t chiredis_read(redisContext *context, void *place, size_t size);

/// Whether hiredis' TLS is there: from 1.0 on, in a library of its own that is loaded at run time.
bool chiredis_has_tls(void);

/// How far a handshake is.
typedef enum CHiredisHandshake {
    CHIREDIS_TLS_DONE,
    CHIREDIS_TLS_WANTS_READ,
    CHIREDIS_TLS_WANTS_WRITE,
    /// The peer has hung up.
    CHIREDIS_TLS_CLOSED,
    /// The peer, or we, want nothing of the other.
    CHIREDIS_TLS_REFUSED,
    /// It cannot be begun.
    CHIREDIS_TLS_UNUSABLE,
} CHiredisHandshake;

/// Begins TLS on a connected context, which owns `tls` from then on; it is null after a failure.
///
/// `name` is the host's name or address that the certificate must be for; `authorities` a PEM file, or null for the system's. After a
/// failure `reason` is for people; it may be null.
CHiredisHandshake chiredis_tls_begin(
    redisContext *context, const char *name, const char *authorities, struct ssl_st **tls, const char **reason);

/// Goes on with the handshake as far as it goes without waiting.
CHiredisHandshake chiredis_tls_shake_hands(struct ssl_st *tls);

/// Why TLS failed on this thread just now, for people; null when it has not.
const char *chiredis_tls_reason(struct ssl_st *tls);
