import CCurl
import CRabbitMQ

/// The C libraries this module stands on.
package enum TransportLibraries {
    /// Names and versions: as loaded.
    package static var versions: [(name: String, version: String)] {
        [
            ("libcurl", String(cString: curl_version())),
            ("librabbitmq", String(cString: amqp_version())),
        ]
    }
}
