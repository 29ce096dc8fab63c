import Foundation

/// Whether tests may start RabbitMQ and Redis.
package enum TestServers {
    /// What `scripts/test --skip-integration` sets for machines that have neither.
    package static let areWanted = ProcessInfo.processInfo.environment["ANTENNA_TEST_SERVERS"] != "no"
}
