/// Where a delivery belongs: one opening of one channel.
///
/// Delivery tags count from one on every opened channel, so a tag says nothing without the opening it came from.
package struct AMQPChannelEpoch: Sendable, Hashable {
    /// The channel number.
    let channel: UInt16
    /// Counts openings of channels over the life of the ``AMQPConnection``.
    let opening: UInt64
}
