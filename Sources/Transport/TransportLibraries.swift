import CCurl
import CHiredis
import CRabbitMQ

/// The C libraries this module stands on.
package enum TransportLibraries {
    /// Names and versions: as loaded, or, of hiredis, as built with: it has no function for that, and one of another name is not loaded.
    package static var versions: [(name: String, version: String)] {
        [
            ("libcurl", String(cString: curl_version())),
            ("librabbitmq", String(cString: amqp_version())),
            ("hiredis", String(cString: chiredis_version())),
        ]
    }

    /// hiredis with its version, for a sentence.
    static var hiredis: String { "hiredis \(String(cString: chiredis_version()))" }
}
