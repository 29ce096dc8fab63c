package import Transport

extension AMQPMessage {
    /// Says on a copy how often it was tried.
    private static let triedHeader = "x-antenna-tried"

    /// The message as it was put into its queue, for another place there.
    ///
    /// It is published before the delivery it is a copy of is acknowledged, and both are there should the channel end in between: so it is
    /// marked as one whose result may be out.
    ///
    /// - Parameter tried: How often it was tried so far.
    /// - Returns: The copy.
    package func copy(tried: Int) -> AMQPMessage {
        var copy = DeadLetter.stripped(self)
        copy.expiration = expiration
        copy.headers[DeadLetter.Header.redelivered] = true
        if tried > 0 { copy.headers[Self.triedHeader] = .int(Int64(tried)) }
        return copy
    }

    /// How often it was tried, as a copy says; 0 for one that is no copy.
    package var tried: Int { headers[Self.triedHeader]?.count ?? 0 }
}
