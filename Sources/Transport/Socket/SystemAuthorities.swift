import Glibc

/// The file in which a system keeps the certificate authorities that it trusts.
///
/// A library looks where the system that it was built for has it; a program that was built on one and runs on another has to look itself.
enum SystemAuthorities {
    /// Debian, Ubuntu and Arch; Red Hat, Fedora and their like, before and after they gave up the old place; SUSE; Alpine and others.
    static let places = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/ca-bundle.pem",
        "/var/lib/ca-certificates/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// The first of them that can be read.
    ///
    /// - Parameter root: In front of every place.
    /// - Returns: Its path; `nil` where none is installed.
    static func file(under root: String = "") -> String? {
        places.lazy.map { root + $0 }.first { access($0, R_OK) == 0 }
    }
}
