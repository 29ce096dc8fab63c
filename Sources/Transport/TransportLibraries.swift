import CCurl
import CHiredis
import CRabbitMQ

/// The C libraries this module stands on.
package enum TransportLibraries {
    /// Their names and the versions that were loaded.
    ///
    /// hiredis has no function that tells its version, so its is the one that was compiled against; the loader takes no other.
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
