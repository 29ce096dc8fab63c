import CCurl
import CHiredis
import CRabbitMQ

/// The C libraries this module stands on.
package enum TransportLibraries {
    /// Names and versions: libcurl's and librabbitmq's as loaded, hiredis's as built against, because it cannot be asked.
    package static var versions: [(name: String, version: String)] {
        [
            ("libcurl", String(cString: curl_version())),
            ("librabbitmq", String(cString: amqp_version())),
            ("hiredis", "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)"),
        ]
    }
}
