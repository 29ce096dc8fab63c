package import Telemetry

/// A failure while bytes were moved: over HTTP, AMQP or Redis.
///
/// The native code is a `CURLcode`, an AMQP reply code, or `errno`.
package typealias TransportError = OperationError<TransportErrorCode>
