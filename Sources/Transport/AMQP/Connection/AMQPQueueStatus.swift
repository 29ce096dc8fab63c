/// The number of messages and consumers of a queue at one moment.
package struct AMQPQueueStatus: Sendable, Hashable {
    /// Messages ready for delivery.
    package let messages: Int
    /// Consumers attached.
    package let consumers: Int
}
