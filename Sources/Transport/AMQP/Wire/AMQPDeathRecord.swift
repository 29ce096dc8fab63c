/// One entry of the `x-death` header.
package struct AMQPDeathRecord: Sendable, Hashable {
    /// The queue it died in.
    package let queue: String
    /// Why: `rejected`, `expired`, `maxlen` or `delivery_limit`.
    package let reason: String
    /// How often it died there for this reason.
    package let count: Int
    /// The exchange it had been published to.
    package let exchange: String
    /// The routing keys it had been published with.
    package let routingKeys: [String]
    /// How many milliseconds it was allowed to wait before it died there; the broker takes that off.
    package let originalExpiration: String?

    init(table: [String: AMQPValue]) {
        queue = table["queue"]?.string ?? ""
        reason = table["reason"]?.string ?? ""
        count = table["count"]?.count ?? 1
        exchange = table["exchange"]?.string ?? ""
        originalExpiration = table["original-expiration"]?.string
        routingKeys = (table["routing-keys"]?.array ?? []).compactMap(\.string)
    }
}
