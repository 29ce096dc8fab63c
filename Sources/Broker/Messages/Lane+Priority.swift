package import Concurrency

extension Lane {
    /// Quorum queues have two: this one and what is above it are high.
    private static let high: UInt8 = 5

    /// The lane of a message with a priority.
    package init(priority: UInt8?) {
        self = (priority ?? 0) >= Self.high ? .interactive : .batch
    }

    /// The priority of the lane's messages where both lanes share a queue; nil for none.
    package var priority: UInt8? { self == .interactive ? Self.high : nil }
}
