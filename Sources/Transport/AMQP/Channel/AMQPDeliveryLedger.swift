/// The deliveries in hand, so that each is settled once and only on the channel it came on.
///
/// Pure. A tag acknowledged twice, or on a channel opened later, would make the broker close the channel, and all deliveries in hand
/// with it.
struct AMQPDeliveryLedger {
    private var unsettled: [AMQPChannelEpoch: Set<UInt64>] = [:]

    /// How many deliveries are in hand.
    var count: Int { unsettled.values.reduce(0) { $0 + $1.count } }

    /// Begins an epoch; those before on the same channel are over.
    mutating func opened(_ epoch: AMQPChannelEpoch) {
        closed(channel: epoch.channel)
        unsettled[epoch] = []
    }

    /// Ends the epoch of a channel.
    mutating func closed(channel: UInt16) {
        unsettled = unsettled.filter { $0.key.channel != channel }
    }

    /// Takes a delivery; one of an epoch that is over is forgotten.
    mutating func delivered(_ tag: UInt64, in epoch: AMQPChannelEpoch) {
        unsettled[epoch]?.insert(tag)
    }

    /// Whether deliveries of an epoch can be settled.
    func holds(_ epoch: AMQPChannelEpoch) -> Bool { unsettled[epoch] != nil }

    /// Settles a delivery.
    mutating func settle(_ tag: UInt64, in epoch: AMQPChannelEpoch) -> AMQPSettlementOutcome {
        guard unsettled[epoch] != nil else { return .stale }
        return unsettled[epoch]?.remove(tag) == nil ? .alreadySettled : .accepted
    }
}
